"""What the window remembers of itself between runs: geometry and the table's columns, in one ini file.

JSON is loaded when it is needed: the first paint asks for the geometry alone.
"""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

FILE_NAME = "window.ini"


class WindowMemory:
    """A small store of values by name. Without a folder nothing is kept, as for the sample network."""

    def __init__(self, folder: Path | None = None) -> None:
        self._kept: dict[str, object] = {}
        self._file = None if folder is None else QSettings(str(folder / FILE_NAME), QSettings.Format.IniFormat)

    def value(self, name: str) -> object:
        """Return a value that was kept as JSON; None where there is none, or it cannot be read."""
        import json

        text = self._kept.get(name) if self._file is None else self._file.value(name)
        try:
            return json.loads(str(text)) if text is not None else None
        except ValueError:
            return None

    def keep(self, name: str, value: object) -> None:
        """Keep a value that JSON can write."""
        import json

        text = json.dumps(value)
        if self._file is None:
            self._kept[name] = text
        else:
            self._file.setValue(name, text)

    def words(self, name: str) -> list[str]:
        """Return words that were kept; none where there are none."""
        held = None if self._file is None else self._file.value(name)
        return [str(word) for word in held] if isinstance(held, list) else []

    def keep_words(self, name: str, words: tuple[str, ...]) -> None:
        """Keep words."""
        if self._file is not None:
            self._file.setValue(name, list(words))

    def octets(self, name: str) -> QByteArray:
        """Return octets that were kept, such as a window's geometry; empty where there are none."""
        held = None if self._file is None else self._file.value(name)
        return held if isinstance(held, QByteArray) else QByteArray()

    def keep_octets(self, name: str, octets: QByteArray) -> None:
        """Keep octets."""
        if self._file is not None:
            self._file.setValue(name, octets)
