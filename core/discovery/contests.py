"""Settle who speaks for a record when a stranger says something else: ask again first, then judge; pure.

A stranger is a sender that neither made the claim nor speaks from an address of the same host. Nothing is dropped and
nothing is told before the name was asked for again, so that a device with a new address raises no alarm.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum

from core.discovery.owners import Clash, Owner
from core.discovery.packets import AddressHeard, Heard, LocationHeard, PointerHeard, TextHeard

LASTS_S = 1.3
"""Questions go out at once and after a second; unique answers take ten milliseconds (RFC 6762 section 6)."""
MAX_OPEN, MAX_OPEN_OF_SENDER = 256, 32
FLAPS, FLAP_WINDOW_S = 3, 60.0
MAX_HISTORY, MAX_HEARD = 1_000, 16
_Key = tuple[Owner, str, bool]


class Outcome(Enum):
    """What a contest came to."""

    REPLACED = "the old sender is silent: what the new one says holds"
    GAVE_UP = "the old sender took its record back, the new one holds"
    SAME = "the old sender says the same as the new one"
    DEFENDED = "the old sender spoke again, the new one did not"
    BOTH = "both senders spoke again"
    TAKEN_BACK = "nobody spoke against the goodbye"
    UNANSWERED = "nobody answered"


@dataclass(slots=True)
class Contest:
    """One record set that two senders speak of. `heard` has what each said since the questions went out."""

    clash: Clash
    since: float
    heard: dict[str, set[object]] = field(default_factory=dict)
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A contest that is over."""

    clash: Clash
    outcome: Outcome
    since: float
    flaps: int
    said: tuple[tuple[str, tuple[object, ...]], ...]


class Contests:
    """The open contests of one link."""

    def __init__(self) -> None:
        self._open: OrderedDict[_Key, Contest] = OrderedDict()
        self._history: OrderedDict[_Key, list[float]] = OrderedDict()

    def is_open(self, clash: Clash) -> bool:
        """Say whether the record set is contested already."""
        return (clash.owner, clash.kind, clash.goodbye) in self._open

    def begin(self, clash: Clash, now: float) -> bool:
        """Open a contest; False where there are too many, or too many of this sender."""
        key = (clash.owner, clash.kind, clash.goodbye)
        if len(self._open) >= MAX_OPEN:
            return False
        if sum(c.clash.sender == clash.sender for c in self._open.values()) >= MAX_OPEN_OF_SENDER:
            return False
        self._open[key] = Contest(clash, now)
        return True

    def note(self, records: list[Heard], sender: str, now: float) -> None:
        """Remember who speaks of a contested record set; what came along with the clash does not count."""
        if not self._open:
            return
        left = {r.host for r in records if isinstance(r, AddressHeard | LocationHeard) and not r.ttl_s}
        for contest in self._open.values() if left else ():
            if contest.clash.owner in left and sender in contest.clash.before and now > contest.since:
                contest.gave_up = True  # avahi takes back all but the very record that is contested
        for record in records:
            found = _said(record)
            if found is None:
                continue
            if isinstance(record, LocationHeard | TextHeard) and found[2]:
                self._defend_pointer(found[0][0], sender, now)
            for goodbye in (False, True):
                held = self._open.get((*found[0], goodbye))
                if held is None or now <= held.since:
                    continue
                known = sender in held.clash.before or sender == held.clash.sender
                if not known and len(held.heard) >= MAX_HEARD:
                    continue
                if found[2]:
                    held.heard.setdefault(sender, set()).add(found[1])
                elif sender in held.clash.before:
                    held.gave_up = True

    def _defend_pointer(self, owner: Owner, sender: str, now: float) -> None:
        """Whoever still answers for an instance speaks against the goodbye of the pointer to it."""
        held = self._open.get((owner, "PTR", True))
        if held is not None and now > held.since and sender != held.clash.sender and len(held.heard) < MAX_HEARD:
            held.heard.setdefault(sender, set()).add(b"")

    def next_at(self) -> float | None:
        """Return when the oldest contest is to be judged."""
        oldest = next(iter(self._open.values()), None)
        return None if oldest is None else oldest.since + LASTS_S

    def judge(self, now: float) -> list[Settled]:
        """Close and return the contests that have lasted long enough."""
        done = [key for key, contest in self._open.items() if contest.since + LASTS_S <= now]
        settled = []
        for key in done:
            contest = self._open.pop(key)
            outcome = _outcome(contest)
            said = tuple((s, tuple(sorted(v, key=repr))) for s, v in sorted(contest.heard.items()))
            settled.append(Settled(contest.clash, outcome, contest.since, self._count(key, now), said))
        return settled

    def _count(self, key: _Key, now: float) -> int:
        times = [t for t in self._history.pop(key, []) if t > now - FLAP_WINDOW_S]
        times.append(now)
        self._history[key] = times[-10:]
        while len(self._history) > MAX_HISTORY:
            self._history.popitem(last=False)
        return len(times)


def _said(record: Heard) -> tuple[tuple[Owner, str], object, bool] | None:
    """Return which record set a record belongs to, what it says, and whether it is no goodbye."""
    if isinstance(record, AddressHeard):
        return (record.host, "A" if len(record.packed) == 4 else "AAAA"), record.packed, record.ttl_s > 0
    if not isinstance(record, PointerHeard | LocationHeard | TextHeard):
        return None
    key, stands = (record.type, record.instance.lower()), record.ttl_s > 0
    if isinstance(record, PointerHeard):
        return (key, "PTR"), b"", stands
    if isinstance(record, LocationHeard):
        return (key, "SRV"), (record.host, record.port), stands
    return (key, "TXT"), record.data, stands


def _outcome(contest: Contest) -> Outcome:
    clash = contest.clash
    by_old = set().union(*(contest.heard.get(s, set()) for s in clash.before))
    by_new = contest.heard.get(clash.sender, set())
    if clash.goodbye:
        said = set().union(*contest.heard.values())
        return Outcome.DEFENDED if clash.rdata in said else Outcome.TAKEN_BACK
    if contest.gave_up and by_new:
        return Outcome.GAVE_UP
    if not by_old:
        return Outcome.REPLACED if by_new else Outcome.UNANSWERED
    if clash.rdata in by_old:
        return Outcome.SAME
    return Outcome.BOTH if by_new else Outcome.DEFENDED
