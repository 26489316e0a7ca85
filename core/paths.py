"""Where Dotlocal keeps its own files: state, logs, packaged resources."""

import os
import sys
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


def is_frozen() -> bool:
    """Say whether this is the packaged program rather than a Python environment."""
    return bool(getattr(sys, "frozen", False))
