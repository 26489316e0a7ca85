"""The real window process: what it imports before it paints, how it ends, and how long one turn of it takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("cryptography", "zeroconf", "asyncio", "OpenSSL", "keyring", "sqlite3", "segno")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "settings.toml").write_text('[network]\ninterfaces = ["lo"]\n')
    return {
        **os.environ, "DOTLOCAL_HOME": str(tmp_path), "DOTLOCAL_TRACE_START": "1", "QT_QPA_PLATFORM": "offscreen",
    }  # fmt: skip


def run(environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-m", "gui", "--self-test"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_nothing_heavy_is_imported_before_the_window_is_painted(environment: dict[str, str]) -> None:
    done = run(environment, "-X", "importtime")
    assert done.returncode == 0, done.stderr[-2000:]
    before, painted, after = done.stderr.partition("dotlocal: window painted")
    assert painted
    modules = [line.rsplit("|", 1)[1].strip() for line in before.splitlines() if line.startswith("import time:")]
    assert "PySide6.QtWidgets" in modules
    assert [m for m in modules if m.split(".")[0] in HEAVY] == []
    assert "cryptography" in after, "the engine starts afterwards"


def test_no_source_is_read_for_what_is_imported(environment: dict[str, str]) -> None:
    program = "import gui.app, linecache, builtins; print(len(linecache.cache), builtins.__import__.__name__)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    kept, name = done.stdout.split()
    assert int(kept) < 10
    assert name != "__feature_import__"


def test_the_program_starts_and_ends_by_itself(environment: dict[str, str]) -> None:
    assert run(environment).returncode == 0


def test_broken_settings_are_shown_and_do_not_crash(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[network\n")
    program = (
        "import sys; from PySide6.QtCore import QTimer; from gui import app; from gui.bridge import Bridge;"
        "real = Bridge.start;"
        "Bridge.start = lambda bridge: (bridge.failed.connect(lambda e: (print(e), "
        "QTimer.singleShot(0, lambda: app.QApplication.closeAllWindows()),"
        "QTimer.singleShot(200, app.QApplication.quit))), real(bridge));"
        "sys.exit(app.main(['dotlocal-gui']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert "settings.toml" in done.stdout
    assert "Traceback" not in done.stderr
