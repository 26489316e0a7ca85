"""What the product is called and which version it has: the one place that spec, installers and metadata read."""

import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

NAME = "Dotlocal"
IDENTIFIER = "io.github.dotlocal.Dotlocal"
PUBLISHER = "The Dotlocal authors"
CONTACT = "packages@dotlocal.invalid"  # a reserved name that reaches nobody; a distributor puts an own one in
VERSION = str(_PROJECT["version"])
SUMMARY = "See .local devices and trust their certificates"
SENTENCE = str(_PROJECT["description"])
COPYRIGHT = f"Copyright (c) 2026 {PUBLISHER}"
LICENCE = str(_PROJECT["license"])
SHIPPED_PYTHON = (3, 13)
"""The CPython that released bundles carry; a rehearsal takes the one that builds it and says so."""

EPOCH = 1_767_225_600
"""2026-01-01: the moment of files where no history tells one."""

PROGRAMS = {"dotlocal-gui": "gui/__main__.py", "dotlocal": "core/cli/main.py"}
"""The window program and the console program of one folder, with their scripts."""


def numeric_version(version: str, fields: int) -> str:
    """Return the leading numbers of a version, padded: Windows knows nothing else ("1.2.0rc1" -> "1.2.0").

    Raises: ValueError for a version without a leading number, or one that does not fit Windows Installer.
    """
    found = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", version)
    if found is None:
        raise ValueError(f"{version!r} is no version")
    numbers = [int(part or 0) for part in found.groups()]
    if numbers[0] > 255 or numbers[1] > 255 or numbers[2] > 65_535:
        raise ValueError(f"{version!r} does not fit: Windows Installer takes 255.255.65535 at most")
    return ".".join(str(number) for number in [*numbers, 0][:fields])


def source_date() -> int:
    """Return the moment that every file of an artefact carries, in seconds: of the last commit, or as the caller says.

    `SOURCE_DATE_EPOCH` is the name that reproducible-builds.org gave it.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:  # an unpacked archive, on a machine without git
        return EPOCH
    return int(asked.stdout.strip() or EPOCH)


def source_day() -> str:
    """Return the day of `source_date()` as YYYY-MM-DD, UTC."""
    return datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")


def platform_name() -> str:
    """Return what this system is called in names of artefacts: "linux", "windows" or "macos"."""
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
