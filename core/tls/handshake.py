"""Shake hands by OpenSSL, as tolerant as it can be, while our own reader looks on at what crosses the wire."""

import asyncio
from contextlib import suppress
from functools import lru_cache

from OpenSSL import SSL, crypto

from core.tls.answer import AnswerReader, HelloRefused, NotTls
from core.tls.rung import HUNG_UP, MAX_BYTES, TOO_MUCH, OutOfTime, Rung, looks_like_tls, not_tls, read_until

AFTER_CERTIFICATE_S = 1.0
CIPHERS = b"ALL:COMPLEMENTOFALL:!aNULL:!aPSK:!SRP:@SECLEVEL=0"
_LEGACY_SERVER_CONNECT = 0x4
_SECRET = b"SERVER_HANDSHAKE_TRAFFIC_SECRET "


async def shake_hands(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: bytes | None, deadline: float
) -> Rung:
    """Return what a full handshake gives; the chain is kept when it fails, or runs out of time, afterwards.

    Raises: OutOfTime where no chain came.
    """
    connection = SSL.Connection(_context(), None)
    observer = AnswerReader()
    connection.set_app_data(observer)
    if name:
        connection.set_tlsext_host_name(name)
    connection.set_connect_state()
    first, total, ending = b"", 0, ""
    limit = deadline
    loop = asyncio.get_running_loop()
    while not ending:
        ending = _step(connection)
        _drain(connection, writer)
        if ending:
            break
        if observer.chain is not None and limit == deadline:
            limit = min(deadline, loop.time() + AFTER_CERTIFICATE_S)
        received = await _received(reader, limit, observer, heard=bool(first))
        if isinstance(received, str):
            ending = received
            break
        first, total = (first + received)[:64] if len(first) < 64 else first, total + len(received)
        if total > MAX_BYTES:
            ending = TOO_MUCH
        elif not looks_like_tls(first):
            return await not_tls(reader, first)
        else:
            with suppress(NotTls, HelloRefused):
                observer.feed(received)
            if observer.huge_group:
                ending = "its Diffie-Hellman group is too large to be computed"
            connection.bio_write(received)
    return _result(connection, observer, ending)


def _step(connection: SSL.Connection) -> str:
    """Go on with the handshake; return "" while it runs, "done", or why it failed."""
    try:
        connection.do_handshake()
    except SSL.WantReadError:
        return ""
    except SSL.Error as error:
        return _error_text(error)
    return "done"


async def _received(reader: asyncio.StreamReader, limit: float, observer: AnswerReader, *, heard: bool) -> bytes | str:
    """Return bytes, or why none come any more. Raises: OutOfTime where there is no chain yet."""
    try:
        received = await read_until(reader, limit, heard=heard)
    except OutOfTime:
        if observer.chain is None:
            raise
        return "it went silent after its certificate"
    except ConnectionError:
        return HUNG_UP
    return received or HUNG_UP


def _result(connection: SSL.Connection, observer: AnswerReader, ending: str) -> Rung:
    proved = ending == "done"
    detail = "" if proved else ending
    ders = observer.chain
    if not ders:
        presented = connection.get_peer_cert_chain() or []
        ders = tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, entry) for entry in presented)
    seen = {"protocol": observer.protocol or connection.get_protocol_version_name(), "suite": observer.suite}
    if ders:
        proved = proved or _refused_us_alone(connection, observer, ending)
        wanted = observer.client_certificate or bool(connection.get_client_ca_list())
        return Rung(ders, key_proved=proved, detail=detail, client_certificate=wanted, **seen)  # type: ignore[arg-type]
    if proved or observer.chain == () or observer.without_certificate:
        return Rung(failure="no-certificate", detail=observer.without_certificate, final=True, **seen)  # type: ignore[arg-type]
    return Rung(failure="handshake-refused", detail=observer.alert or detail)


def _refused_us_alone(connection: SSL.Connection, observer: AnswerReader, ending: str) -> bool:
    """Say whether the device proved its key and then refused us, for want of a client certificate.

    Below TLS 1.3 OpenSSL checks its signature over a Diffie-Hellman share before it sends its own Finished; until
    then nothing is proved, whatever the device has sent.
    """
    if not connection.get_finished():
        return False
    shared = (connection.get_cipher_name() or "").startswith(("ECDHE-", "DHE-"))
    theirs = "alert" in ending or ending == HUNG_UP
    return shared and observer.client_certificate and observer.finished and theirs


@lru_cache(maxsize=1)
def _context() -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_cipher_list(CIPHERS)
    context.set_options(_LEGACY_SERVER_CONNECT | SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    context.set_keylog_callback(_share_secret)
    return context


def _share_secret(connection: SSL.Connection, line: bytes) -> None:
    """Let the observer read what the device encrypts; the secret goes nowhere else."""
    observer = connection.get_app_data()
    if line.startswith(_SECRET) and isinstance(observer, AnswerReader):
        with suppress(HelloRefused, ValueError):
            observer.take_secret(bytes.fromhex(line.split()[2].decode("ascii")))


def _drain(connection: SSL.Connection, writer: asyncio.StreamWriter) -> None:
    with suppress(SSL.WantReadError):
        while True:
            writer.write(connection.bio_read(65_536))


def _error_text(error: SSL.Error) -> str:
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    texts = [entry[2] for entry in entries if len(entry) > 2 and entry[2]]
    return texts[0] if texts else "the handshake failed"
