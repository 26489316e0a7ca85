"""Legacy and hostile servers, one test each: every chain on the wire is taken, every other port classified."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from core.tls.probe import TOTAL_S, capture
from tests.rigs.zoo.animal import Animal
from tests.rigs.zoo.by_python import BY_OPENSSL, BY_PYTHON, PREFACES
from tests.rigs.zoo.scripted import SCRIPTED

HOST = "dev01.local"
ZOO = [*SCRIPTED, *BY_PYTHON, *BY_OPENSSL]
MEMORY_MB = 150
pytestmark = [
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1"), pytest.mark.filterwarnings("ignore:TLSv1"),
]  # fmt: skip


def test_the_zoo_is_large() -> None:
    assert len(ZOO) >= 60
    assert len({animal.name for animal in ZOO}) == len(ZOO)


@pytest.mark.parametrize("animal", ZOO, ids=lambda animal: animal.name)
async def test_the_server_is_captured_or_classified(animal: Animal, tmp_path: Path) -> None:
    async with animal.start(tmp_path) as port:
        began = time.monotonic()
        seen = await capture(HOST, "127.0.0.1", port)
        took = time.monotonic() - began
    assert took < TOTAL_S + 1.5
    assert seen.failure == animal.failure, seen.tried
    if animal.detail:
        assert seen.detail == animal.detail, seen.tried
    if animal.chain is not None:
        assert tuple(c.der for c in seen.chain) == animal.chain
    elif not animal.failure:
        assert len(seen.chain) == animal.count, seen.tried
    if animal.proved is not None:
        assert seen.key_proved is animal.proved, seen.tried
    if animal.protocol:
        assert seen.protocol == animal.protocol
    if animal.client_certificate is not None:
        assert seen.client_certificate is animal.client_certificate


@pytest.mark.parametrize("protocol", PREFACES)
async def test_a_service_that_begins_in_clear_text_is_asked_to_go_over(protocol: str, tmp_path: Path) -> None:
    async with PREFACES[protocol](tmp_path) as port:
        seen = await capture(HOST, "127.0.0.1", port, starttls=protocol)
    assert len(seen.chain) == 2, seen.tried
    assert seen.key_proved
    assert seen.starttls == protocol


async def test_a_service_that_does_not_go_over_is_named() -> None:
    from tests.rigs.odd_servers import saying, serving

    async with serving(saying(b"-ERR no\r\n")) as port:
        writer_first = await capture(HOST, "127.0.0.1", port, starttls="postgres")
    assert writer_first.failure == "not-tls"
    assert "postgres" in writer_first.detail


async def test_memory_stays_small_over_the_largest_chains() -> None:
    """Measured in a process of its own: eight captures at once, each of 6,000 certificates in 3 MB."""
    largest = next(animal for animal in SCRIPTED if animal.name == "3 MB, TLS 1.3")
    async with largest.start(Path()) as port:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.core.tls.test_zoo", str(port), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
    assert process.returncode == 0
    sys.stderr.write(f"\npeak memory of eight captures of 3 MB at once: {int(output)} MB\n")
    assert int(output) < MEMORY_MB


async def _capture_at_once(port: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(_capture_whole(port))


async def _capture_whole(port: int) -> None:
    seen = await capture(HOST, "127.0.0.1", port)
    assert len(seen.chain) == 6000, seen.tried


if __name__ == "__main__":
    asyncio.run(_capture_at_once(int(sys.argv[1])))
    status = Path("/proc/self/status").read_text()  # getrusage would count what the parent had at the fork
    sys.stdout.write(str(int(status.split("VmHWM:")[1].split()[0]) // 1024))
