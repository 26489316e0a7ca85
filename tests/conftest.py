"""Guards that every test runs under: no leaked threads, no unexpected warnings in the log, an offscreen Qt."""

import asyncio
import gc
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
for variable in ("DOTLOCAL_HOME", "DOTLOCAL_PASSPHRASE_FILE"):
    os.environ.pop(variable, None)

import pytest  # noqa: E402  the environment has to be set before Qt or keyring is imported

from tests.rigs import own_network  # noqa: E402

NETWORK = own_network.enter()
_ELSEWHERE = {
    "core/trust/windows": "win32", "core/settings/windows": "win32", "core/discovery/windows": "win32",
    "core/authority/windows": "win32", "core/tls/windows": "win32",
    "core/trust/macos": "darwin",
}  # fmt: skip
collect_ignore = [folder for folder, platform in _ELSEWHERE.items() if sys.platform != platform]
"""What runs on a foreign system alone; its own tests say where they run."""


def pytest_report_header() -> str:
    return f"network: {NETWORK}"


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a measured figure into the run's own output, also where the test passes."""

    def tell(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {text}\n")

    return tell


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
        if not left:
            return
        gc.collect()
        time.sleep(0.05)
    pytest.fail(f"threads were left running: {left}")


@pytest.fixture(autouse=True)
def no_unexpected_log_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    warned = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    expected = getattr(caplog, "expected_warnings", ())
    unexpected = [text for text in warned if not any(part in text for part in expected)]
    assert not unexpected, f"the log warns: {unexpected}"


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or touches the state, the browsers or the settings of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    temporary = home / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "DOTLOCAL_HOME", "DOTLOCAL_PASSPHRASE_FILE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(autouse=True)
def no_blocking_calls_in_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that waits must not run on a thread whose event loop is running."""

    def guarded(call: Callable[..., object], name: str) -> Callable[..., object]:
        def check(*arguments: object, **keywords: object) -> object:
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                return call(*arguments, **keywords)
            raise AssertionError(f"{name} was called on the event loop")

        return check

    for module, name in ((time, "sleep"), (subprocess, "run"), (socket, "getaddrinfo"), (socket, "create_connection")):
        monkeypatch.setattr(module, name, guarded(getattr(module, name), f"{module.__name__}.{name}"))
