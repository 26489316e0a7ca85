"""One attempt of the capture: what it gave, and how to tell what a port speaks if not TLS."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from core.tls.answer import name_protocol

HUNG_UP, TOO_MUCH = "it hung up", "it sent too much"
MAX_BYTES = 8 * 1024 * 1024
FIRST_BYTES = 64
WAIT_FOR_THEM_S = 0.5


@dataclass(frozen=True, slots=True)
class Rung:
    """What one attempt gave: a chain, or why not. `final` means that no other hello would change it."""

    chain: tuple[bytes, ...] = ()
    protocol: str = ""
    suite: int | None = None
    key_proved: bool = False
    client_certificate: bool = False
    failure: str = ""
    detail: str = ""
    final: bool = False
    heard: bool = True


class OutOfTime(Exception):
    """An attempt's time is over without a chain; `heard` says whether the device said anything at all."""

    def __init__(self, *, heard: bool) -> None:
        super().__init__("no answer in time")
        self.heard = heard


async def read_until(reader: asyncio.StreamReader, deadline: float, *, heard: bool) -> bytes:
    """Return the next bytes, b"" at the end. Raises: OutOfTime, ConnectionError."""
    try:
        async with asyncio.timeout_at(deadline):
            return await reader.read(65_536)
    except TimeoutError:
        raise OutOfTime(heard=heard) from None


def looks_like_tls(first: bytes) -> bool:
    """Say whether bytes can be the beginning of a TLS record."""
    return first[:1] in {b"\x14", b"\x15", b"\x16", b"\x17", b"\x18"} and first[1:2] in {b"", b"\x03"}


async def not_tls(reader: asyncio.StreamReader, first: bytes) -> Rung:
    """Wait a moment for enough bytes, and name what the port speaks."""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(WAIT_FOR_THEM_S):
            while len(first) < FIRST_BYTES:
                received = await reader.read(FIRST_BYTES)
                if not received:
                    break
                first += received
    return Rung(failure="not-tls", detail=name_protocol(first), final=True)
