"""A chain over datagrams, from a real DTLS server; and ports that are none."""

import asyncio
import socket
from pathlib import Path

import pytest

from core.tls.dtls import capture_datagrams
from tests.rigs.minting import mint

HOST = "dev01.local"


@pytest.mark.parametrize("version", ["-dtls1_2", "-dtls1"])
async def test_a_chain_comes_over_datagrams(version: str, tmp_path: Path) -> None:
    leaf = mint(HOST, names=(HOST,))
    chain, key = leaf.write(tmp_path, "leaf")
    process = await asyncio.create_subprocess_exec(
        "openssl", "s_server", version, "-accept", "127.0.0.1:0", "-cert", str(chain), "-key", str(key), "-cipher",
        "ALL:@SECLEVEL=0", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    while not (line := await process.stdout.readline()).startswith(b"ACCEPT"):
        assert line
    try:
        seen = await capture_datagrams(HOST, "127.0.0.1", int(line.rpartition(b":")[2]))
    finally:
        process.kill()
        await process.wait()
    assert [c.der for c in seen.chain] == [leaf.der]
    assert seen.key_proved
    assert seen.protocol == {"-dtls1_2": "DTLSv1.2", "-dtls1": "DTLSv1"}[version]


async def test_a_port_where_nothing_listens_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert (await capture_datagrams(HOST, "127.0.0.1", port, timeout_s=2)).failure == "refused"


async def test_a_port_that_says_nothing_ends_in_time() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        seen = await capture_datagrams(HOST, "127.0.0.1", silent.getsockname()[1], timeout_s=0.5)
    assert (seen.failure, seen.detail) == ("no-answer", "0.5")
