"""Decide which questions are due on one link: types, what is missing, doubted, or about to run out; pure."""

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.discovery.host_refresh import SHORTEST_REFRESH_S, HostRefresh
from core.discovery.link_table import LinkTable
from core.discovery.owners import Owner
from core.discovery.query import A, KnownPointer, Question, instance_labels, labels_of
from core.discovery.type_rounds import TypeRounds

GRACE_S = 0.1
MISSING_STEPS_S = (1.0, 2.0, 6.0, 18.0, 54.0)
LACKING_FAMILY_TRIES = 2
MAX_QUESTIONS = 600
CONFIRM_STEPS_S, CONFIRM_AGAIN_S = (0.0, 1.0, 3.0), 3.0
MAX_CONFIRMED = 2_000


@dataclass(slots=True)
class Round:
    """What to ask now: questions, and the pointers that need not be answered."""

    questions: list[Question] = field(default_factory=list)
    known: list[KnownPointer] = field(default_factory=list)
    one_family: bool = False
    """The round repairs the one before it: a family that nobody needs may be left out."""


class Schedule:
    """The questions of one link."""

    def __init__(self, table: LinkTable, is_watched: Callable[[str], bool] = lambda host: False) -> None:
        self._table = table
        self.types = TypeRounds(table)
        self.refresh = HostRefresh(table.hosts, is_watched)
        self._missing: list[tuple[float, int, Owner]] = []
        self._asked: dict[Owner, int] = {}
        self._once: list[tuple[float, int, Owner, tuple[int, ...]]] = []
        self._confirmed: dict[tuple[Owner, tuple[int, ...]], float] = {}
        self._numbers = itertools.count()
        self._aloud: list[str] = []

    def confirm(self, owner: Owner, kinds: tuple[int, ...], now: float) -> None:
        """Ask for records at once, after one second and after three, answers by unicast (RFC 6762 section 10.4).

        What is being asked for already is not asked for twice as often.
        """
        key = (owner, kinds)
        if now < self._confirmed.get(key, 0.0) or len(self._once) >= 3 * MAX_CONFIRMED:
            return
        if len(self._confirmed) >= MAX_CONFIRMED:
            self._confirmed = {k: until for k, until in self._confirmed.items() if until > now}
        self._confirmed[key] = now + CONFIRM_AGAIN_S
        for step in CONFIRM_STEPS_S:
            heapq.heappush(self._once, (now + step, next(self._numbers), owner, kinds))

    def ask_aloud(self, host: str) -> None:
        """Ask for a host's IPv4 address with no leave to answer by unicast."""
        self._aloud.append(host)

    def next_at(self) -> float:
        """Return when something is due next."""
        times = [self.types.next_at(), *(heap[0][0] for heap in (self._missing, self._once) if heap)]
        refresh = self.refresh.next_at()
        return min(times) if refresh is None else min(*times, refresh)

    def due(self, now: float) -> Round:
        """Return what is to be asked now, and count it as asked."""
        for owner in self._table.take_incomplete():
            self._watch_for_missing(owner, now)
        found = Round(*self.types.due(now))
        self._due_missing(now, found)
        while self._aloud:
            found.questions += self._questions(self._aloud.pop(), (A,), unicast=False)
        while self._once and self._once[0][0] <= now and len(found.questions) < MAX_QUESTIONS:
            _, _, owner, kinds = heapq.heappop(self._once)
            found.questions += self._questions(owner, kinds, unicast=True)
        for name, kinds in self.refresh.due(now):
            found.questions += self._questions(name, kinds, unicast=False)
        return found

    def _watch_for_missing(self, owner: Owner, now: float) -> None:
        if owner not in self._asked and self._table.lacks(owner, now):
            self._asked[owner] = 0
            heapq.heappush(self._missing, (now + GRACE_S, next(self._numbers), owner))
        if isinstance(owner, str):
            self.refresh.follow(owner, now + SHORTEST_REFRESH_S)

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

    @staticmethod
    def _tries_for(owner: Owner, lacking: tuple[int, ...]) -> int:
        one_family = isinstance(owner, str) and len(lacking) == 1
        return LACKING_FAMILY_TRIES if one_family else len(MISSING_STEPS_S)

    def _questions(self, owner: Owner, kinds: Iterable[int], *, unicast: bool) -> list[Question]:
        if isinstance(owner, str):
            labels = labels_of(owner)
        else:
            instance = self._table.instances.get(owner)
            labels = instance_labels(instance.label if instance else owner[1], owner[0])
        return [Question(labels, kind, unicast) for kind in kinds]
