"""Servers that misbehave in one way each, on loopback, to capture chains from."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.rigs.minting import Minted

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on a free loopback port and give the port."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away, as it should
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def tls_context(folder: Path, leaf: Minted, *chain: Minted, highest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Return a server context for a chain; the lowest protocol versions are let in."""
    files = leaf.write(folder, f"server-{id(leaf)}", *chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    if highest is not None:
        context.maximum_version = highest
    context.load_cert_chain(*files)
    return context


async def stay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Finish the handshake and wait for the client to go."""
    await reader.read()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept and never say a word."""
    await asyncio.sleep(30)


def saying(answer: bytes, *, then_wait: bool = False) -> Handler:
    """Answer anything with these bytes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        await writer.drain()
        if then_wait:
            await asyncio.sleep(30)

    return handler


def record(kind: int, body: bytes) -> bytes:
    """Return one TLS record."""
    return struct.pack(">BHH", kind, 0x0303, len(body)) + body


def server_flight(entries: list[bytes], *, chunk: int = 16_000) -> bytes:
    """Return ServerHello and Certificate of TLS 1.2 as records, with any bytes as certificates."""
    hello = b"\x03\x03" + b"S" * 32 + b"\x00" + b"\xc0\x2f" + b"\x00"
    chain = b"".join(len(e).to_bytes(3, "big") + e for e in entries)
    certificate = len(chain).to_bytes(3, "big") + chain
    messages = b"\x02" + len(hello).to_bytes(3, "big") + hello
    messages += b"\x0b" + len(certificate).to_bytes(3, "big") + certificate
    return b"".join(record(22, messages[i : i + chunk]) for i in range(0, len(messages), chunk))


def alert(code: int, level: int = 2) -> bytes:
    """Return one alert record."""
    return record(21, bytes([level, code]))
