"""Attacks in several steps, and what wears a table out: each found by a second pair of eyes."""

import pytest

from core.discovery import board, directory
from core.discovery.contests import MAX_OPEN
from core.discovery.query import PTR, KnownPointer, Question, instance_labels, labels_of, question_packets
from core.model.device import Presence
from tests.core.discovery.test_attacks import STRANGER, VICTIM, floor
from tests.rigs.simulated_link import (
    HTTP,
    Responder,
    SimulatedLink,
    address,
    location,
    pointer,
    response,
    text,
)


def services(link: SimulatedLink, key: str = "dev01.local") -> list[tuple[str, int]]:
    device = link.device(key)
    return [(s.instance, s.port) for s in device.services] if device else []


def is_here(link: SimulatedLink, key: str = "dev01.local") -> bool:
    device = link.device(key)
    return device is not None and device.online


def test_an_address_of_the_other_family_makes_nobody_the_device() -> None:
    """A stranger adds an AAAA to an IPv4-only device and goes on as if it were the device."""
    link, _ = floor()
    link.send(response([address("dev01.local", "fe80::66")]), "fe80::66")
    link.run(2)
    link.send(response([location("Press 1", "evil.local", 666), address("dev01.local", STRANGER)]), "fe80::66")
    link.run(3)
    assert services(link) == [("Press 1", 80)]
    assert VICTIM in link.addresses("dev01.local")
    assert {"service-redirected", "two-senders"} & set(link.codes())
    link.send(response([pointer("Press 1", 0), address("dev01.local", VICTIM, 0)]), "fe80::66")
    link.run(3)
    assert is_here(link)


def test_a_record_with_a_long_life_keeps_neither_a_dead_device_nor_hides_a_live_one() -> None:
    link, victim = floor()
    link.send(response([address("dev01.local", "fe80::66", 86_400)]), "fe80::66")
    link.run(400)
    assert VICTIM in link.addresses("dev01.local")
    assert is_here(link)
    victim.up = False
    link.run(200)
    assert not is_here(link)


def test_nobody_else_shortens_a_records_life() -> None:
    link, victim = floor()
    link.run(300)
    victim.answers = False  # whatever is asked now gets no answer: only time counts
    link.send(response([pointer("Press 1", 5), location("Press 1", "dev01.local", 80, 5)]), STRANGER)
    link.run(60)
    assert is_here(link)
    assert services(link) == [("Press 1", 80)]


def test_the_owner_may_shorten_it_and_the_row_follows() -> None:
    link, victim = floor()
    link.run(10)
    victim.up = False
    short = [pointer("Press 1", 5), location("Press 1", "dev01.local", 80, 5), address("dev01.local", VICTIM, 5)]
    link.send(response(short), VICTIM)
    link.run(9)
    assert not is_here(link)


def test_a_word_that_ran_out_is_no_title_to_the_name() -> None:
    """An address that expired unasked comes back while another one holds: one of them is wrong, and it is settled."""
    link, victim = floor()
    victim.answers = False
    host = link.link.table.hosts["dev01.local"]
    host.asked_in_vain = 1  # the budget was spent on others: nobody asked for it
    [stale] = host.ipv4
    stale.until = link.now  # stale, and still in the table
    victim.answers = True
    victim.source = victim.ip = "10.0.0.55"
    link.announce(victim)
    assert "10.0.0.55" in link.addresses("dev01.local")
    host.ipv4.insert(0, stale)  # it stands there still where nothing looked at the host since
    link.run(0.5)
    victim.source = victim.ip = VICTIM
    link.announce(victim)
    link.run(3)
    assert link.addresses("dev01.local") == {VICTIM}
    assert link.codes() == []


def test_an_echo_first_and_a_defence_after_it_are_told() -> None:
    link, victim = floor()
    link.send(response(victim.records()), STRANGER)
    link.run(1)
    link.responders.append(Responder(STRANGER, "dev01.local", STRANGER, "Press 1"))
    link.send(response([address("dev01.local", STRANGER)]), STRANGER)
    link.run(3)
    assert "two-senders" in link.codes()


def test_a_second_stranger_behind_the_first_leaves_nothing() -> None:
    link, _ = floor()
    link.send(response([address("dev01.local", STRANGER)]), STRANGER)
    link.send(response([address("dev01.local", "10.0.0.67", 80_000)]), "10.0.0.67")
    link.run(3)
    assert link.addresses("dev01.local") == {VICTIM}


def test_a_claim_that_cannot_be_settled_now_is_not_taken_in() -> None:
    link, _ = floor()
    for number in range(MAX_OPEN):
        source = f"10.0.0.{100 + number // 32}"
        link.send(response([address(f"n{number}.local", "10.0.0.90")]), source)
        link.send(response([address(f"n{number}.local", "10.0.0.91")]), f"10.0.0.{200 + number // 32}")
    link.send(response([address("dev01.local", STRANGER), location("Press 1", "dev01.local", 666)]), STRANGER)
    link.run(3)
    assert link.addresses("dev01.local") == {VICTIM}
    assert services(link) == [("Press 1", 80)]


def test_many_forged_speakers_do_not_drown_the_device() -> None:
    link, _ = floor()
    link.send(response([address("dev01.local", STRANGER)]), STRANGER)
    link.run(0.05)
    for number in range(40):
        link.send(response([address("dev01.local", STRANGER)]), f"10.0.0.{100 + number}")
    link.run(3)
    assert "two-senders" in link.codes()
    assert VICTIM in link.addresses("dev01.local")


def test_names_that_come_and_go_use_up_no_share_for_ever() -> None:
    """A browser's random .local names (RFC 8828) must not keep its computer's services from being listed."""
    link, _ = floor()
    for number in range(2_000):
        link.send(response([address(f"{number:032x}.local", "10.0.0.9", 60)]), "10.0.0.9")
    link.run(60 + 650, step=0.5)
    assert len(link.link.table.hosts) < 100
    link.announce(Responder("10.0.0.9", "laptop.local", "10.0.0.9", "Laptop"))
    assert link.device("laptop.local") is not None


def test_rows_of_what_made_room_do_not_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MAX_HOSTS", 200)
    monkeypatch.setattr(board, "MAX_ROWS", 300)
    link, _ = floor()
    for number in range(2_000):
        link.send(response([address(f"x{number}.local", "10.0.0.90", 60)]), f"10.0.{1 + number % 200}.1")
        if number % 100 == 0:
            link.run(0.6)
    link.run(200, step=0.5)
    assert len(link.link.table.hosts) <= 200
    assert len(link.board.devices()) <= 301
    assert {d.host for d in link.board.devices() if d.online} == {"dev01.local", "other.local"}
    assert any(c.what is board.What.FORGOTTEN for c in link.changes)


def test_questions_of_others_fill_no_table() -> None:
    link, _ = floor()
    for number in range(40):
        packets = question_packets([Question(labels_of(f"_t{number}x{n}._tcp.local."), PTR) for n in range(60)])
        link.send(packets[0], "10.0.0.66")
        link.send(packets[0], "192.0.2.9", unicast=True)
    link.announce(Responder("10.0.0.9", "fresh.local", "10.0.0.9", "Fresh"))
    link.send(response([pointer("New", kind="_brand-new._tcp.local")]), "10.0.0.9")
    since = link.now
    link.run(1)
    assert any(b"_brand-new" in packet for at, packet in link.asked if at >= since)
    assert len(link.link.schedule.types._series) < 100


def test_a_question_that_knows_more_than_we_do_not_silence_ours() -> None:
    link = SimulatedLink()
    link.link.schedule.types.start([f"{HTTP}."], link.now)
    link.run(0.9)
    known = [KnownPointer(("_http", "_tcp", "local"), instance_labels("Unknown to us", "_http._tcp"), 4_000)]
    link.send(question_packets([Question(labels_of(f"{HTTP}."), PTR)], known)[0], "10.0.0.9")
    since = link.now
    link.run(0.5)
    assert [at for at, packet in link.asked if at > since and b"\x05_http" in packet]


def test_changing_a_text_for_ever_uses_up_no_memory() -> None:
    link, victim = floor()
    for number in range(300):
        victim.entries = (b"n=%d" % number, b"x" * 200)
        link.announce(victim)
        link.run(1.5, step=0.5)
    held = sum(i.txt_octets() for i in link.link.table.instances.values())
    assert link.link.table._directory.txt_octets == held
    assert held < 3_000


def test_one_device_on_two_networks_keeps_its_row_when_the_other_leaves() -> None:
    from core.discovery.board import Board
    from core.discovery.link import Link
    from core.discovery.packets import Source
    from tests.rigs.simulated_link import INTERFACE

    one, two = SimulatedLink(), SimulatedLink()
    links: dict[str, Link] = {"eth0": one.link, "eth1": two.link}
    second = type(INTERFACE)("eth1", 3, INTERFACE.networks)
    two.link.interface = second
    shown = Board(links, one.wall)
    a, b = (Responder(f"10.0.0.{n}", "printer.local", f"10.0.0.{n}", f"P{n}") for n in (5, 6))
    touched = one.link.take(response(a.records()), Source("eth0", a.source), 1_000.0)
    touched |= two.link.take(response(b.records()), Source("eth1", b.source), 1_000.0)
    shown.update(touched, 1_000.0)
    assert {d.id for d in shown.devices()} == {"printer.local%eth0", "printer.local%eth1"}
    shown.update(one.link.take(response(a.records(0)), Source("eth0", a.source), 1_010.0), 1_010.0)
    assert {d.id: d.online for d in shown.devices()} == {"printer.local%eth0": False, "printer.local%eth1": True}


def test_news_that_reach_one_interface_first_split_nothing() -> None:
    from core.discovery.board import Board
    from core.discovery.packets import Source

    one, two = SimulatedLink(), SimulatedLink()
    two.link.interface = type(two.link.interface)("eth1", 3, two.link.interface.networks)
    shown = Board({"eth0": one.link, "eth1": two.link}, one.wall)

    def announce(octets: bytes, now: float, *links: SimulatedLink) -> list[str]:
        touched: set[str] = set()
        for link, source in zip(links, ("10.0.0.5", "10.0.0.6"), strict=False):
            touched |= link.link.take(octets, Source(link.link.interface.name, source), now)
        return [c.what.value for c in shown.update(touched, now)]

    def said(entry: bytes, ip: str) -> bytes:
        return response([pointer("P"), location("P", "dual.local"), text("P", (entry,)), address("dual.local", ip)])

    announce(said(b"v=1", "10.0.0.5"), 1_000.0, one)
    announce(said(b"v=1", "10.0.0.6"), 1_000.1, two)
    assert [d.id for d in shown.devices()] == ["dual.local"]
    announce(said(b"v=2", "10.0.0.5"), 1_010.0, one)
    announce(said(b"v=2", "10.0.0.6"), 1_010.03, two)
    assert [(d.id, d.online) for d in shown.devices()] == [("dual.local", True)]


def test_a_stale_device_is_asked_for_again_less_and_less_often() -> None:
    link = SimulatedLink()
    device = Responder(VICTIM, "dev01.local", VICTIM, "Press 1", additionals=False)
    link.responders = [device]
    link.start()
    assert is_here(link)
    device.answers = False
    link.run(400)
    assert link.device("dev01.local").presence is Presence.GONE  # type: ignore[union-attr]
    device.answers = True
    device.ip = "10.0.0.77"
    link.run(3_600, step=0.5)
    assert is_here(link)
    assert link.addresses("dev01.local") >= {"10.0.0.77"}
