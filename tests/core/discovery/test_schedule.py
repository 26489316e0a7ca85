"""What is asked, when, and when not: RFC 6762 sections 5.2, 7.1, 7.3 and 10.4 on a simulated link."""

import itertools
from types import SimpleNamespace

import pytest
from zeroconf import DNSIncoming, DNSPointer

from core.discovery.names import ENUMERATION
from core.discovery.query import PTR, Question, labels_of, question_packets
from core.model.device import Presence
from tests.rigs.simulated_link import (
    AAAA,
    HTTP,
    SRV,
    A,
    Responder,
    SimulatedLink,
    address,
    location,
    name,
    pointer,
    record,
    response,
    text,
)

DEVICE = "10.0.0.5"


def one(**more: object) -> Responder:
    return Responder(DEVICE, "dev01.local", DEVICE, "Press 1", **more)  # type: ignore[arg-type]


def questions(link: SimulatedLink, since: float = 0.0) -> list[tuple[float, str, int, bool]]:
    """Return what was asked: when, name, type, QU."""
    return [
        (round(at - 1_000.0, 2), q.name, q.type, bool(q.unique))
        for at, packet in link.asked if at >= since for q in DNSIncoming(packet).questions
    ]  # fmt: skip


def asked_for(link: SimulatedLink, wanted: str, since: float = 0.0) -> list[float]:
    return [at for at, asked, _, _ in questions(link, since) if asked == wanted]


def test_the_first_packet_asks_the_enumeration_and_all_types_at_once_for_unicast_answers() -> None:
    link = SimulatedLink()
    link.link.schedule.types.start([f"_t{n}._tcp.local." for n in range(40)], link.now)
    link.run(0.1)
    [(_, packet)] = link.asked
    first = DNSIncoming(packet)
    assert len(first.questions) == 41
    assert first.questions[0].name == ENUMERATION
    assert all(q.unique and q.type == PTR for q in first.questions)


def test_rounds_grow_and_one_that_brought_nothing_new_makes_the_next_wait_longer() -> None:
    link = SimulatedLink()
    link.link.schedule.types.start([f"{HTTP}."], link.now)
    link.run(100)
    times = asked_for(link, f"{HTTP}.")
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert 0.9 < gaps[0] < 1.2
    assert all(later >= 2 * earlier - 0.2 for earlier, later in itertools.pairwise(gaps))
    assert not any(unicast for at, asked, _, unicast in questions(link) if asked == f"{HTTP}." and at > 0.5)


def test_known_answers_are_sent_while_half_of_their_life_is_left() -> None:
    link = SimulatedLink(responders=[one()])
    link.start()
    second = [DNSIncoming(p) for at, p in link.asked if at > 1_000.9]
    known = [r for m in second for r in m.answers() if isinstance(r, DNSPointer)]
    assert {(r.name, r.alias) for r in known} >= {(f"{HTTP}.", f"Press 1.{HTTP}.")}
    assert all(4_400 < r.ttl <= 4_500 for r in known if r.name == f"{HTTP}.")


def test_a_type_is_learnt_from_any_pointer_and_from_others_questions() -> None:
    link = SimulatedLink()
    link.start()
    kind = "_made-up._udp.local"
    link.send(response([pointer("X", kind=kind)]), DEVICE)
    [query] = question_packets([Question(labels_of("_asked-for._tcp.local."), PTR)])
    link.send(query, DEVICE)
    link.run(0.2)
    assert asked_for(link, f"{kind}.")
    assert asked_for(link, "_asked-for._tcp.local.")


def test_what_is_missing_is_asked_for_together_less_and_less_often_and_not_for_ever() -> None:
    link = SimulatedLink()
    link.start()
    since = link.now
    link.send(response([pointer("Half")]), DEVICE)
    link.run(300)
    times = asked_for(link, f"Half.{HTTP}.", since)
    kinds = {kind for _, asked, kind, _ in questions(link, since) if asked == f"Half.{HTTP}."}
    assert kinds == {SRV, 16}
    assert 2 <= len(set(times)) <= 6
    link.send(response([location("Half", "half.local"), text("Half")]), DEVICE)
    link.run(1)
    assert {k for _, asked, k, _ in questions(link, link.now - 1) if asked == "half.local."} == {A, AAAA}


def test_a_host_that_denies_a_family_is_not_asked_for_it() -> None:
    link = SimulatedLink()
    link.start()
    nsec = record("dev01.local", 47, name("dev01.local") + b"\x00\x01\x40", 120)  # has A alone
    since = link.now
    link.send(response([*one().records(), nsec]), DEVICE)
    link.run(5)
    assert asked_for(link, "dev01.local.", since) == []


def test_a_watched_device_that_falls_silent_is_gone_when_its_life_ends() -> None:
    device = one()
    link = SimulatedLink(responders=[device])
    link.start()
    device.up = False
    since = link.now
    link.run(123)
    asked = sorted(set(asked_for(link, "dev01.local.", since)))
    assert len(asked) == 4, "at 80, 85, 90 and 95 of a hundred parts of its life"
    shown = link.device("dev01.local")
    assert shown is not None
    assert (shown.online, shown.presence) == (False, Presence.GONE)


def test_a_device_that_answers_its_refresh_stays() -> None:
    link = SimulatedLink(responders=[one()])
    link.start()
    link.run(300)
    shown = link.device("dev01.local")
    assert shown is not None
    assert shown.presence is Presence.HERE
    assert all(c.what.value != "gone" for c in link.changes)


def test_ten_thousand_devices_are_not_refreshed_one_by_one() -> None:
    link = SimulatedLink()
    link.start()
    for number in range(1, 1_500):
        source = f"10.0.{number >> 8}.{number & 255 or 1}"
        link.send(response(Responder(source, f"d{number}.local", source, f"D{number}").records()), source)
    since = link.now
    link.run(60)
    quiet = len(questions(link, since))
    link.run(75)
    refreshes = len([q for q in questions(link, since) if q[2] == A])
    assert refreshes <= 4 * 135 + 60, (quiet, refreshes)
    unasked = [d for d in link.board.devices() if d.presence is Presence.STALE]
    assert unasked, "those that nobody asked for keep their last address, marked as old"
    assert all(d.online for d in unasked)


def test_a_device_that_cannot_be_reached_is_asked_for_and_goes_within_ten_seconds() -> None:
    device = one()
    link = SimulatedLink(responders=[device])
    link.start()
    link.run(5)
    link.link.confirm("dev01.local", link.now)
    link.run(11)
    assert link.board.device("dev01.local").online, "it answered"  # type: ignore[union-attr]
    device.up = False
    link.link.confirm("dev01.local", link.now)
    link.run(12)
    assert not link.board.device("dev01.local").online  # type: ignore[union-attr]


def test_a_question_that_somebody_just_asked_is_not_asked_again() -> None:
    link = SimulatedLink()
    link.link.schedule.types.start([f"{HTTP}."], link.now)
    link.run(0.5)
    [query] = question_packets([Question(labels_of(f"{HTTP}."), PTR)])
    link.send(query, "10.0.0.9")
    link.run(1.5)
    assert len(asked_for(link, f"{HTTP}.")) == 1


def test_a_host_whose_last_service_leaves_is_asked_for_before_it_goes() -> None:
    device = one()
    link = SimulatedLink(responders=[device])
    link.start()
    link.run(3)
    since = link.now
    link.send(response([pointer("Press 1", 0), location("Press 1", "dev01.local", 80, 0)]), DEVICE)
    device.instance = "Other name"  # the host goes on with its address alone
    link.run(3)
    assert asked_for(link, "dev01.local.", since)
    shown = link.device("dev01.local")
    assert shown is not None
    assert shown.online


def test_a_probe_shows_a_device_as_arriving_and_an_announcement_as_here() -> None:
    link = SimulatedLink()
    link.start()
    question = name("dev01.local") + b"\x00\xff\x80\x01"
    probe = b"\0\0\0\0\0\1\0\0\0\1\0\0" + question + address("dev01.local", DEVICE)
    link.send(probe, DEVICE)
    shown = link.device("dev01.local")
    assert shown is not None
    assert (shown.presence, shown.online, shown.addresses) == (Presence.ARRIVING, False, ())
    link.announce(one())
    assert link.device("dev01.local").presence is Presence.HERE  # type: ignore[union-attr]
    link.send(probe.replace(b"dev01", b"dev02"), "10.0.0.6")
    link.run(4)
    assert link.device("dev02.local").presence is Presence.GONE  # type: ignore[union-attr]


def test_a_host_without_services_is_shown_and_a_service_without_a_host_is_not() -> None:
    link = SimulatedLink()
    link.start()
    link.send(response([address("bare.local", DEVICE)]), DEVICE)
    link.send(response([pointer("Lost"), location("Lost", "nowhere.local"), text("Lost")]), DEVICE)
    assert link.device("bare.local") is not None
    assert link.device("nowhere.local") is None


def test_a_subtype_is_a_label_on_the_service_and_no_service_of_its_own() -> None:
    link = SimulatedLink()
    link.start()
    link.send(
        response([*one().records(), record(f"_printer._sub.{HTTP}", 12, name(("Press 1", *HTTP.split("."))), 4500)]),
        DEVICE,
    )
    [service] = link.device("dev01.local").services  # type: ignore[union-attr]
    assert (service.type, service.subtypes) == ("_http._tcp", ("_printer",))


def test_a_cache_flush_replaces_what_the_same_sender_said_before() -> None:
    device = one()
    link = SimulatedLink(responders=[device])
    link.start()
    link.run(3)
    device.ip = "10.0.0.6"
    link.announce(device)
    link.run(1.5)
    assert link.addresses("dev01.local") == {"10.0.0.6"}


def test_ttl_zero_of_two_to_the_31_and_more() -> None:
    link = SimulatedLink()
    link.start()
    link.send(response([address("dev01.local", DEVICE, 1 << 31)]), DEVICE)
    assert "dev01.local" not in link.link.table.hosts


@pytest.mark.parametrize("hears_unicast", [True, False])
def test_no_answer_is_wanted_by_unicast_where_none_would_reach_us(hears_unicast: bool) -> None:
    """As on a Mac, whose own responder had the port first."""
    link = SimulatedLink()
    link.link.listens_by([SimpleNamespace(shares_port=True, hears_unicast=hears_unicast)])
    link.link.schedule.types.start((), link.now)
    packets, _ = link.link.tick(link.now)
    asked = [question for packet, _ in packets for question in DNSIncoming(packet).questions]
    assert asked
    assert any(question.unicast for question in asked) is hears_unicast
