"""Capture what a port presents, whatever is wrong with it, in bounded time."""

import asyncio
import socket
import ssl
import time
from pathlib import Path

import pytest

from core.tls.answer import AnswerReader
from core.tls.hello import ClientHello, Offer
from core.tls.probe import capture
from tests.rigs import odd_servers as odd
from tests.rigs.minting import mint, mint_ca

HOST = "dev01.local"


async def take(port: int, timeout_s: float = 3.0):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return await capture(HOST, "127.0.0.1", port, timeout_s=timeout_s)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2])
async def test_the_chain_is_taken_as_sent_and_the_key_is_proved(version: ssl.TLSVersion, tmp_path: Path) -> None:
    root = mint_ca()
    leaf = mint(HOST, root, names=(HOST,))
    async with odd.serving(odd.stay, odd.tls_context(tmp_path, leaf, root, highest=version)) as port:
        presented = await take(port)
    assert [c.der for c in presented.chain] == [leaf.der, root.der]
    assert presented.key_proved
    assert presented.protocol == version.name.replace("_", ".")
    assert presented.chain[0].names == (HOST,)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
async def test_a_device_that_speaks_tls_1_0_alone_is_read(tmp_path: Path) -> None:
    context = odd.tls_context(tmp_path, mint(HOST, names=(HOST,)))
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1
    async with odd.serving(odd.stay, context) as port:
        presented = await take(port)
    assert presented.protocol == "TLSv1"
    assert len(presented.chain) == 1


async def test_an_expired_self_signed_wrong_name_chain_is_taken_all_the_same(tmp_path: Path) -> None:
    leaf = mint("other.example", names=("other.example",), days=1, ca=None, key_usage=None, eku=None)
    async with odd.serving(odd.stay, odd.tls_context(tmp_path, leaf)) as port:
        assert (await take(port)).chain[0].der == leaf.der


async def test_a_device_that_wants_a_client_certificate_is_read(tmp_path: Path) -> None:
    context = odd.tls_context(tmp_path, mint(HOST, names=(HOST,)), highest=ssl.TLSVersion.TLSv1_2)
    context.verify_mode = ssl.CERT_REQUIRED
    async with odd.serving(odd.stay, context) as port:
        presented = await take(port)
    assert len(presented.chain) == 1
    assert presented.client_certificate
    assert presented.key_proved  # it signed its key share before it refused us


async def test_a_port_that_never_answers_ends_in_time() -> None:
    async with odd.serving(odd.silent) as port:
        began = time.monotonic()
        presented = await take(port, 1.0)
    assert presented.failure == "no-answer"
    assert time.monotonic() - began < 5


async def test_a_port_where_nothing_listens_is_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert (await take(port)).failure == "refused"


@pytest.mark.parametrize(
    ("answer", "protocol"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"), (b"SSH-2.0-x\r\n", "SSH"), (b"220 mail\r\n", "SMTP or FTP"),
        (b"\x00\x01garbage" * 40, "something else"),
    ],
)  # fmt: skip
async def test_a_port_that_speaks_something_else_is_named(answer: bytes, protocol: str) -> None:
    async with odd.serving(odd.saying(answer)) as port:
        presented = await take(port)
    assert (presented.failure, presented.detail) == ("not-tls", protocol)


async def test_a_device_that_hangs_up_says_so() -> None:
    async with odd.serving(odd.saying(b"")) as port:
        presented = await take(port)
    assert (presented.failure, presented.detail) == ("handshake-refused", "it hung up")


async def test_an_alert_is_named() -> None:
    async with odd.serving(odd.saying(odd.alert(40))) as port:
        presented = await take(port)
    assert (presented.failure, presented.detail) == ("handshake-refused", "handshake_failure")


@pytest.mark.parametrize("ending", [odd.alert(80), b""])
async def test_a_chain_is_kept_when_the_handshake_fails_after_it(ending: bytes) -> None:
    leaf = mint(HOST, names=(HOST,))
    async with odd.serving(odd.saying(odd.server_flight([leaf.der]) + ending)) as port:
        presented = await take(port)
    assert presented.chain[0].der == leaf.der
    assert presented.key_proved is False


async def test_silence_after_the_certificate_does_not_cost_the_whole_time() -> None:
    leaf = mint(HOST, names=(HOST,))
    async with odd.serving(odd.saying(odd.server_flight([leaf.der]), then_wait=True)) as port:
        began = time.monotonic()
        presented = await take(port, 6.0)
    assert presented.chain[0].der == leaf.der
    assert time.monotonic() - began < 4


async def test_bytes_that_are_no_certificate_are_kept_and_named() -> None:
    async with odd.serving(odd.saying(odd.server_flight([b"garbage", b""]))) as port:
        presented = await take(port)
    assert [c.der for c in presented.chain] == [b"garbage", b""]
    assert "not a certificate (7 bytes)" in presented.chain[0].problem


async def test_three_megabytes_of_chain_are_read_and_bounded() -> None:
    leaf = mint(HOST, names=(HOST,)).der
    entries = [leaf] + [bytes([i % 256]) * 60_000 for i in range(50)]
    async with odd.serving(odd.saying(odd.server_flight(entries), then_wait=True)) as port:
        presented = await take(port, 6.0)
    assert presented.chain[0].der == leaf
    assert len(presented.chain) == 51


async def test_an_endless_sender_is_cut_off() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(odd.record(22, b"\x0b\xff\xff\xff" + b"x" * 16_000))
            await writer.drain()

    async with odd.serving(endless) as port:
        presented = await take(port, 6.0)
    assert presented.chain == ()
    assert presented.failure == "handshake-refused"


async def test_a_flood_of_warnings_ends() -> None:
    async with odd.serving(odd.saying(odd.alert(90, level=1) * 500, then_wait=True)) as port:
        presented = await take(port, 4.0)
    assert presented.chain == ()
    assert presented.failure in {"handshake-refused", "no-answer"}


def test_the_hello_is_one_record_with_the_name_in_it() -> None:
    written = ClientHello.of(Offer.TLS12, HOST.encode()).record()
    assert written[:3] == b"\x16\x03\x01"
    assert int.from_bytes(written[3:5], "big") == len(written) - 5
    assert HOST.encode() in written
    assert HOST.encode() not in ClientHello.of(Offer.TLS12, None).record()


def test_an_answer_can_come_byte_by_byte() -> None:
    reader = AnswerReader()
    for byte in odd.server_flight([b"one", b"two"]):
        reader.feed(bytes([byte]))
    assert reader.chain == (b"one", b"two")
    assert reader.protocol == "TLSv1.2"


def test_a_length_that_lies_ends_the_list() -> None:
    flight = bytearray(odd.server_flight([b"one", b"two"]))
    flight[-6] = 0xFF
    reader = AnswerReader()
    reader.feed(bytes(flight))
    assert reader.chain == (b"one",)
