"""Rows of a name and a value, each value with a copy button where that helps."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.i18n import tr
from gui.theme import paint
from gui.theme.look import Look
from gui.widgets.controls import IconButton
from gui.widgets.surfaces import line
from gui.widgets.text import label, tip

KEY_WIDTH, VALUE_WIDTH, MOST_LINES, LONG = 112, 218, 3, 45


class KeyValues(QWidget):
    """Emits `copied` with the text that the person wants on the clipboard."""

    copied = Signal(str)

    def __init__(
        self, look: Look, value_width: int = VALUE_WIDTH, *, whole: bool = False, lines: int = MOST_LINES
    ) -> None:
        super().__init__()
        self._look, self._value_width, self._whole, self._lines = look, value_width, whole, lines
        self._rows: tuple[tuple[str, str, bool, bool], ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnMinimumWidth(0, KEY_WIDTH)
        self._grid.setColumnStretch(1, 1)

    def show_rows(self, rows: tuple[tuple[str, str, bool, bool], ...]) -> None:
        """Show (name, value, in the mono face, can be copied); nothing happens if they are the same."""
        if rows == self._rows:
            return
        self._rows = rows
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, (name, value, mono, copyable) in enumerate(rows):
            self._add(number * 2, name, value, mono=mono, copyable=copyable)

    def _add(self, row: int, name: str, value: str, *, mono: bool, copyable: bool) -> None:
        role = "mono" if mono else "body"
        # The middle of a fingerprint may go, its ends are what people compare.
        one_line = mono and not self._whole
        lines = 1 if one_line else self._lines
        text = paint.elided(value, role, self._value_width * lines, middle=mono)
        if mono and self._whole:
            half = text.find(":", len(text) // 2) + 1
            text = f"{text[:half]}\n{text[half:]}" if half and len(text) > LONG else text
        shown = label(text, role, wrap=not one_line)
        shown.setMinimumHeight(30)
        shown.setContentsMargins(0, 4, 0, 4)
        shown.setAccessibleName(f"{name}: {value}")
        if shown.text() != value:
            tip(shown, value)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        shown.setTextInteractionFlags(selectable if self._whole else Qt.TextInteractionFlag.TextSelectableByMouse)
        key = label(name, "small", wrap=True)
        key.setMaximumWidth(KEY_WIDTH)
        self._grid.addWidget(key, row, 0)
        self._grid.addWidget(shown, row, 1)
        if copyable:
            button = IconButton(self._look, "copy", tr("Copy %1").replace("%1", name.lower()), size=26)
            button.clicked.connect(lambda: self.copied.emit(value))
            self._grid.addWidget(button, row, 2)
        self._grid.addWidget(line(), row + 1, 0, 1, 3)
