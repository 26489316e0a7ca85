"""A card of the programs that trust by their own rules: where each looks, what it sees, the line that helps."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.model.store_state import ToolSight
from core.model.text import display
from gui.i18n import tr
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import IconButton
from gui.widgets.surfaces import IconLabel, card
from gui.widgets.text import label, tip

NAME, SEES, LINE = 150, 150, 560
_SHOWN = {
    True: (Tone.OK, "circle-check", "Sees the root"),
    False: (Tone.MUTE, "circle-dashed", "Doesn't see it"),
    None: (Tone.MUTE, "circle-alert", "Not read"),
}


class ToolsCard(QFrame):
    """Shows lines and copies them; nothing here runs anything. Emits `copied` with a line."""

    copied = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[ToolSight, ...] = ()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._frame = card()
        self._rows = QVBoxLayout(self._frame)
        self._rows.setContentsMargins(20, 10, 20, 12)
        self._rows.setSpacing(2)
        outer.addWidget(self._frame)
        self.hide()

    def show_tools(self, sights: tuple[ToolSight, ...]) -> None:
        """Show what each program sees."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows.addWidget(label(tr("Programs with rules of their own"), "small_strong"))
        self.setVisible(bool(sights))
        self._shown = sights
        self._show_next(list(sights), sights)

    def _show_next(self, waiting: list[ToolSight], of: tuple[ToolSight, ...]) -> None:
        """Make one row a turn, unless others are to be shown by now."""
        if waiting and self._shown is of:
            self._rows.addWidget(self._row(waiting.pop(0)))
            QTimer.singleShot(0, self, lambda: self._show_next(waiting, of))

    def _row(self, sight: ToolSight) -> QWidget:
        row = QWidget()
        row.setFixedHeight(34)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        name = label(display(sight.label, 30), "body_strong")
        name.setFixedWidth(NAME)
        tone, icon, word = _SHOWN[sight.sees]
        seen = label(tr(word), "body2")
        seen.setFixedWidth(SEES)
        tip(seen, f"{sight.location}\n{sight.checked}")
        line = label(paint.elided(display(sight.command.replace("\n", " ; "), 300), "mono", LINE), "mono")
        layout.addWidget(name)
        layout.addWidget(IconLabel(self._look, icon, 16, tone=tone))
        layout.addWidget(seen)
        layout.addWidget(line, 1)
        if sight.command:
            copy = IconButton(self._look, "copy", tr("Copy the line for %1").replace("%1", display(sight.label, 30)))
            copy.clicked.connect(lambda: self.copied.emit(sight.command))
            layout.addWidget(copy)
        return row
