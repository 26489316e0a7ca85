"""The README's commands and options exist, its two set-up commands are what CI runs, its folders explain themselves."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("dotlocal ")]


def help_of(*words: str) -> str:
    command = [sys.executable, "-m", "core.cli.main", *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_exists_with_its_options(line: str) -> None:
    words = shlex.split(line)[1:]
    path = words[:2] if words[0] in {"ca", "trust"} else words[:1]
    text = help_of(*path)
    for option in re.findall(r"--[a-z-]+", line):
        assert option in text, f"{option} is not an option of {' '.join(path)}"


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) >= 8


def test_ci_runs_the_readmes_test_command() -> None:
    assert "python3 packaging/bootstrap.py test" in README
    assert "packaging/bootstrap.py test" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("folder", ["core", "gui", "resources", "tests", "packaging"])
def test_every_folder_says_what_lives_in_it(folder: str) -> None:
    assert len((ROOT / folder / "README.md").read_text().splitlines()) >= 5


def test_pictures_that_the_readme_shows_are_there() -> None:
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / name).is_file()


def test_versions_agree() -> None:
    import tomllib

    from core import __version__

    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__
    assert __version__ in (ROOT / "CHANGELOG.md").read_text()
