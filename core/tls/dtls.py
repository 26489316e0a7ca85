"""Take the chain that a datagram port presents (DTLS 1.0 and 1.2, RFC 6347), by OpenSSL; judge nothing."""

import asyncio
from contextlib import suppress
from functools import lru_cache

from OpenSSL import SSL, crypto

from core.clock import Clock, utc_now
from core.model.certificate import Presented
from core.tls import parse
from core.tls.handshake import CIPHERS
from core.tls.probe import server_name_for

DATAGRAM_BYTES = 1200
MAX_DATAGRAMS = 4096


class _Datagrams(asyncio.DatagramProtocol):
    """Hands received datagrams over by a queue; an ICMP error becomes None."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_DATAGRAMS)

    def datagram_received(self, data: bytes, addr: object) -> None:
        with suppress(asyncio.QueueFull):
            self.received.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        with suppress(asyncio.QueueFull):
            self.received.put_nowait(None)


async def capture_datagrams(
    host: str, address: str, port: int, *, timeout_s: float = 6.0, clock: Clock = utc_now
) -> Presented:
    """Return what a DTLS port presents when asked for `host`; never raises for what the device does."""
    loop = asyncio.get_running_loop()
    try:
        transport, datagrams = await loop.create_datagram_endpoint(_Datagrams, remote_addr=(address, port))
    except OSError as error:
        return Presented(host, address, port, clock(), failure="unreachable", detail=error.strerror or str(error))
    connection = SSL.Connection(_context(), None)
    name = server_name_for(host)
    if name:
        connection.set_tlsext_host_name(name)
    connection.set_ciphertext_mtu(DATAGRAM_BYTES)
    connection.set_connect_state()
    try:
        async with asyncio.timeout(timeout_s):
            failure, detail = await _shake_hands(connection, transport, datagrams)
    except TimeoutError:
        failure, detail = "no-answer", f"{timeout_s:g}"
    finally:
        transport.abort()
    chain = [crypto.dump_certificate(crypto.FILETYPE_ASN1, c) for c in connection.get_peer_cert_chain() or []]
    proved = not failure
    if proved and not chain:
        failure = "no-certificate"
    facts = tuple(map(parse.certificate_facts, chain))
    return Presented(
        host, address, port, clock(), facts, connection.get_protocol_version_name(),
        key_proved=proved, failure="" if chain else failure, detail=detail, tried=(f"DTLS: {failure or 'chain'}",),
    )  # fmt: skip


async def _shake_hands(
    connection: SSL.Connection, transport: asyncio.DatagramTransport, datagrams: _Datagrams
) -> tuple[str, str]:
    """Return ("", "") when it is done, else what failed; lost datagrams are sent again as OpenSSL's timer says."""
    while True:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            _drain(connection, transport)
        except SSL.Error as error:
            entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
            return "handshake-refused", entries[0][2] if entries else "the handshake failed"
        else:
            _drain(connection, transport)
            return "", ""
        try:
            async with asyncio.timeout(connection.DTLSv1_get_timeout() or 1.0):
                received = await datagrams.received.get()
        except TimeoutError:
            with suppress(SSL.Error):
                connection.DTLSv1_handle_timeout()
            _drain(connection, transport)
            continue
        if received is None:
            return "refused", ""
        if received:
            connection.bio_write(received)


def _drain(connection: SSL.Connection, transport: asyncio.DatagramTransport) -> None:
    with suppress(SSL.WantReadError):
        while True:
            transport.sendto(connection.bio_read(65_536))


@lru_cache(maxsize=1)
def _context() -> SSL.Context:
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
    context.set_cipher_list(CIPHERS)
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    return context
