"""Tell an empty network from one that cannot be heard: what fails, for how long, and on which interface; pure."""

import errno
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.discovery.interfaces import Interface
from core.model.network_finding import FindingCode, NetworkFinding, Weight

JUDGE_EVERY_S, LISTENED_S = 1.0, 8.0
ALOUD_TIMES, ALOUD_EVERY_S = 3, 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S, ASKING_PAUSE_S = 1.0, 60.0, 4.0
_NO_ROUTE = frozenset({errno.EHOSTUNREACH, 65})


class LinkSight(Protocol):
    """What a link has heard so far."""

    interface: Interface
    heard_own: int
    heard_unicast: int
    heard_multicast: int
    heard_queries: int

    def ask_aloud(self, now: float) -> bool:
        """Ask something whose answer comes by multicast."""


class SocketSight(Protocol):
    """A socket of one interface and family."""

    interface: Interface
    family: int
    shares_port: bool


@dataclass(slots=True)
class _Sending:
    since: float
    failures: int = 0
    sent: int = 0
    pause_until: float = 0.0
    error: OSError | None = None


class Health:
    """Watches sending and receiving of every socket, and says each thing once until it is over."""

    def __init__(self, wall: Callable[[float], datetime], tell: Callable[[NetworkFinding], None]) -> None:
        self._wall, self._tell = wall, tell
        self._sending: dict[tuple[str, int], _Sending] = {}
        self._told: dict[tuple[FindingCode, str], NetworkFinding] = {}
        self._judge_at = 0.0
        self._started_at: float | None = None
        self._dropped: dict[str, int] = {}
        self._aloud: dict[str, tuple[int, float]] = {}

    def opened(self, opened: SocketSight, now: float) -> None:
        """A socket was opened."""
        self._sending[_key(opened)] = _Sending(now)
        if self._started_at is None:
            self._started_at = now
        name = opened.interface.name
        if not opened.shares_port:
            self._say(FindingCode.PORT_TAKEN, Weight.NOTICE, name, now, (("family", f"IPv{opened.family}"),))

    def interfaces_changed(self, now: float) -> None:
        """Interfaces came or went: what is heard is counted anew."""
        self._started_at = now
        self._aloud.clear()

    def forget(self, name: str, now: float) -> None:
        """An interface went: what was said of it is over."""
        for key in [k for k in self._sending if k[0] == name]:
            del self._sending[key]
        for code, subject in [k for k in self._told if k[1] == name]:
            self._over(code, subject, now)

    def may_send(self, opened: SocketSight, now: float) -> bool:
        """Say whether to try: after a failure a socket rests 1, 2, 4 and up to 60 seconds."""
        state = self._sending.get(_key(opened))
        return state is None or now >= state.pause_until

    def sent(self, opened: SocketSight, now: float) -> None:
        """A packet went out."""
        state = self._sending.setdefault(_key(opened), _Sending(now))
        state.sent += 1
        if state.failures:
            state.failures, state.error = 0, None
            self._over(FindingCode.CANNOT_SEND, opened.interface.name, now)
            self._over(FindingCode.CANNOT_SEND_AT_ALL, "", now)

    def silent_until(self, sockets: Sequence[SocketSight], now: float) -> float | None:
        """Return when the first of a link's sockets may try again, where each failed twice on end; else None."""
        states = [self._sending.get(_key(one)) for one in sockets]
        resting = [s.pause_until for s in states if s is not None and s.failures > 1 and now < s.pause_until]
        return min(resting) if resting and len(resting) == len(states) else None

    def send_failed(self, opened: SocketSight, error: OSError, now: float) -> None:
        """A packet could not be sent.

        Darwin says EHOSTUNREACH until a person allows the program the local network: then it shall not wait long.
        """
        state = self._sending.setdefault(_key(opened), _Sending(now))
        state.failures += 1
        state.error = error
        asks_a_person = sys.platform == "darwin" and error.errno in _NO_ROUTE
        longest = ASKING_PAUSE_S if asks_a_person else LONGEST_PAUSE_S
        state.pause_until = now + min(FIRST_PAUSE_S * 2 ** min(state.failures - 1, 6), longest)

    def receive_failed(self, opened: SocketSight, error: OSError, now: float) -> None:
        """A socket could not be read: its interface may be on its way out."""
        self._say(
            FindingCode.INTERFACE_GONE,
            Weight.HINT,
            opened.interface.name,
            now,
            (("error", error.strerror or str(error)),),
        )

    def dropped(self, opened: SocketSight, count: int, now: float) -> None:
        """The system had no room for so many datagrams."""
        name = opened.interface.name
        self._dropped[name] = self._dropped.get(name, 0) + count
        self._say(FindingCode.PACKETS_DROPPED, Weight.HINT, name, now, (("count", str(self._dropped[name])),))

    def judge(self, links: Iterable[LinkSight], now: float) -> None:
        """Look, once a second, at what can be said by now."""
        if now < self._judge_at:
            return
        self._judge_at = now + JUDGE_EVERY_S
        self._judge_sending(now)
        if self._started_at is not None and now - self._started_at >= LISTENED_S:
            for link in links:
                self._judge_hearing(link, now)

    def _judge_sending(self, now: float) -> None:
        failing = {key: s for key, s in self._sending.items() if s.failures >= 2}
        if failing and len(failing) == len(self._sending):
            error = next(iter(failing.values())).error
            no_route = error is not None and error.errno in _NO_ROUTE
            facts = (("error", _words(error)), ("no_route", "yes" if no_route else "no"))
            self._say(FindingCode.CANNOT_SEND_AT_ALL, Weight.ALARM, "", now, facts)
            return
        by_interface: dict[str, list[bool]] = {}
        for name, family in self._sending:
            by_interface.setdefault(name, []).append((name, family) in failing)
        for name, fails in by_interface.items():
            if all(fails):
                error = next(s.error for key, s in failing.items() if key[0] == name)
                self._say(FindingCode.CANNOT_SEND, Weight.NOTICE, name, now, (("error", _words(error)),))

    def _judge_hearing(self, link: LinkSight, now: float) -> None:
        name = link.interface.name
        if (FindingCode.PORT_TAKEN, name) in self._told:
            return  # in the old way neither our own question nor announcements can be heard
        sent = any(s.sent for key, s in self._sending.items() if key[0] == name)
        said = self._sentence_for(link, sent=sent)
        if said is FindingCode.ONLY_UNICAST and not self._asked_aloud(link, now):
            return  # nobody had to answer aloud so far: an answer to a question of that kind decides
        for code in (
            FindingCode.NOT_HEARD,
            FindingCode.ONLY_UNICAST,
            FindingCode.ONLY_OTHERS,
            FindingCode.NOTHING_HEARD,
        ):
            if code is said:
                self._say(code, Weight.HINT if code is FindingCode.NOTHING_HEARD else Weight.NOTICE, name, now)
            else:
                self._over(code, name, now)

    def _asked_aloud(self, link: LinkSight, now: float) -> bool:
        """Say whether a question that wants an answer by multicast went unanswered three times."""
        times, last = self._aloud.get(link.interface.name, (0, 0.0))
        if now - last >= ALOUD_EVERY_S and link.ask_aloud(now):
            self._aloud[link.interface.name] = (times + 1, now)
        return times >= ALOUD_TIMES and now - last >= ALOUD_EVERY_S

    @staticmethod
    def _sentence_for(link: LinkSight, *, sent: bool) -> FindingCode | None:
        if link.heard_multicast:
            return None
        if sent and not link.heard_own:
            return FindingCode.NOT_HEARD
        if link.heard_unicast:
            return FindingCode.ONLY_UNICAST
        return FindingCode.ONLY_OTHERS if link.heard_queries else FindingCode.NOTHING_HEARD

    def _say(
        self, code: FindingCode, weight: Weight, subject: str, now: float, facts: tuple[tuple[str, str], ...] = ()
    ) -> None:
        if (code, subject) in self._told:
            return
        finding = NetworkFinding(code, weight, subject, subject, self._wall(now), facts=facts)
        self._told[code, subject] = finding
        self._tell(finding)

    def _over(self, code: FindingCode, subject: str, now: float) -> None:
        held = self._told.pop((code, subject), None)
        if held is not None:
            self._tell(
                NetworkFinding(code, held.weight, subject, subject, self._wall(now), facts=held.facts, over=True)
            )


def _key(opened: SocketSight) -> tuple[str, int]:
    return opened.interface.name, opened.family


def _words(error: OSError | None) -> str:
    return (error.strerror or str(error)) if error is not None else ""
