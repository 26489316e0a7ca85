"""The NSS databases that the Chromium family reads on Linux; the rule changed in Chromium 146."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

_PROGRAMS = {
    "chromium": "Chromium", "chromium-browser": "Chromium", "google-chrome": "Chrome", "google-chrome-stable": "Chrome",
    "google-chrome-beta": "Chrome", "brave-browser": "Brave", "brave": "Brave", "microsoft-edge": "Edge",
    "microsoft-edge-stable": "Edge", "vivaldi": "Vivaldi", "vivaldi-stable": "Vivaldi", "opera": "Opera",
}  # fmt: skip
_SNAPS = {"chromium": "Chromium", "brave": "Brave", "vivaldi": "Vivaldi", "opera": "Opera"}
_FLATPAKS = {
    "org.chromium.Chromium": "Chromium", "com.google.Chrome": "Chrome", "com.brave.Browser": "Brave",
    "com.microsoft.Edge": "Edge", "com.vivaldi.Vivaldi": "Vivaldi", "io.github.ungoogled_software.ungoogled_chromium":
    "ungoogled Chromium",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Database:
    """One database folder. `counts` is False where its browsers read another one as long as that is there."""

    id: str
    folder: Path
    label: str
    note: str
    counts: bool = True


def find(home: Path, data: Path, *, expected: bool = False) -> tuple[Database, ...]:
    """Return every database of the family, the one that counts first.

    `~/.pki/nssdb` counts if that folder exists, even empty; else `pki/nssdb` in the XDG data folder. Creating the old
    one would hide the new one, so only the one in use is ever created; the other is worked on only where it is there.
    """
    names = installed()
    old, new = home / ".pki" / "nssdb", data / "pki" / "nssdb"
    found: list[Database] = []
    if names or expected or _is_database(old) or _is_database(new):
        label = ", ".join(names) or "Chromium, Chrome, Edge, Brave"
        if os.path.isdir(old):  # noqa: PTH112  never raises, also for a folder that may not be entered
            found.append(Database("chromium", old, label, "One database for the whole family"))
            if _is_database(new):
                note = f"Not read while {old} is there"
                found.append(Database("chromium-new", new, f"{label}, newer place", note, counts=False))
        else:
            found.append(Database("chromium", new, label, "One database for the whole family"))
    for snap, name in _SNAPS.items():
        base = home / "snap" / snap / "current"
        if base.is_dir():
            found += _pair(
                f"chromium:snap-{snap}", f"{name}, snap", base / ".pki/nssdb", base / ".local/share/pki/nssdb"
            )
    for flatpak, name in _FLATPAKS.items():
        base = home / ".var/app" / flatpak
        if base.is_dir():
            found += _pair(f"chromium:{flatpak}", f"{name}, flatpak", base / ".pki/nssdb", base / "data/pki/nssdb")
    return tuple(found)


def _pair(identity: str, label: str, old: Path, new: Path) -> list[Database]:
    note = "A database of its own"
    if not os.path.isdir(old):  # noqa: PTH112  never raises
        return [Database(identity, new, label, note)]
    made = [Database(identity, old, label, note)]
    if _is_database(new):
        made.append(Database(f"{identity}-new", new, f"{label}, newer place", f"Not read while {old} is there", False))
    return made


def _is_database(folder: Path) -> bool:
    return os.path.exists(folder / "cert9.db")  # noqa: PTH110  never raises


def installed() -> tuple[str, ...]:
    """Return the names of the browsers of the family that are on PATH, each once."""
    return tuple(dict.fromkeys(name for program, name in _PROGRAMS.items() if shutil.which(program)))
