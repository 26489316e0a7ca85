"""The import contracts hold, and each of them is seen to fail when it is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BREAKS = {
    "core is free of Qt and of the GUI": ("core/clock.py", "import PySide6.QtCore"),
    "core layers point downwards; features do not know one another": ("core/tls/parse.py", "import core.trust.store"),
    "trust store backends do not know one another": (
        "core/trust/backends/nss/firefox.py", "import core.trust.backends.linux.anchors",
    ),
    "gui layers point downwards": ("gui/widgets/text.py", "import gui.pages.trust"),
    "gui talks to core only through app, events, model, errors, settings": (
        "gui/i18n.py", "def late() -> None:\n    import core.trust.store",
    ),
    "no package imports in a ring": ("core/model/text.py", "import core.app.open"),
}  # fmt: skip


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment, check=False, timeout=100
    )


def copy_of_the_house(folder: Path) -> Path:
    for name in ("core", "gui"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


def test_every_contract_is_kept(tmp_path: Path) -> None:
    result = lint(copy_of_the_house(tmp_path))
    assert result.returncode == 0, result.stdout
    assert "6 kept, 0 broken" in result.stdout


@pytest.mark.parametrize("contract", BREAKS)
def test_a_broken_contract_is_noticed(contract: str, tmp_path: Path) -> None:
    file, line = BREAKS[contract]
    house = copy_of_the_house(tmp_path)
    with (house / file).open("a") as stream:
        stream.write(f"\n{line}\n")
    result = lint(house)
    assert result.returncode != 0
    assert any(contract in row and "BROKEN" in row for row in result.stdout.splitlines()), result.stdout


def test_a_stray_module_in_core_is_noticed(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    (house / "core/utils.py").write_text('"""Stray."""\n')
    assert lint(house).returncode != 0


def test_the_top_level_holds_nothing_else() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {line.split("/")[0] for line in tracked.splitlines()}
    allowed = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "core",
        "gui",
        "resources",
        "tests",
        "packaging",
    }
    assert {name for name in top if not name.startswith(".")} <= allowed
