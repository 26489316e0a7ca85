"""Change one setting in `settings.toml`: what a person wrote there, comments too, stays as it is."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from core.app.workers import Worker
from core.errors import SettingManaged, StateCorrupt, StateUnwritable
from core.paths import take_the_place
from core.settings import FILE_NAME, Settings, Value, load, load_layers


class SettingsDesk:
    """The settings of one state folder, for the window."""

    def __init__(self, folder: Path, worker: Worker) -> None:
        self._folder, self._worker = folder, worker

    async def current(self) -> Settings:
        """Return what the file holds now.

        Raises: StateCorrupt.
        """
        return await self._worker.run(lambda: load(self._folder))

    async def change(self, section: str, name: str, value: Value) -> Settings:
        """Put one value into the file and return all settings; a value that cannot be meant changes nothing.

        Raises: SettingManaged; StateCorrupt, naming the field; StateUnwritable.
        """
        return await self._worker.run(lambda: changed(self._folder, section, name, value))


def changed(folder: Path, section: str, name: str, value: Value | None) -> Settings:
    """Write one value, or take it out where it is None; see `changed_together`.

    Raises: SettingManaged, StateCorrupt, StateUnwritable.
    """
    return changed_together(folder, {f"{section}.{name}": value})


def changed_together(folder: Path, changes: Mapping[str, Value | None]) -> Settings:
    """Write values by "section.name", take out those that are None, and keep all of it only if it can be read back.

    Raises: SettingManaged, StateCorrupt, StateUnwritable.
    """
    for name in changes:
        _refuse_managed(folder, name)
    file = folder / FILE_NAME
    try:
        before = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        before = ""
    except (OSError, UnicodeDecodeError) as error:
        raise StateCorrupt(f"{file}: {error}", file=str(file)) from error
    try:
        document = tomlkit.parse(before)
        for name, value in changes.items():
            _change(document, name, value)
    except (TOMLKitError, TypeError, ValueError) as error:
        raise StateCorrupt(f"{file}: {error}", file=str(file)) from error
    text = tomlkit.dumps(document)
    if not text.isascii() and text.encode("utf-8", "replace").decode("utf-8") != text:
        raise StateCorrupt(f"{file}: {', '.join(changes)} holds what is no text.", field=next(iter(changes)))
    return _written(folder, text)


def _change(document: tomlkit.TOMLDocument, name: str, value: Value | None) -> None:
    section, _, item = name.partition(".")
    if value is None:
        if section in document and item in document[section]:
            del document[section][item]
        return
    if section not in document:
        document[section] = tomlkit.table()
    document[section][item] = list(value) if isinstance(value, tuple) else value


def _refuse_managed(folder: Path, name: str) -> None:
    """Refuse to write what would have no effect.

    Raises: SettingManaged, StateCorrupt.
    """
    try:
        layers = load_layers(folder)
    except StateCorrupt:
        return  # writing tells what is wrong, or mends it
    source = layers.origin(name)
    if source.forced:
        raise SettingManaged(f"{name} is set for this computer, in {source.place}.", field=name)


def _read_trial(trial: Path, folder: Path) -> Settings:
    """Read the trial copy; what is wrong with it is told of the real file."""
    try:
        return load(trial)
    except StateCorrupt as problem:
        message = problem.message.replace(str(trial), str(folder))
        raise StateCorrupt(message, hint="Nothing was changed.", field=problem.facts.get("field")) from problem


def _written(folder: Path, text: str) -> Settings:
    """Put the text in the file's place at once, if it can be read as settings."""
    name = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="settings-") as trial:
            name = str(Path(trial) / FILE_NAME)
            with Path(name).open("w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            settings = _read_trial(Path(trial), folder)
            take_the_place(Path(name), folder / FILE_NAME)
    except OSError as error:
        with suppress(OSError):
            Path(name).unlink()
        raise StateUnwritable(f"{folder / FILE_NAME} cannot be written: {error.strerror or error}.") from error
    return settings
