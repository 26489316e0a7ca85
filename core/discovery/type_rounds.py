"""Decide when each service type is asked for, and which pointers need not be answered; pure, time is passed in.

RFC 6762 section 5.2: intervals that at least double, and four questions near the end of a pointer's life; 7.1: known
answers; 7.3: a question that somebody else just asked is not asked again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.discovery.link_table import LinkTable
from core.discovery.names import ENUMERATION
from core.discovery.owners import Key
from core.discovery.query import PTR, KnownPointer, Question, instance_labels, labels_of

ROUNDS_S = (0.0, 1.0, 3.0, 9.0, 27.0, 81.0, 243.0, 729.0, 2_187.0)
HOURLY_S, LEGACY_EVERY_S = 3_600.0, 60.0
SIBLINGS_S = 0.02
MAX_TYPES, MAX_FROM_QUESTIONS, MAX_OF_SENDER = 2_048, 256, 32
RENEW_AT, SHORTEST_RENEWAL_S = (0.80, 0.85, 0.90, 0.95), 15.0
SCAN_S = 10.0
SAME_QUESTION_S = 1.0
LONGEST_LOSS_PAUSE_S, LOSS_FORGIVEN_S = 60.0, 120.0


@dataclass(slots=True)
class _Series:
    next_at: float
    round: int = 0
    known_before: int = -1
    renewal: bool = False


class TypeRounds:
    """The series of questions for every type of one link."""

    def __init__(self, table: LinkTable) -> None:
        self._table = table
        self.legacy = False
        """Announcements cannot be heard: ask every minute instead."""
        self._series: dict[str, _Series] = {}
        self._enumerated: dict[str, tuple[float, int]] = {}
        self._from_questions: dict[str, str] = {}
        self._scan_at = 0.0
        self._loss_pause_s, self._lost_at = 1.0, 0.0

    def start(self, types: Iterable[str], at: float) -> None:
        """Begin every series anew at one moment: the enumeration, these types, and all that were learnt."""
        for kind in (ENUMERATION, *types, *self._series):
            self._series[kind] = _Series(at)
        self._scan_at = at + SCAN_S

    def learn(self, kind: str, now: float, asker: str = "") -> None:
        """Take a type in; it is asked for as soon as its siblings have had time to show.

        From questions (`asker`) a few are taken from each sender and some in all; a type that turned out to have no
        instance makes room for one that is announced.
        """
        if kind in self._series:
            return
        if asker:
            mine = sum(sender == asker for sender in self._from_questions.values())
            if mine >= MAX_OF_SENDER or len(self._from_questions) >= MAX_FROM_QUESTIONS:
                return
            self._from_questions[kind] = asker
        if len(self._series) >= MAX_TYPES:
            empty = next((k for k in self._series if k != ENUMERATION and not self._instances(k)), None)
            if empty is None or asker:
                return
            del self._series[empty]
            self._enumerated.pop(empty, None)
            self._from_questions.pop(empty, None)
        self._series[kind] = _Series(now + SIBLINGS_S)

    def enumerated(self, kind: str, ttl_s: int, now: float) -> None:
        """The enumeration named a type."""
        self.learn(kind, now)
        if kind in self._series:
            self._enumerated[kind] = (now, ttl_s)

    def lost(self, now: float) -> None:
        """Answers were dropped on their way to us: ask once more in a second; while it goes on, less and less often."""
        if now - self._lost_at > LOSS_FORGIVEN_S:
            self._loss_pause_s = 1.0
        elif now - self._lost_at < self._loss_pause_s:
            return
        for series in self._series.values():
            series.next_at = min(series.next_at, now + self._loss_pause_s)
            series.known_before = -1
        self._lost_at = now
        self._loss_pause_s = min(2 * self._loss_pause_s, LONGEST_LOSS_PAUSE_S)

    def heard_question(self, kind: str, known: frozenset[tuple[str, str]], now: float) -> None:
        """Somebody asked for a type by multicast: do not ask the same within a second, if it knows no more than we."""
        series = self._series.get(kind)
        if series is None or not series.round or series.renewal or series.next_at > now + SAME_QUESTION_S:
            return
        theirs = {target for owner, target in known if owner == kind}
        ours = {".".join(pointer.target).lower() + "." for pointer in self._known(kind, now)}
        if theirs <= ours:
            self._advance(kind, series, now)

    def next_at(self) -> float:
        """Return when something is due next."""
        return min((s.next_at for s in self._series.values()), default=self._scan_at)

    def due(self, now: float) -> tuple[list[Question], list[KnownPointer], bool]:
        """Return the questions that are due with what is known, and count them as asked.

        Last comes whether one family is enough: this is the second round alone, which only repairs the first.
        """
        if now >= self._scan_at:
            self._scan_at = now + SCAN_S
            self._scan_pointers(now)
        questions: list[Question] = []
        known: list[KnownPointer] = []
        repair = True
        for kind, series in self._series.items():
            if series.next_at <= now:
                repair = repair and series.round == 1
                questions.append(Question(labels_of(kind), PTR, unicast=series.round == 0))
                known += self._known(kind, now)
                self._advance(kind, series, now)
        return questions, known, repair and bool(questions)

    def _instances(self, kind: str) -> set[Key]:
        return self._table.by_type.get(kind.removesuffix(".local."), set())

    def _advance(self, kind: str, series: _Series, now: float) -> None:
        """Set a series on to its next round; a round that brought nothing new makes the next one wait a step longer."""
        known = len(self._instances(kind))
        step = series.round + 1
        if series.round and known == series.known_before:
            step += 1
        series.known_before, series.renewal = known, False
        wait = ROUNDS_S[step] - ROUNDS_S[series.round] if step < len(ROUNDS_S) else HOURLY_S
        series.round = min(step, len(ROUNDS_S))
        series.next_at = now + (min(wait, LEGACY_EVERY_S) if self.legacy else wait)

    def _known(self, kind: str, now: float) -> Iterator[KnownPointer]:
        """Yield the pointers of a type that have at least half of their life left (RFC 6762 section 7.1)."""
        owner, short = labels_of(kind), kind.removesuffix(".local.")
        if kind == ENUMERATION:
            for name, (heard_at, ttl_s) in self._enumerated.items():
                if (left := heard_at + ttl_s - now) >= ttl_s / 2:
                    yield KnownPointer(owner, labels_of(name), int(left))
            return
        for key in self._instances(kind):
            instance = self._table.instances[key]
            for claim in instance.pointers:
                left = claim.until - now
                if left >= claim.ttl_s / 2 and left > 1 and (instance.locations or claim.heard_at > now - 30):
                    yield KnownPointer(owner, instance_labels(instance.label, short), int(left))

    def _scan_pointers(self, now: float) -> None:
        """Bring forward the round of each type that has a pointer near its end, four times in a pointer's life."""
        for kind, series in self._series.items():
            for key in self._instances(kind):
                for claim in self._table.instances[key].pointers:
                    if claim.asked >= len(RENEW_AT) or claim.until <= now or claim.leaving:
                        continue
                    due = claim.heard_at + max(claim.ttl_s * RENEW_AT[claim.asked], SHORTEST_RENEWAL_S)
                    if due <= now + SCAN_S:
                        claim.asked += 1
                        series.renewal = True
                        series.next_at = min(series.next_at, max(due, now))
