"""An empty network, one that cannot be heard, and one that cannot be spoken to are three sentences."""

import errno
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from core.discovery.health import Health
from core.discovery.interface_changes import SleepWatch
from core.discovery.interfaces import Interface, usual
from core.model.network_finding import NetworkFinding
from core.model.network_words import mend, sentence
from tests.core.discovery.test_attacks import floor
from tests.rigs.simulated_link import INTERFACE


@dataclass
class Socket:
    interface: Interface = INTERFACE
    family: int = 4
    shares_port: bool = True


@dataclass
class Sight:
    interface: Interface = INTERFACE
    heard_own: int = 0
    heard_unicast: int = 0
    heard_multicast: int = 0
    heard_queries: int = 0
    knows_somebody: bool = True
    asked: list[float] = field(default_factory=list)

    def ask_aloud(self, now: float) -> bool:
        self.asked.append(now)
        return self.knows_somebody


class Told:
    def __init__(self) -> None:
        self.findings: list[NetworkFinding] = []
        self.health = Health(lambda moment: datetime.fromtimestamp(moment, UTC), self.findings.append)

    def codes(self) -> list[str]:
        return [f.code.value + (" over" if f.over else "") for f in self.findings]

    def listen(self, sight: Sight, seconds: int) -> None:
        for second in range(seconds):
            self.health.judge([sight], float(second))


def test_nothing_can_be_sent_anywhere_names_the_permission_of_macos() -> None:
    told, one, two = Told(), Socket(), Socket(family=6)
    for opened in (one, two):
        told.health.opened(opened, 0.0)
    for moment in (1.0, 10.0):
        for opened in (one, two):
            told.health.send_failed(opened, OSError(errno.EHOSTUNREACH, "No route to host"), moment)
    told.health.judge([], 11.0)
    assert told.codes() == ["cannot-send-at-all"]
    assert "Local Network" in mend(told.findings[0])
    assert "No route to host" in sentence(told.findings[0])
    told.health.sent(one, 12.0)
    assert told.codes()[-1] == "cannot-send-at-all over"


def test_one_interface_that_cannot_send_is_named_and_rests_longer_and_longer() -> None:
    told = Told()
    good, bad = Socket(), Socket(Interface("eth1", 3, INTERFACE.networks))
    told.health.opened(good, 0.0)
    told.health.opened(bad, 0.0)
    told.health.sent(good, 1.0)
    told.health.send_failed(bad, OSError(errno.ENETUNREACH, "Network is unreachable"), 1.0)
    assert not told.health.may_send(bad, 1.5)
    assert told.health.may_send(bad, 2.1)
    told.health.send_failed(bad, OSError(errno.ENETUNREACH, "Network is unreachable"), 2.1)
    assert not told.health.may_send(bad, 4.0)
    assert told.health.may_send(good, 4.0)
    told.health.judge([], 5.0)
    assert told.codes() == ["cannot-send"]
    told.health.forget("eth1", 6.0)
    assert told.codes() == ["cannot-send", "cannot-send over"]


@pytest.mark.parametrize(("platform", "rest"), [("linux", 60.0), ("darwin", 4.0)])
def test_a_network_that_a_person_may_allow_any_moment_is_tried_often(
    platform: str, rest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    told, one = Told(), Socket()
    for tries in range(8):
        told.health.send_failed(one, OSError(errno.EHOSTUNREACH, "No route to host"), 100.0 * tries)
    assert not told.health.may_send(one, 700.0 + rest - 0.1)
    assert told.health.may_send(one, 700.0 + rest)


def test_a_link_is_silent_where_each_of_its_sockets_failed_twice_on_end() -> None:
    told, four, six = Told(), Socket(), Socket(family=6)
    failed = OSError(errno.ENETUNREACH, "Network is unreachable")
    assert told.health.silent_until((), 0.0) is None
    told.health.send_failed(four, failed, 0.0)
    told.health.send_failed(six, failed, 0.0)
    assert told.health.silent_until((four, six), 0.0) is None, "a packet may get lost"
    told.health.send_failed(six, failed, 1.0)
    assert told.health.silent_until((four, six), 1.0) is None
    told.health.send_failed(four, failed, 2.0)
    assert told.health.silent_until((four, six), 2.5) == 3.0, "when the first of them tries again"
    told.health.sent(four, 4.0)
    assert told.health.silent_until((four, six), 4.0) is None


@pytest.mark.parametrize(
    ("sight", "code"),
    [
        (Sight(heard_own=3), "nothing-heard"),
        (Sight(heard_own=0), "own-query-not-heard"),
        (Sight(heard_own=3, heard_queries=4), "only-others-heard"),
        (Sight(heard_own=3, heard_unicast=9), "only-unicast-answers"),
    ],
)
def test_what_is_heard_decides_the_sentence(sight: Sight, code: str) -> None:
    told = Told()
    told.health.opened(Socket(), 0.0)
    told.health.sent(Socket(), 0.0)
    told.listen(sight, 30)
    assert told.codes() == [code]
    sight.heard_multicast = 1
    told.health.judge([sight], 31.0)
    assert told.codes() == [code, f"{code} over"]


def test_the_firewall_is_not_blamed_before_somebody_had_to_answer_aloud() -> None:
    told, sight = Told(), Sight(heard_own=3, heard_unicast=9)
    told.health.opened(Socket(), 0.0)
    told.health.sent(Socket(), 0.0)
    told.listen(sight, 11)
    assert told.codes() == []
    assert sight.asked


def test_a_taken_port_is_told_and_explains_the_silence() -> None:
    told = Told()
    told.health.opened(Socket(shares_port=False), 0.0)
    told.health.sent(Socket(), 0.0)
    told.listen(Sight(), 30)
    assert told.codes() == ["port-taken"]


def test_a_computer_that_slept_is_noticed_by_its_clocks() -> None:
    watch = SleepWatch(1_000.0, 50.0, counts_sleep=False)
    assert not watch.woke(1_001.0, 51.0)
    assert watch.woke(4_601.0, 52.0)
    assert not watch.woke(4_602.0, 53.0)


def test_a_computer_whose_clocks_both_went_on_is_noticed_by_a_turn_that_took_too_long() -> None:
    """As on Windows, where the monotonic clock counts sleep."""
    watch = SleepWatch(1_000.0, 50.0, counts_sleep=True)
    assert not watch.woke(1_001.0, 51.0)
    assert watch.woke(4_601.0, 3_651.0)
    assert not watch.woke(4_602.0, 3_652.0)


def test_after_a_wake_what_answers_stays_and_what_is_silent_goes() -> None:
    link, victim = floor()
    link.run(100)
    victim.up = False
    link.link.unconfirm(link.now)
    link.link.schedule.types.start((), link.now)
    link.run(14)
    gone, stays = link.device("dev01.local"), link.device("other.local")
    assert gone is not None
    assert stays is not None
    assert (gone.online, stays.online) == (False, True)


def test_tunnels_and_bridges_of_containers_are_not_meant_by_the_network() -> None:
    names = ("docker0", "veth1", "virbr0", "utun3", "awdl0")
    assert usual(tuple(Interface(name, 9, INTERFACE.networks) for name in names)) == ()
