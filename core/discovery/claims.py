"""Hold one unique record set as what it is: claims by senders; pure, time is passed in."""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import lru_cache
from typing import Any, Generic, TypeVar

MAX_SENDERS, MAX_MEMBERS = 4, 64
GRACE_S = 1.0
"""How long a record is kept that was taken back or replaced: RFC 6762 sections 10.1 and 10.2."""

D = TypeVar("D")


class Entry(Enum):
    """What one record did to its set. CLASH and FOREIGN_GOODBYE come from strangers: nothing was dropped for them."""

    RENEWED = "renewed"
    NEW = "new"
    SHORTENED = "shortened"
    RETURNED = "returned"
    REPLACING = "replacing"
    CLASH = "clash"
    LEAVING = "leaving"
    FOREIGN_GOODBYE = "foreign goodbye"
    NOTHING = "nothing"


@lru_cache(1_024)
def _alone(sender: str) -> tuple[str, ...]:
    """Return a sender on its own; the claims of one packet share it."""
    return (sender,)


class Claim(Generic[D]):
    """One record as it stands: what it says, until when, what TTL was sent, when it was last heard and from whom."""

    __slots__ = ("asked", "goodbyes", "heard_at", "leaving", "rdata", "senders", "ttl_s", "until")

    def __init__(self, rdata: D, ttl_s: int, sender: str, now: float) -> None:
        self.rdata, self.until, self.ttl_s, self.heard_at = rdata, now + ttl_s, ttl_s, now
        self.senders: tuple[str, ...] = _alone(sender)
        self.leaving, self.asked = False, 0
        self.goodbyes: tuple[str, ...] = ()

    def renew(self, ttl_s: int, sender: str, now: float, *, by_owner: bool) -> bool:
        """Take the record again; only who alone stands behind it may shorten its life. Say whether that was done."""
        until = now + ttl_s
        shorter = until < self.until
        if shorter and not by_owner:
            until, ttl_s, shorter = self.until, self.ttl_s, False
        self.until, self.ttl_s, self.heard_at, self.leaving, self.asked = until, ttl_s, now, False, 0
        if self.goodbyes:
            self.goodbyes = tuple(s for s in self.goodbyes if s != sender)
        if sender not in self.senders and len(self.senders) < MAX_SENDERS:
            self.senders = (*self.senders, sender)
        return shorter

    def leave(self, now: float) -> None:
        """Let the record run out in a second; hearing it again keeps it."""
        self.until, self.leaving = min(self.until, now + GRACE_S), True


AnyClaim = Claim[Any]


class RecordSet(list[Claim[D]]):
    """The claims of one name and type, in the order they came; nearly always one or two, so a list is smallest."""

    __slots__ = ()

    def find(self, rdata: D) -> Claim[D] | None:
        """Return the claim that says this."""
        for claim in self:
            if claim.rdata == rdata:
                return claim
        return None

    def enter(
        self, rdata: D, ttl_s: int, sender: str, now: float, is_owner: Callable[[Claim[D]], bool], *, flush: bool
    ) -> Entry:
        """Take one member in; `is_owner` says whether the sender alone stands behind a claim."""
        claim = self.find(rdata)
        if claim is not None and claim.until <= now:
            self.remove(claim)  # what ran out gives nobody a place: it is a new word against those that hold
            claim = None
        if claim is not None:
            came_back = claim.leaving
            shorter = claim.renew(ttl_s, sender, now, by_owner=claim.senders == (sender,) or is_owner(claim))
            if len(self) > 1 and flush and self._replace(rdata, now, is_owner):
                return Entry.REPLACING
            return Entry.RETURNED if came_back else Entry.SHORTENED if shorter else Entry.RENEWED
        if len(self) >= MAX_MEMBERS:
            return Entry.NOTHING
        live = [c for c in self if c.until > now] if self else []
        self.append(Claim(rdata, ttl_s, sender, now))
        if not live:
            return Entry.NEW
        if not all(is_owner(c) for c in live):
            return Entry.CLASH
        return Entry.REPLACING if flush and self._replace(rdata, now, is_owner) else Entry.NEW

    def take_back(self, rdata: D, sender: str, now: float, is_owner: Callable[[Claim[D]], bool]) -> Entry:
        """Take a goodbye: the member leaves once everybody who stands behind it said so; else it stays."""
        claim = self.find(rdata)
        if claim is None or claim.until <= now or claim.leaving:
            return Entry.NOTHING
        if not is_owner(claim):
            if sender in claim.senders and sender not in claim.goodbyes:
                claim.goodbyes = (*claim.goodbyes, sender)
            if set(claim.senders) - set(claim.goodbyes):
                return Entry.FOREIGN_GOODBYE
        claim.leave(now)
        return Entry.LEAVING

    def senders(self, now: float, but: Claim[D] | None = None) -> tuple[str, ...]:
        """Return who stands for the members that hold now."""
        return tuple(dict.fromkeys(s for c in self if c.until > now and c is not but for s in c.senders))

    def latest(self, now: float) -> D | None:
        """Return what the member says that holds now and was heard last, else the last one; None for an empty set."""
        if len(self) == 1:
            return self[0].rdata
        return max(self, key=lambda c: (c.until > now, c.heard_at)).rdata if self else None

    def is_live(self, now: float) -> bool:
        """Say whether any member holds now."""
        return any(c.until > now for c in self)

    def drop(self, unwanted: Callable[[Claim[D]], bool], *, keep_last: bool) -> None:
        """Drop members; with `keep_last` never all of them."""
        kept = [c for c in self if not unwanted(c)]
        if keep_last and not kept and self:
            kept = [max(self, key=lambda c: c.until)]
        self[:] = kept

    def _replace(self, rdata: D, now: float, is_owner: Callable[[Claim[D]], bool]) -> bool:
        """Let the older members leave that the sender alone stands behind (cache flush, RFC 6762 section 10.2)."""
        replaced = False
        for claim in self:
            old = claim.heard_at < now - GRACE_S and not claim.leaving
            if old and claim.rdata != rdata and claim.until > now and is_owner(claim):
                claim.leave(now)
                replaced = True
        return replaced


def soonest(sets: Iterable[RecordSet[D]], now: float) -> float:
    """Return when the first member that holds now runs out; a day from now where none holds."""
    first = now + 86_400
    for held in sets:
        for claim in held:
            if now < claim.until < first:
                first = claim.until
    return first
