"""Each point about an announcement, from real octets."""

from collections.abc import Iterable

import pytest

from core.discovery.evidence import Evidence, _take
from core.discovery.lint import lint
from core.discovery.packets import Source
from core.model.lint import LintReport
from tests.rigs.simulated_link import HTTP, INTERFACE, SRV, A, address, location, name, pointer, record, response, text

ENUMERATED = record("_services._dns-sd._udp.local", 12, name(HTTP), 4500)
GOOD = (pointer("Web"), location("Web", "dev01.local"), text("Web"), address("dev01.local", "10.0.0.5"), ENUMERATED)
V6 = address("dev01.local", "fe80::5")


def judged(records: Iterable[bytes], host: str = "dev01.local", *, hops: int = 255) -> LintReport:
    evidence = Evidence(host, interfaces=(INTERFACE,))
    _take(evidence, response(records), Source("eth0", "10.0.0.5", 5353, False, hops), INTERFACE)
    return lint(evidence)


def codes(records: Iterable[bytes], host: str = "dev01.local", *, hops: int = 255) -> set[str]:
    return {point.code for point in judged(records, host, hops=hops).points}


def without(index: int, *more: bytes) -> list[bytes]:
    return [r for n, r in enumerate((*GOOD, V6)) if n != index] + list(more)


def test_a_good_announcement_has_no_point() -> None:
    assert codes([*GOOD, V6]) == set()


def test_a_host_that_nobody_announces_is_not_heard() -> None:
    assert judged([address("other.local", "10.0.0.9")]).heard is False


def test_every_point_names_its_clause_and_what_to_do() -> None:
    report = judged([location("Web", "dev01.local", 443), address("dev01.local", "192.0.2.1", 1)])
    assert report.points
    assert all(p.clause.startswith("RFC") and p.mend and p.sentence for p in report.points)
    assert [p.level.value for p in report.points] == sorted(
        (p.level.value for p in report.points), key=["error", "warning", "hint"].index
    )


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (without(1, location("Web", "dev01.local", 443)), "http-on-tls-port"),
        (without(0), "no-pointer"),
        (without(2), "no-txt"),
        (without(3)[:-1], "no-address"),
        (without(4), "not-enumerated"),
        (GOOD, "no-nsec"),
        (without(3, address("dev01.local", "192.0.2.1")), "off-link-address"),
        (without(3, address("dev01.local", "127.0.0.1")), "bad-address"),
        (without(3, address("dev01.local", "10.0.0.5", 5)), "ttl-short-A"),
        (without(3, address("dev01.local", "10.0.0.5", 90_000)), "ttl-long-A"),
        (without(0, pointer("Web", 3_600)), "ttl-PTR"),
        (without(3, record("dev01.local", A, bytes([10, 0, 0, 5]), 120, flush=False)), "no-flush-A"),
        (without(1, location("Web", "dev01.local", 0)), "port-0"),
        (without(2, text("Web", (b"=x",))), "txt-no-key"),
        (without(2, text("Web", (b"a=1", b"A=2"))), "txt-twice-A"),
        (without(2, text("Web", (b"password=x",))), "txt-secret-password"),
        (without(2, text("Web", (b"k\xc3\xa4se=1",))), "txt-key-käse"),
        (without(2, text("Web", tuple(b"k%02d=" % n + b"x" * 240 for n in range(6)))), "txt-long"),
        (without(2, text("Web", (b"averylongkey=1",))), "txt-long-key"),
        (without(2, record(("Web", *HTTP.split(".")), 16, b"\x09abc", 4500)), "txt-broken"),
        ([*GOOD, V6, pointer("Lost")], "no-srv"),
        ([*GOOD, V6, location("X", "dev01.local", kind="_foo bar._tcp.local")], "type-name"),
        (without(2, record(("Web", *HTTP.split(".")), 16, b"", 4500)), "txt-empty"),
    ],
)
def test_each_fault_is_named(records: list[bytes], code: str) -> None:
    assert code in codes(records)


def test_a_shared_record_that_claims_to_be_alone_is_an_error() -> None:
    alone = name(HTTP) + b"\x00\x0c\x80\x01\x00\x00\x11\x94" + len(name(("Web", *HTTP.split(".")))).to_bytes(2, "big")
    assert "flush-on-shared" in codes(without(0, alone + name(("Web", *HTTP.split(".")))))


def test_names_that_break_are_named() -> None:
    spaced = [pointer("Web"), location("Web", "my device.local"), text("Web"), address("my device.local", "10.0.0.5")]
    assert "host-characters" in codes(spaced, "my device.local")
    deep = [location("Web", "a.b.local"), address("a.b.local", "10.0.0.5")]
    assert "host-labels" in codes(deep, "a.b.local")
    kind = "_a--b._tcp.local"
    odd = [location("Web", "dev01.local", kind=kind), pointer("Web", kind=kind), text("Web", kind=kind)]
    assert "type-name" in codes([*odd, address("dev01.local", "10.0.0.5")])
    own = "_myplant._tcp.local"
    assert "unknown-type" in codes([location("Web", "dev01.local", kind=own), address("dev01.local", "10.0.0.5")])
    assert "control-characters" in codes([location("a\nb", "dev01.local"), address("dev01.local", "10.0.0.5")])


def test_a_hop_limit_and_missing_additionals_are_told() -> None:
    assert "hop-limit" in codes([*GOOD, V6], hops=64)
    evidence = Evidence("dev01.local", interfaces=(INTERFACE,))
    source = Source("eth0", "10.0.0.5", 5353, False, 255)
    _take(evidence, response([pointer("Web")]), source, INTERFACE)
    _take(evidence, response([location("Web", "dev01.local"), text("Web"), V6, ENUMERATED]), source, INTERFACE)
    assert "no-additionals" in {p.code for p in lint(evidence).points}


def test_srv_is_read_by_its_target() -> None:
    other = record(("Web", *HTTP.split(".")), SRV, b"\0\0\0\0\0\x50" + name("other.local"), 120)
    assert judged([other, address("dev01.local", "10.0.0.5")]).services == ()
