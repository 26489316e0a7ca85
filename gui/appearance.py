"""How the window looked last time, so that the first paint need not wait for the settings file to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core import policy_places

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings
    from gui.window_memory import WindowMemory

MEMORY = "window/appearance"
_FILE = "settings.toml"


class Appearance(NamedTuple):
    """What the first paint needs of the settings."""

    theme: str = "system"
    language: str = "system"
    system_font: bool = False


def appearance_now(folder: Path, memory: WindowMemory) -> Appearance:
    """Return what the settings say: from memory where the file is the one that was read then, else from the file."""
    kept = memory.words(MEMORY)
    if len(kept) == 4 and kept[0] == _stamp(folder):
        return Appearance(kept[1], kept[2], kept[3] == "yes")
    return of_settings(own_settings(folder))


def remember(folder: Path, memory: WindowMemory, settings: Settings) -> None:
    """Keep what the settings say, with the state of their file."""
    theme, language, system_font = of_settings(settings)
    memory.keep_words(MEMORY, (_stamp(folder), theme, language, "yes" if system_font else "no"))


def of_settings(settings: Settings) -> Appearance:
    """Return the part that the first paint needs."""
    return Appearance(settings.appearance.theme, settings.appearance.language, settings.appearance.system_font)


def own_settings(folder: Path) -> Settings:
    """Return the settings; those that cannot be read are told by the engine, not here."""
    from core.errors import DotlocalError
    from core.settings import Settings, load

    try:
        return load(folder)
    except DotlocalError:
        return Settings()


def _stamp(folder: Path) -> str:
    """Return what tells one state of the settings file, and of this computer's policy, from another."""
    try:
        facts = (folder / _FILE).stat()
    except OSError:
        return f"none-{policy_places.stamp()}"
    return f"{facts.st_mtime_ns}-{facts.st_size}-{policy_places.stamp()}"
