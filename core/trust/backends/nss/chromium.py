"""The NSS database that the Chromium family reads on Linux; the rule changed in Chromium 146."""

import os
import shutil
from pathlib import Path

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "brave-browser",
             "microsoft-edge", "vivaldi-stable")  # fmt: skip


def databases(home: Path, data: Path) -> tuple[Path, ...]:
    """Return the database folders, the one that counts first.

    `~/.pki/nssdb` counts if that folder exists, even empty; else `pki/nssdb` in the XDG data folder. Creating the old
    one would hide the new one, so only the one in use is ever created.
    """
    old, new = home / ".pki" / "nssdb", data / "pki" / "nssdb"
    if os.path.isdir(old):  # noqa: PTH112  never raises, also for a folder that may not be entered
        return (old, new) if os.path.exists(new / "cert9.db") else (old,)  # noqa: PTH110
    return (new,)


def installed_program() -> str | None:
    """Return the first browser of the family that is on PATH."""
    return next((name for name in _PROGRAMS if shutil.which(name)), None)
