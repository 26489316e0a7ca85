"""The sample devices' servers on loopback: real TLS, plain HTTP, and one that never answers."""

import asyncio
import os
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from core.app.sample.certificates import Credentials
from core.app.sample.devices import Shows

_PAGE = b"<!doctype html><title>Dotlocal sample device</title><p>A sample device of Dotlocal.</p>"


async def serve(shows: Shows, credentials: Credentials | None, address: str) -> tuple[asyncio.Server, int]:
    """Start a device's server on a free port of `address` and return it with its port."""
    context = server_context(credentials) if credentials is not None else None
    handler = _never_answer if shows is Shows.SILENT else _answer
    server = await asyncio.start_server(handler, address, 0, ssl=context)
    return server, server.sockets[0].getsockname()[1]


def server_context(credentials: Credentials) -> ssl.SSLContext:
    """Return a TLS context; the key passes through a file only in encrypted form, for the moment of loading."""
    password = secrets.token_bytes(32).hex().encode()
    chain = b"".join(c.public_bytes(Encoding.PEM) for c in credentials.chain)
    key = credentials.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    descriptor, name = tempfile.mkstemp(prefix="dotlocal-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(key + chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(name, password=password)
        return context
    finally:
        Path(name).unlink(missing_ok=True)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.timeout(5):
            first = await reader.readline()
            bad = not first.startswith((b"GET ", b"HEAD "))
            status = b"400 Bad Request" if bad else b"200 OK"
            head = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: "
            writer.write(head + str(len(_PAGE)).encode() + b"\r\n\r\n" + _PAGE)
            await writer.drain()
    except (OSError, TimeoutError, ValueError):
        pass  # a client that went away; sample devices keep no log
    finally:
        writer.transport.abort() if writer.transport.is_closing() else writer.close()


async def _never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.timeout(30):
            await reader.read()
    except (OSError, TimeoutError):
        pass  # it keeps its silence
    finally:
        writer.transport.abort()
