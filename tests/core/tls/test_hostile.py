"""Attacks that a fresh pair of eyes thought of: each costs little time, raises nothing, and proves no key."""

import asyncio
import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.app.verify_chain import given_clients, judge_given
from core.tls import fields, parse
from core.tls.dtls import capture_datagrams
from core.tls.hostnames import covers, name_findings
from core.tls.probe import capture
from tests.core.tls.test_reasons_alone import CLIENTS, DEVICE, HOST, ISSUING, chain
from tests.rigs import drafts
from tests.rigs import odd_servers as odd
from tests.rigs.drafts import BASIC, NAMES, Draft, dns, integer, oid, seq, tlv
from tests.rigs.minting import NOW, mint, mint_ca
from tests.rigs.odd_servers import alert
from tests.rigs.zoo.scripted import GOOD, flight, records, scripted, server_hello

SECONDS = 2.0


def judged(leaf: bytes, host: str = HOST) -> None:
    sent, root = chain()
    parse.certificate_facts(leaf)
    assert fields.certificate_fields(leaf)
    verdicts = judge_given([leaf, *sent[1:]], host, given_clients(CLIENTS, [root]), NOW).verdicts
    assert all(verdict.reasons for verdict in verdicts)


def odd_leaf(**changes: object) -> bytes:
    draft = drafts.device_draft(DEVICE, HOST, drafts.common_name("Issuing"), ISSUING, NOW)
    return replace(draft, **changes).signed(ISSUING)  # type: ignore[arg-type]


HUGE = tlv(0x02, b"\x01" * 2000)


@pytest.mark.parametrize(
    "leaf",
    [
        odd_leaf(version=tlv(0xA0, HUGE)),
        odd_leaf(version=tlv(0xA0, HUGE), extensions=()),
        odd_leaf(extensions=((BASIC, True, seq(b"\x01\x01\xff", HUGE)),)),
        odd_leaf(extensions=(("1.3.6.1.5.5.7.1.24", False, seq(HUGE)),)),
        odd_leaf(inner=seq(oid("1.2.840.113549.1.1.10"), seq(tlv(0xA2, integer(2**40))))),
        odd_leaf(serial=HUGE),
        odd_leaf(subject=seq(*(tlv(0x31, seq(oid("2.5.4.11"), tlv(0x0C, b"x"))) for _ in range(15_000)))),
        odd_leaf(extensions=tuple((f"1.3.6.1.4.1.99999.{n % 7}", False, b"\x05\x00") for n in range(9_000))),
    ],
    ids=["version", "version-alone", "path-length", "feature", "salt", "serial", "subject", "extensions"],
)
def test_numbers_and_lists_without_measure_are_read_in_time(leaf: bytes) -> None:
    begun = time.process_time()
    judged(leaf)
    assert time.process_time() - begun < SECONDS


def test_a_pattern_full_of_stars_is_compared_in_time() -> None:
    host = "a" * 60 + ".local"
    begun = time.process_time()
    judged(odd_leaf(extensions=((NAMES, False, dns("*a" * 25 + "b.local", "*a" * 25 + "*.local")),)), host)
    assert time.process_time() - begun < SECONDS
    assert not covers("*a*.local", host)


def test_java_takes_stars_anywhere_in_a_label() -> None:
    from core.tls.certificate import parse_certificate

    for pattern, host, fits in (
        ("d*v*.local", "dev01.local", True), ("*01.local", "dev01.local", True), ("d*v.local", "dev01.local", False),
        ("*.*.local", "a.b.local", True), ("a*a.local", "a.local", False),
    ):  # fmt: skip
        leaf = parse_certificate(mint("x", names=(pattern,)).der)
        found = name_findings(leaf, host)
        assert any(f.refuses("java") for f in found) is not fits, pattern


def test_many_directory_limits_against_a_long_subject_end_in_time() -> None:
    name = seq(*(tlv(0x31, seq(oid("2.5.4.11"), tlv(0x0C, str(n).encode()))) for n in range(190)))
    trees = b"".join(seq(tlv(0xA4, drafts.common_name(f"X{n}"))) for n in range(4_000))

    def limited(draft: Draft) -> Draft:
        return draft.with_extension("2.5.29.30", True, seq(tlv(0xA1, trees)))

    sent, root = chain(leaf=lambda d: replace(d, subject=name), inter=limited)
    begun = time.process_time()
    judge_given(sent, HOST, given_clients(CLIENTS, [root]), NOW)
    assert time.process_time() - begun < SECONDS


REQUEST = b"\x0d\x00\x00\x06\x01\x01\x00\x00\x00\x00"
DONE = b"\x0e\x00\x00\x00"
VICTIM = flight(GOOD)


@pytest.mark.parametrize(
    "answer",
    [
        VICTIM + alert(0, level=0) + records(REQUEST + DONE),
        VICTIM + odd.record(21, b"\x02\x28\x02\x28") + records(REQUEST + DONE),
        VICTIM + alert(90, level=1) * 6 + records(REQUEST + DONE),
        VICTIM + records(REQUEST + DONE) + alert(40),
    ],
)
async def test_anothers_certificate_is_shown_and_its_key_is_not_called_proved(answer: bytes, tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        writer.write(answer)
        await writer.drain()
        await reader.read(10)

    async with scripted(script)(tmp_path) as port:
        seen = await capture(HOST, "127.0.0.1", port)
    assert tuple(c.der for c in seen.chain) == GOOD
    assert not seen.key_proved


@pytest.mark.parametrize("cookie", [65_300, 9_000])
async def test_a_cookie_without_measure_is_refused(cookie: int, tmp_path: Path) -> None:
    asked = (
        b"\x00\x2b\x00\x02\x03\x04"
        + b"\x00\x2c"
        + (cookie + 2).to_bytes(2, "big")
        + cookie.to_bytes(2, "big")
        + bytes(cookie)
    )
    retry = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")
    answer = records(server_hello(b"\x03\x03", 0x1301, asked[:65_000], retry))

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        writer.write(answer)
        await writer.drain()
        await reader.read(10)

    async with scripted(script)(tmp_path) as port:
        seen = await capture(HOST, "127.0.0.1", port, timeout_s=3)
    assert seen.failure == "handshake-refused"


async def test_a_slow_device_keeps_its_chain(tmp_path: Path) -> None:
    """It thinks for two seconds before its Certificate and for as long after it."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        await asyncio.sleep(2.3)
        writer.write(VICTIM)
        await writer.drain()
        await asyncio.sleep(5)

    async with scripted(script)(tmp_path) as port:
        seen = await capture(HOST, "127.0.0.1", port)
    assert len(seen.chain) == 2, seen.tried


async def test_a_device_that_trickles_after_its_chain_keeps_it(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        writer.write(VICTIM + b"\x16\x03\x03\x20\x00")
        for _ in range(200):
            writer.write(b"\x0c")
            await writer.drain()
            await asyncio.sleep(0.03)

    async with scripted(script)(tmp_path) as port:
        begun = time.monotonic()
        seen = await capture(HOST, "127.0.0.1", port)
    assert len(seen.chain) == 2, seen.tried
    assert time.monotonic() - begun < 3


async def test_a_group_of_ten_thousand_bits_is_not_computed(tmp_path: Path) -> None:
    prime = b"\xff" * 1250
    exchange = len(prime).to_bytes(2, "big") + prime + b"\x00\x01\x02" + len(prime).to_bytes(2, "big") + prime
    body = exchange + b"\x04\x03\x00\x04abcd"
    message = b"\x0c" + len(body).to_bytes(3, "big") + body
    answer = flight(GOOD, suite=0x009E) + records(message + DONE)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        writer.write(answer)
        await writer.drain()
        await reader.read(10)

    async with scripted(script)(tmp_path) as port:
        seen = await capture(HOST, "127.0.0.1", port)
    assert len(seen.chain) == 2
    assert "too large" in " ".join(seen.tried)
    assert not seen.key_proved


async def test_empty_datagrams_are_passed_over() -> None:
    class Empty(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: object) -> None:
            self.transport.sendto(b"", addr)  # type: ignore[attr-defined]

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Empty, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    seen = await capture_datagrams(HOST, "127.0.0.1", port, timeout_s=0.5)
    transport.close()
    assert seen.failure == "no-answer"


async def test_messages_without_end_are_cut_off(tmp_path: Path) -> None:
    answer = records(b"\x63\x00\x00\x00" * 400_000)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        writer.write(answer)
        await writer.drain()

    async with scripted(script)(tmp_path) as port:
        seen = await capture(HOST, "127.0.0.1", port, timeout_s=4)
    assert seen.failure == "handshake-refused"


async def test_a_real_finite_field_group_still_proves_the_key(tmp_path: Path) -> None:
    root = mint_ca()
    leaf = mint(HOST, root, names=(HOST,))
    async with odd.serving(odd.stay, odd.tls_context(tmp_path, leaf, highest=ssl.TLSVersion.TLSv1_2)) as port:
        seen = await capture(HOST, "127.0.0.1", port)
    assert seen.key_proved
