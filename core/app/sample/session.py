"""Start the sample floor in a throw-away folder and give a core that sees nothing but it."""

import asyncio
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from core.app.core import CoreConfig
from core.errors import EnvironmentProblem
from core.paths import NO_CONSOLE, is_frozen
from core.secrets import SessionPassphrase
from core.settings import NetworkSettings, Settings
from core.trust.registry import Machine, can_open_databases

READY_WITHIN_S = 30.0
CLAIM_PORT = 45_353
_PROFILES_INI = "[Profile0]\nName=workshop\nIsRelative=1\nPath=sample.workshop\n"


class SampleSession:
    """The sample's folder and child process, as an async context manager; nothing outside the folder is touched."""

    def __init__(self) -> None:
        self._folder = Path()
        self._child: asyncio.subprocess.Process | None = None
        self._passphrase = secrets.token_urlsafe(24)
        self._claim: socket.socket | None = None

    async def __aenter__(self) -> Self:
        self._claim = _claim_the_floor()
        self._folder = Path(tempfile.mkdtemp(prefix="dotlocal-sample-"))
        try:
            if await asyncio.to_thread(can_open_databases):
                profile = self._folder / "home/.mozilla/firefox/sample.workshop"
                await asyncio.to_thread(profile.mkdir, parents=True)
                await asyncio.to_thread((profile.parent / "profiles.ini").write_text, _PROFILES_INI)
            self._child = await asyncio.create_subprocess_exec(
                *_floor_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=NO_CONSOLE
            )
            await self._wait_until_ready()
        except BaseException:
            await self._stop()
            raise
        return self

    async def _wait_until_ready(self) -> None:
        assert self._child is not None  # noqa: S101  made just before
        assert self._child.stdin is not None  # noqa: S101  both are pipes
        assert self._child.stdout is not None  # noqa: S101
        order = {"folder": str(self._folder / "state"), "passphrase": self._passphrase}
        self._child.stdin.write(json.dumps(order).encode() + b"\n")
        await self._child.stdin.drain()
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                ready = await self._child.stdout.readline()
        except TimeoutError:
            ready = b""
        if not ready:
            raise EnvironmentProblem("The sample floor did not start.", hint="Run again with: dotlocal --verbose demo")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    def config(self) -> CoreConfig:
        """Return the configuration of a core on the sample: its own folder, stores, passphrase, and loopback."""
        settings = Settings(
            network=NetworkSettings(interfaces=("127.0.0.1",), probe_timeout_s=3.0, browse_search_domains=False)
        )
        machine = Machine.private(self._folder / "home", "Sample computer")
        return CoreConfig(self._folder / "state", settings, machine, SessionPassphrase(self._passphrase))

    async def _stop(self) -> None:
        child = self._child
        if child is not None and child.stdin is not None:
            child.stdin.close()
            try:
                async with asyncio.timeout(3):
                    await child.wait()
            except TimeoutError:
                child.kill()
                await child.wait()
        if self._claim is not None:
            self._claim.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, True)


def _claim_the_floor() -> socket.socket:
    """Hold a loopback port while the sample is open: two floors would announce the same names to each other.

    Raises: EnvironmentProblem when another sample holds it.
    """
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", CLAIM_PORT))
    except OSError as error:
        claim.close()
        raise EnvironmentProblem(
            "A sample network is open on this computer already.", hint="Close the other one first."
        ) from error
    return claim


def _floor_command() -> tuple[str, ...]:
    if is_frozen():
        return (str(Path(sys.executable).with_name("dotlocal" + Path(sys.executable).suffix)), "sample-floor")
    return (sys.executable, "-m", "core.app.sample.floor")
