"""A hundred thousand spoiled packets and a guided run: nothing escapes, memory is bounded, other devices stay."""

import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.discovery.packets import Link, Message, Refusal, Source, read
from core.discovery.query import PTR, KnownPointer, Question, instance_labels, labels_of, question_packets
from core.model.txt import parse_txt, strings
from tests.rigs.simulated_link import INTERFACE, Responder, SimulatedLink, address, location, pointer, response, text

PACKETS = 100_000
GUIDED_S = 15
LINK = Link(INTERFACE.prefixes)


def spoiled(seed: bytes, chance: random.Random) -> bytes:
    octets = bytearray(seed)
    for _ in range(chance.randint(1, 8)):
        kind = chance.randint(0, 3)
        place = chance.randrange(len(octets)) if octets else 0
        if kind == 0 and octets:
            octets[place] = chance.randrange(256)
        elif kind == 1:
            octets[place:place] = chance.randbytes(chance.randint(1, 12))
        elif kind == 2:
            del octets[place : place + chance.randint(1, 12)]
        elif octets:
            octets[place] ^= 1 << chance.randrange(8)
    return bytes(octets)


@pytest.mark.timeout(300)
def test_a_hundred_thousand_spoiled_packets_change_nothing_for_others(report: Callable[[str], None]) -> None:
    chance = random.Random(7)  # noqa: S311  the same each time
    good = Responder("10.0.0.7", "good.local", "10.0.0.7", "Good")
    link = SimulatedLink(responders=[good])
    link.start()
    long = [pointer(f"i{n}") for n in range(60)] + [text("i1", tuple(b"k%d=%d" % (n, n) for n in range(90)))]
    seeds = [
        response(Responder("10.0.0.66", "evil.local", "10.0.0.66", "Evil").records()),
        response([address("good.local", "10.0.0.66"), location("Good", "evil.local")]),
        response(good.records(0)), response(long),
        question_packets([Question(labels_of("_http._tcp.local"), PTR)], [
            KnownPointer(("_http", "_tcp", "local"), instance_labels(f"i{n}", "_http._tcp"), 4000) for n in range(20)
        ])[0],
    ]  # fmt: skip
    tracemalloc.start()
    for number in range(PACKETS):
        octets = spoiled(chance.choice(seeds), chance)
        # from a few senders that flood, from thousands of made-up ones, and from others' networks
        sender = f"10.0.{chance.randrange(256)}.{chance.randrange(1, 255)}" if number % 3 else "10.0.0.66"
        link.send(octets, sender if sender != good.source else "10.0.0.68", unicast=chance.random() < 0.2)
        if number % 500 == 0:
            link.run(0.2)
    held_mb = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    link.run(5)
    device = link.device("good.local")
    assert device is not None
    assert device.online
    assert "10.0.0.7" in link.addresses("good.local")
    assert [c for c in link.changes if c.what.value == "gone" and c.device.host == "good.local"] == []
    table = link.link.table
    report(
        f"{PACKETS} spoiled packets: {len(table.hosts)} hosts, {len(table.instances)} instances, {held_mb:.0f} MB held"
    )
    assert len(table.instances) <= 50_000
    assert len(table.hosts) <= 25_000
    assert held_mb < 200


@pytest.mark.timeout(120)
def test_a_short_guided_run_finds_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.rigs.fuzzing_packets", str(GUIDED_S), str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    runs = next((line for line in done.stderr.splitlines() if line.startswith("Done ")), "")
    sys.stderr.write(f"\ndatagrams: {runs}\n")
    assert done.returncode == 0, done.stderr[-3000:]
    assert not list(tmp_path.glob("crash-*"))


@given(st.binary(max_size=600), st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_octets_are_read_or_refused(octets: bytes, unicast: bool) -> None:
    assert isinstance(read(octets, Source("eth0", "10.0.0.66", 5353, unicast), LINK), Message | Refusal)


@given(st.binary(max_size=600))
def test_any_txt_is_read(octets: bytes) -> None:
    assert len(parse_txt(octets)) <= len(strings(octets))


label = st.text(min_size=1, max_size=20).filter(lambda t: 0 < len(t.encode("utf-8", "replace")) <= 63)


@given(
    st.lists(st.tuples(label, st.sampled_from([1, 12, 16, 28, 33]), st.booleans()), max_size=120), st.integers(0, 300)
)
@settings(max_examples=100, deadline=None)
def test_questions_and_known_answers_are_read_back_as_written(wanted: list[tuple[str, int, bool]], known: int) -> None:
    """Zeroconf's decoder reads what our writer wrote, over as many packets as it takes, dots within labels included."""
    from zeroconf import DNSIncoming, DNSPointer

    questions = [Question(instance_labels(text_, "_http._tcp"), kind, unicast) for text_, kind, unicast in wanted]
    pointers = [
        KnownPointer(("_http", "_tcp", "local"), instance_labels(f"Press 1.{n}", "_http._tcp"), 100 + n)
        for n in range(known)
    ]
    packets = question_packets(questions, pointers)
    read_back = [DNSIncoming(packet) for packet in packets]
    assert all(len(packet) <= 1_440 for packet in packets)
    assert all(message.valid for message in read_back)
    asked = [(q.name, q.type, q.unique) for m in read_back for q in m.questions]
    assert asked == [(".".join(q.labels) + ".", q.kind, q.unicast) for q in questions]
    answers = [r for m in read_back for r in m.answers()]
    assert [(r.alias, r.ttl) for r in answers if isinstance(r, DNSPointer)] == [
        (".".join(p.target) + ".", p.left_s) for p in pointers
    ]
    with_answers = [m for m in read_back if m.num_answers]
    assert [m.truncated for m in with_answers] == [True] * (len(with_answers) - 1) + [False] * bool(with_answers)
