"""Connect to the first of a device's addresses that answers (RFC 8305); the address used is part of the result."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

ATTEMPT_DELAY_S = 0.25
READ_LIMIT = 256 * 1024


@dataclass(frozen=True)
class Opened:
    """An open connection and the address it goes to."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    address: str


async def connect(addresses: Sequence[str], port: int) -> Opened:
    """Return the first connection that stands; a further address is tried every quarter of a second.

    Raises: OSError, the first address's own, where none can be reached.
    """
    if len(addresses) == 1:
        return await _open(addresses[0], port)
    attempts: list[asyncio.Task[Opened | OSError]] = []
    waiting = list(interleaved(addresses))
    first_error: OSError | None = None
    async with asyncio.TaskGroup() as tasks:
        try:
            while waiting or attempts:
                if waiting:
                    attempts.append(tasks.create_task(_guarded(waiting.pop(0), port), name="connect"))
                delay = ATTEMPT_DELAY_S if waiting else None
                ended, _ = await asyncio.wait(attempts, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
                for task in ended:
                    attempts.remove(task)
                    result = task.result()
                    if isinstance(result, Opened):
                        return result
                    first_error = first_error or result
        finally:
            for task in attempts:
                task.add_done_callback(_abort_late)
                task.cancel()
    raise first_error or OSError("no address")


def interleaved(addresses: Sequence[str]) -> list[str]:
    """Return addresses with the families taking turns, the first one's family first (RFC 8305 section 4)."""
    families = [[a for a in addresses if (":" in a) is (":" in addresses[0])], []]
    families[1] = [a for a in addresses if a not in families[0]]
    ordered: list[str] = []
    for turn in range(max(map(len, families))):
        ordered += [family[turn] for family in families if turn < len(family)]
    return ordered


async def _open(address: str, port: int) -> Opened:
    reader, writer = await asyncio.open_connection(address, port, limit=READ_LIMIT)
    return Opened(reader, writer, address)


async def _guarded(address: str, port: int) -> Opened | OSError:
    try:
        return await _open(address, port)
    except OSError as error:
        return error


def _abort_late(task: asyncio.Task[Opened | OSError]) -> None:
    with suppress(asyncio.CancelledError):
        result = task.result()
        if isinstance(result, Opened):
            result.writer.transport.abort()
