"""Where Dotlocal keeps its own files: state, logs, packaged resources."""

import os
import sys
import time
from pathlib import Path

HOME_VARIABLE = "DOTLOCAL_HOME"
NO_CONSOLE = 0x08000000 if sys.platform == "win32" else 0
"""CREATE_NO_WINDOW, for `creationflags`: without it each child of the window would open a console window of its own."""


def state_folder() -> Path:
    """Return the folder of all state: `DOTLOCAL_HOME` if set, else the place the system foresees."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData/Local"))) / "Dotlocal"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Dotlocal"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "dotlocal"


def resources_folder() -> Path:
    """Return the folder of packaged icons and fonts; the same in a checkout, a wheel and a bundle."""
    return Path(__file__).resolve().parent.parent / "resources"


def build_note() -> dict[str, object]:
    """Return what a bundle says of its own making (`resources/build.json`); empty in a checkout or a wheel."""
    import json

    try:
        said = json.loads((resources_folder() / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def take_the_place(made: Path, of: Path) -> None:
    """Rename a finished file or folder to where it belongs, in one step.

    On Windows a scanner or a reader may hold what was just written: then again, for a second in all.
    Raises: OSError.
    """
    for pause_s in (0.05, 0.1, 0.2, 0.3, 0.35) if sys.platform == "win32" else ():
        try:
            os.replace(made, of)  # noqa: PTH105
        except PermissionError:
            time.sleep(pause_s)
        else:
            return
    os.replace(made, of)  # noqa: PTH105


def is_frozen() -> bool:
    """Say whether this is the packaged program rather than a Python environment."""
    return bool(getattr(sys, "frozen", False))
