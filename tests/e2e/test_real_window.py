"""The real program under a real X server with a window manager: keys from a keyboard, a picture from the screen."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[dict[str, str]]:
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1500x950x24", "-nolisten", "tcp"],
        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as stream:
        display = ":" + stream.readline().strip()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("QT_")}, "DISPLAY": display, "HOME": str(tmp_path),
        "DOTLOCAL_HOME": str(tmp_path), "QT_QPA_PLATFORM": "xcb",
    }  # fmt: skip
    manager = subprocess.Popen(["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield environment
    for process in (manager, server):
        process.terminate()
        process.wait(10)


def xdotool(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=True, timeout=40
    ).stdout.strip()


def test_the_demo_opens_follows_keys_and_quits(screen: dict[str, str]) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "core.cli.main", "demo"], env=screen, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        window = xdotool(screen, "search", "--sync", "--onlyvisible", "--name", "^Dotlocal, sample network$").split()[0]
        xdotool(screen, "windowactivate", "--sync", window)
        time.sleep(4)
        xdotool(screen, "key", "ctrl+2")
        time.sleep(1)
        xdotool(screen, "key", "ctrl+1")
        xdotool(screen, "key", "ctrl+f")
        xdotool(screen, "type", "boiler")
        time.sleep(1)
        xdotool(screen, "key", "ctrl+q")
        _, errors = program.communicate(timeout=30)
    finally:
        if program.poll() is None:
            program.kill()
            program.communicate()
    assert program.returncode == 0, errors
    assert b"Traceback" not in errors
