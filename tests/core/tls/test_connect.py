"""The first address that answers is used, and said."""

import asyncio
import socket
from contextlib import suppress

from core.tls.connect import interleaved
from core.tls.probe import capture
from tests.rigs import odd_servers as odd
from tests.rigs.zoo.scripted import GOOD, flight

HOST = "dev01.local"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(flight(GOOD))
    await reader.read(1)
    with suppress(OSError):
        await reader.read()
    writer.transport.abort()


def test_families_take_turns_and_the_first_stays_first() -> None:
    assert interleaved(["a1", "a2", "::1", "::2", "a3"]) == ["a1", "::1", "a2", "::2", "a3"]
    assert interleaved(["::1", "a1"]) == ["::1", "a1"]


async def test_an_address_that_refuses_does_not_keep_from_the_next() -> None:
    async with odd.serving(odd.saying(flight(GOOD), then_wait=True)) as port:
        seen = await capture(HOST, ("127.9.9.9", "127.0.0.1"), port)
    assert seen.address == "127.0.0.1"
    assert len(seen.chain) == 2


async def test_an_address_that_is_silent_costs_a_quarter_of_a_second() -> None:
    """A full backlog takes no further connection: its SYN is left without an answer."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.2", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", port))
        server = await asyncio.start_server(answer, "127.0.0.1", port)
        try:
            begun = asyncio.get_running_loop().time()
            seen = await capture(HOST, ("127.0.0.2", "127.0.0.1"), port)
            took = asyncio.get_running_loop().time() - begun
        finally:
            server.close()
            await asyncio.sleep(0.1)  # its handler sees that the client is gone
            for one in waiting:
                one.close()
    assert seen.address == "127.0.0.1"
    assert len(seen.chain) == 2
    assert took < 3


async def test_where_none_answers_the_first_problem_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    seen = await capture(HOST, ("127.0.0.1", "127.0.0.2"), port)
    assert seen.failure == "refused"
