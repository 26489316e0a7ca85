"""Take the chain that a port presents, whatever is wrong with it, and judge nothing."""

import asyncio
import ipaddress
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from OpenSSL import SSL, crypto

from core.clock import Clock, utc_now
from core.model.certificate import Certificate, Presented
from core.tls import hello, parse

TOTAL_S = 6.0
HANDSHAKE_S = 3.0
AFTER_CERTIFICATE_S = 1.0
MIN_RUNG_S = 0.3
MAX_BYTES = 8 * 1024 * 1024
MAX_ENTRIES = 64
PARSED_AT_ONCE = 64 * 1024
CIPHERS = b"ALL:COMPLEMENTOFALL:!aNULL:!aPSK:!SRP:@SECLEVEL=0"
_LEGACY_SERVER_CONNECT = 0x4
_HANDSHAKE_TOLERANT: dict[str, SSL.Context] = {}


@dataclass(frozen=True, slots=True)
class _Rung:
    """What one attempt gave: a chain, or why not. `final` means that no other hello would change it."""

    chain: tuple[bytes, ...] = ()
    protocol: str = ""
    key_proved: bool = False
    failure: str = ""
    detail: str = ""
    final: bool = False


async def capture(
    host: str, address: str, port: int, *, timeout_s: float = TOTAL_S, clock: Clock = utc_now
) -> Presented:
    """Return what `address`:`port` presents when asked for `host`; never raises for what the device does."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    server_name = server_name_for(host)
    tried: list[str] = []
    last = _Rung(failure="no-answer", detail=f"{timeout_s:g}")
    rungs: tuple[tuple[str, Callable[..., object], bytes | None, float], ...] = (
        ("handshake", _handshake, server_name, HANDSHAKE_S),
        ("hello", _hello, server_name, timeout_s),
        ("hello without name", _hello, None, timeout_s),
    )
    for label, attempt, name, longest in rungs:
        left = deadline - loop.time()
        if left < MIN_RUNG_S or (label == "hello without name" and server_name is None):
            continue
        rung = await _try(attempt, address, port, name, min(left, longest))
        tried.append(f"{label}: {rung.failure or 'chain'}{' ' + rung.detail if rung.detail else ''}")
        if rung.failure != "no-answer" or last.failure == "no-answer":
            last = rung
        if rung.chain or rung.final:
            break
    if last.failure == "no-answer":
        last = replace(last, detail=f"{timeout_s:g}")
    return Presented(
        host=host, address=address, port=port, seen_at=clock(),
        chain=await _facts(last.chain[:MAX_ENTRIES]),
        protocol=last.protocol, key_proved=last.key_proved,
        failure=last.failure, detail=last.detail, tried=tuple(tried),
    )  # fmt: skip


async def _facts(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """Read the certificates; a large chain off the loop, which has other devices to serve."""
    if sum(map(len, chain)) < PARSED_AT_ONCE:
        return tuple(map(parse.certificate_facts, chain))
    return await asyncio.to_thread(lambda: tuple(map(parse.certificate_facts, chain)))


async def _try(attempt: Callable[..., object], address: str, port: int, name: bytes | None, longest: float) -> _Rung:
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(longest):
            reader, writer = await asyncio.open_connection(address, port, limit=256 * 1024)
            result = attempt(reader, writer, name)
            assert asyncio.iscoroutine(result)  # noqa: S101  both rungs are coroutines
            rung: _Rung = await result
            return rung
    except TimeoutError:
        return _Rung(failure="no-answer")
    except ConnectionRefusedError:
        return _Rung(failure="refused", final=True)
    except (ConnectionError, asyncio.IncompleteReadError):
        return _Rung(failure="handshake-refused", detail="it hung up")
    except (OSError, UnicodeError, ValueError) as error:
        return _Rung(failure="unreachable", detail=getattr(error, "strerror", None) or str(error), final=True)
    finally:
        if writer is not None:
            writer.transport.abort()


async def _handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: bytes | None) -> _Rung:
    connection = SSL.Connection(_context(), None)
    if name:
        connection.set_tlsext_host_name(name)
    connection.set_connect_state()
    received = b""
    total, proved, failure, detail = 0, False, "", ""
    certificate_at: float | None = None
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection.do_handshake()
            proved = True
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            failure, detail = "handshake-refused", _error_text(error)
        _drain(connection, writer)
        if proved or failure:
            break
        if certificate_at is None and connection.get_peer_certificate() is not None:
            certificate_at = loop.time()
        wait = None if certificate_at is None else max(0.05, certificate_at + AFTER_CERTIFICATE_S - loop.time())
        try:
            async with asyncio.timeout(wait):
                data = await reader.read(65_536)
        except TimeoutError:
            failure, detail = "handshake-refused", "it went silent after its certificate"
            break
        except ConnectionError:
            failure, detail = "handshake-refused", "it hung up"
            break
        received = (received + data)[:64] if len(received) < 64 else received
        total += len(data)
        if not data or total > MAX_BYTES:
            failure, detail = "handshake-refused", "it hung up" if not data else "it sent too much"
            break
        if not _looks_like_tls(received):
            return await _not_tls(reader, received)
        connection.bio_write(data)
    return _handshake_result(connection, proved=proved, failure=failure, detail=detail)


def _handshake_result(connection: SSL.Connection, *, proved: bool, failure: str, detail: str) -> _Rung:
    chain = connection.get_peer_cert_chain() or []
    ders = tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, entry) for entry in chain)
    if ders:
        return _Rung(ders, connection.get_protocol_version_name(), proved, detail=detail)
    if proved:
        return _Rung(failure="no-certificate", final=True)
    return _Rung(failure=failure, detail=detail)


async def _hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: bytes | None) -> _Rung:
    writer.write(hello.client_hello(name))
    answer = hello.AnswerReader()
    total, first = 0, b""
    while answer.chain is None:
        data = await reader.read(65_536)
        total += len(data)
        first = (first + data)[:64] if len(first) < 64 else first
        if not data or total > MAX_BYTES:
            return _Rung(failure="handshake-refused", detail="it hung up" if not data else "it sent too much")
        try:
            answer.feed(data)
        except hello.NotTls:
            return await _not_tls(reader, first)
        except hello.HelloRefused as refused:
            return _Rung(failure="handshake-refused", detail=str(refused))
    if not answer.chain:
        return _Rung(failure="no-certificate", final=True)
    return _Rung(tuple(answer.chain), answer.protocol)


async def _not_tls(reader: asyncio.StreamReader, first: bytes) -> _Rung:
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(0.5):
            while len(first) < 64:
                data = await reader.read(64)
                if not data:
                    break
                first += data
    return _Rung(failure="not-tls", detail=hello.name_protocol(first), final=True)


def _looks_like_tls(first: bytes) -> bool:
    return first[:1] in {b"\x14", b"\x15", b"\x16", b"\x17", b"\x18"} and first[1:2] in {b"", b"\x03"}


def _context() -> SSL.Context:
    if "shared" not in _HANDSHAKE_TOLERANT:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(SSL.TLS1_VERSION)
        context.set_cipher_list(CIPHERS)
        context.set_options(_LEGACY_SERVER_CONNECT | SSL.OP_NO_TICKET)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        _HANDSHAKE_TOLERANT["shared"] = context
    return _HANDSHAKE_TOLERANT["shared"]


def _drain(connection: SSL.Connection, writer: asyncio.StreamWriter) -> None:
    with suppress(SSL.WantReadError):
        while True:
            writer.write(connection.bio_read(65_536))


def _error_text(error: SSL.Error) -> str:
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    texts = [entry[2] for entry in entries if len(entry) > 2 and entry[2]]
    return texts[0] if texts else "the handshake failed"


def server_name_for(host: str) -> bytes | None:
    """Return the name to send as SNI, or None for an address and for a name that SNI cannot carry."""
    name = host.rstrip(".")
    if _is_address(host) or not name or not name.isprintable():
        return None
    try:
        return name.encode("ascii") if name.isascii() else name.encode("idna")
    except UnicodeError:
        return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
