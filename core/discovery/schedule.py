"""Decide which questions are due on one link, and which need not be asked; pure, time is passed in.

RFC 6762 section 5.2: intervals that grow, refresh near the end of a life only for what somebody wants; 7.1: known
answers; 7.3: a question that somebody else just asked is not asked again.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.discovery.link_table import LinkTable
from core.discovery.names import ENUMERATION
from core.discovery.owners import Host, Key, Owner
from core.discovery.query import AAAA, PTR, SRV, TXT, A, KnownPointer, Question, instance_labels, labels_of

ROUNDS_S = (0.0, 1.0, 3.0, 9.0, 27.0, 81.0, 243.0, 729.0, 2_187.0)
HOURLY_S = 3_600.0
SIBLINGS_S, GRACE_S = 0.02, 0.1
MISSING_STEPS_S = (1.0, 2.0, 6.0, 18.0, 54.0)
LACKING_FAMILY_TRIES = 2
MAX_TYPES, MAX_QUESTIONS = 2_048, 600
REFRESH_AT, SHORTEST_REFRESH_S = (0.80, 0.85, 0.90, 0.95), 15.0
REFRESHES_PER_S, REFRESH_BURST = 4.0, 60.0
POINTER_SCAN_S = 10.0
SAME_QUESTION_S = 1.0
CONFIRM_STEPS_S = (0.0, 1.0, 3.0)


@dataclass(slots=True)
class _Series:
    next_at: float
    round: int = 0
    known_before: int = -1
    renew_at: float = 0.0


@dataclass(slots=True)
class Round:
    """What to ask now: questions, and the pointers that need not be answered."""

    questions: list[Question] = field(default_factory=list)
    known: list[KnownPointer] = field(default_factory=list)


class Schedule:
    """The questions of one link."""

    def __init__(self, table: LinkTable, is_watched: Callable[[str], bool] = lambda host: False) -> None:
        self._table, self._is_watched = table, is_watched
        self._series: dict[str, _Series] = {}
        self._missing: list[tuple[float, int, Owner]] = []
        self._asked: dict[Owner, int] = {}
        self._once: list[tuple[float, int, Owner, tuple[int, ...]]] = []
        self._numbers = itertools.count()
        self._refresh: list[tuple[float, str]] = []
        self._aloud: list[tuple[float, str]] = []
        self._enumerated: dict[str, tuple[float, int]] = {}
        self._in_refresh: set[str] = set()
        self._tokens, self._tokens_at = REFRESH_BURST, 0.0
        self._scan_at = 0.0

    @property
    def types(self) -> tuple[str, ...]:
        """Return every type that is asked for, but the enumeration."""
        return tuple(t for t in self._series if t != ENUMERATION)

    def start(self, types: Iterable[str], at: float) -> None:
        """Begin every series anew at one moment: the enumeration, these types, and all that were learnt."""
        for kind in (ENUMERATION, *types, *self._series):
            self._series[kind] = _Series(at)
        self._scan_at = at + POINTER_SCAN_S

    def learn(self, kind: str, now: float) -> bool:
        """Take a type in; it is asked for as soon as its siblings have had time to show. Say whether it was new."""
        if kind in self._series or len(self._series) >= MAX_TYPES:
            return False
        self._series[kind] = _Series(now + SIBLINGS_S)
        return True

    def enumerated(self, kind: str, ttl_s: int, now: float) -> None:
        """The enumeration named a type."""
        self.learn(kind, now)
        if kind in self._series:
            self._enumerated[kind] = (now, ttl_s)

    def lost(self, now: float) -> None:
        """Answers were dropped on their way to us: ask once more in a second, whatever the rounds foresee."""
        for series in self._series.values():
            series.next_at = min(series.next_at, now + 1.0)
            series.known_before = -1

    def heard_question(self, kind: str, known: frozenset[tuple[str, str]], now: float) -> None:
        """Somebody asked for a type by multicast: do not ask the same within a second, if it knows no more than we."""
        series = self._series.get(kind)
        if series is None or not series.round or series.next_at > now + SAME_QUESTION_S:
            return
        ours = self._table.by_type.get(kind.removesuffix(".local."), ())
        if all((kind, _full(key)) for owner, target in known if owner == kind for key in ours if _full(key) == target):
            self._advance(kind, series, now)

    def confirm(self, owner: Owner, kinds: tuple[int, ...], now: float) -> None:
        """Ask for records at once, after one second and after three, answers by unicast (RFC 6762 section 10.4)."""
        for step in CONFIRM_STEPS_S:
            heapq.heappush(self._once, (now + step, next(self._numbers), owner, kinds))

    def ask_aloud(self, host: str, now: float) -> None:
        """Ask for a host's IPv4 address with no leave to answer by unicast."""
        self._aloud.append((now, host))

    def next_at(self) -> float:
        """Return when something is due next."""
        times = [s.next_at for s in self._series.values()]
        times += [heap[0][0] for heap in (self._missing, self._once, self._refresh) if heap]
        return min([*times, self._scan_at], default=0.0)

    def due(self, now: float) -> Round:
        """Return what is to be asked now, and count it as asked."""
        found = Round()
        for owner in self._table.take_incomplete():
            self._watch_for_missing(owner, now)
        self._due_types(now, found)
        self._due_missing(now, found)
        while self._aloud:
            found.questions += self._questions(self._aloud.pop()[1], (A,), unicast=False)
        self._due_once(now, found)
        self._due_refresh(now, found)
        return found

    def _due_types(self, now: float, found: Round) -> None:
        if now >= self._scan_at:
            self._scan_at = now + POINTER_SCAN_S
            self._scan_pointers(now)
        for kind, series in self._series.items():
            if series.next_at <= now:
                found.questions.append(Question(labels_of(kind), PTR, unicast=series.round == 0))
                found.known += self._known(kind, now)
                self._advance(kind, series, now)

    def _advance(self, kind: str, series: _Series, now: float) -> None:
        """Set a series on to its next round; a round that brought nothing new makes the next one wait a step longer."""
        known = len(self._table.by_type.get(kind.removesuffix(".local."), ()))
        step = series.round + 1
        if series.round and known == series.known_before:
            step += 1
        series.known_before = known
        wait = ROUNDS_S[step] - ROUNDS_S[series.round] if step < len(ROUNDS_S) else HOURLY_S
        series.round = min(step, len(ROUNDS_S))
        series.next_at = now + wait

    def _known(self, kind: str, now: float) -> Iterable[KnownPointer]:
        """Yield the pointers of a type that have at least half of their life left (RFC 6762 section 7.1)."""
        owner, short = labels_of(kind), kind.removesuffix(".local.")
        if kind == ENUMERATION:
            for name, (heard_at, ttl_s) in self._enumerated.items():
                if (left := heard_at + ttl_s - now) >= ttl_s / 2:
                    yield KnownPointer(owner, labels_of(name), int(left))
            return
        for key in self._table.by_type.get(short, ()):
            instance = self._table.instances[key]
            for claim in instance.pointers:
                left = claim.until - now
                if left >= claim.ttl_s / 2 and left > 1 and (instance.locations or claim.heard_at > now - 30):
                    yield KnownPointer(owner, instance_labels(instance.label, short), int(left))

    def _scan_pointers(self, now: float) -> None:
        """Bring forward the round of each type whose first pointer has lived four fifths of its life."""
        for kind, series in self._series.items():
            due = None
            for key in self._table.by_type.get(kind.removesuffix(".local."), ()):
                for claim in self._table.instances[key].pointers:
                    renew = claim.heard_at + max(claim.ttl_s * REFRESH_AT[0], SHORTEST_REFRESH_S)
                    if claim.until > now and (due is None or renew < due):
                        due = renew
            if due is not None and due < series.next_at and now >= series.renew_at:
                series.next_at = max(due, now)
                series.renew_at = max(due, now) + SHORTEST_REFRESH_S

    def _watch_for_missing(self, owner: Owner, now: float) -> None:
        if owner not in self._asked and self._table.lacks(owner, now):
            self._asked[owner] = 0
            heapq.heappush(self._missing, (now + GRACE_S, next(self._numbers), owner))
        if isinstance(owner, str) and owner not in self._in_refresh and owner in self._table.hosts:
            self._in_refresh.add(owner)
            heapq.heappush(self._refresh, (now + SHORTEST_REFRESH_S, owner))

    def _due_missing(self, now: float, found: Round) -> None:
        while self._missing and self._missing[0][0] <= now and len(found.questions) < MAX_QUESTIONS:
            _, number, owner = heapq.heappop(self._missing)
            lacking = self._table.lacks(owner, now)
            tries = self._asked.get(owner, 0)
            if not lacking or tries >= self._tries_for(owner, lacking):
                self._asked.pop(owner, None)
                continue
            found.questions += self._questions(owner, lacking, unicast=tries == 0)
            self._asked[owner] = tries + 1
            heapq.heappush(self._missing, (now + MISSING_STEPS_S[min(tries, len(MISSING_STEPS_S) - 1)], number, owner))

    def _tries_for(self, owner: Owner, lacking: tuple[int, ...]) -> int:
        one_family = isinstance(owner, str) and len(lacking) == 1
        return LACKING_FAMILY_TRIES if one_family else len(MISSING_STEPS_S)

    def _due_once(self, now: float, found: Round) -> None:
        while self._once and self._once[0][0] <= now and len(found.questions) < MAX_QUESTIONS:
            _, _, owner, kinds = heapq.heappop(self._once)
            found.questions += self._questions(owner, kinds, unicast=True)

    def _due_refresh(self, now: float, found: Round) -> None:
        self._tokens = min(REFRESH_BURST, self._tokens + max(0.0, now - self._tokens_at) * REFRESHES_PER_S)
        self._tokens_at = now
        while self._refresh and self._refresh[0][0] <= now and len(found.questions) < MAX_QUESTIONS:
            _, name = heapq.heappop(self._refresh)
            host = self._table.hosts.get(name)
            again = self._refresh_host(host, now, found) if host is not None else None
            if again is None:
                self._in_refresh.discard(name)
            else:
                heapq.heappush(self._refresh, (again, name))

    def _refresh_host(self, host: Host, now: float, found: Round) -> float | None:
        """Ask for a host's addresses if their end is near; return when to look again, None where it is over."""
        live = [c for held in host.sets() for c in held if c.until > now and not c.leaving]
        if not live:
            return None
        last = max(live, key=lambda c: c.until)
        age, step = now - last.heard_at, host.asked_in_vain
        due = max(last.ttl_s * REFRESH_AT[min(step, len(REFRESH_AT) - 1)], SHORTEST_REFRESH_S if not step else 0.0)
        if age + 0.01 < due:
            return last.heard_at + due
        if step >= len(REFRESH_AT):
            return last.until + 1.0
        if self._is_watched(host.name) or self._tokens >= 1:
            self._tokens -= 1
            kinds = tuple(k for k, held in ((A, host.ipv4), (AAAA, host.ipv6)) if held.is_live(now))
            found.questions += self._questions(host.name, kinds, unicast=False)
            host.asked_in_vain += 1
        else:
            return now + last.ttl_s * 0.05 if last.until > now + 1 else last.until + 1.0
        return now + max(1.0, last.ttl_s * 0.05)

    def watch(self, name: str, now: float) -> None:
        """Follow a host closely from now on: somebody looks at it."""
        if name in self._table.hosts and name not in self._in_refresh:
            self._in_refresh.add(name)
            heapq.heappush(self._refresh, (now, name))

    def _questions(self, owner: Owner, kinds: Iterable[int], *, unicast: bool) -> list[Question]:
        if isinstance(owner, str):
            labels = labels_of(owner)
        else:
            instance = self._table.instances.get(owner)
            labels = instance_labels(instance.label if instance else owner[1], owner[0])
        return [Question(labels, kind, unicast) for kind in kinds]


def _full(key: Key) -> str:
    return f"{key[1]}.{key[0]}.local."


SERVICE_KINDS, HOST_KINDS = (SRV, TXT), (A, AAAA)
