"""The row above the table: filters with counts, how to look at it, and Pause."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from gui.i18n import tr
from gui.theme.look import Look
from gui.widgets.controls import Button, Chip, IconButton
from gui.widgets.menus import Menu

_CHIPS = (
    ("all", "All", "", "text2"),
    ("attention", "Needs attention", "triangle-alert", "warn"),
    ("trusted", "Trusted", "shield-check", "ok"),
    ("new", "New", "", "text2"),
    ("offline", "Offline", "", "text2"),
    ("hidden", "Hidden", "eye-off", "text2"),
)


class FilterBar(QWidget):
    """Emits the filter that was chosen; `view_menu` is filled by its owner each time it opens."""

    chosen = Signal(str)
    pause_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._group = QButtonGroup(self)
        self.chips: dict[str, Chip] = {}
        for key, text, icon, colour in _CHIPS:
            chip = Chip(look, tr(text), icon, colour)
            self._group.addButton(chip)
            chip.clicked.connect(self._tell)
            layout.addWidget(chip)
            self.chips[key] = chip
        self._any_hidden = False
        self.chips["all"].setChecked(True)
        self.chips["hidden"].hide()
        layout.addStretch(1)
        self.view_button = IconButton(look, "columns-3", tr("Columns and view"))
        self.view_button.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.view_menu = Menu(self)
        self.view_button.setMenu(self.view_menu)
        self.pause = Button(look, tr("Pause"), "pause", "ghost", small=True)
        self.pause.clicked.connect(self.pause_wanted)
        layout.addWidget(self.view_button)
        layout.addWidget(self.pause)
        self._look = look

    @property
    def filter(self) -> str:
        """Return the filter in force."""
        return next(key for key, chip in self.chips.items() if chip.isChecked())

    def choose(self, key: str) -> None:
        """Put a filter into force."""
        self.chips[key].setChecked(True)
        self.chosen.emit(key)

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show how many devices each filter has; the hidden ones only where there are any."""
        for key, count in counts.items():
            self.chips[key].set_count(count)
        self._any_hidden = counts["hidden"] > 0
        if self.chips["hidden"].isChecked() and not self._any_hidden:
            self.choose("all")
        self._show_what_fits()

    def show_paused(self, *, paused: bool) -> None:
        """Say on the button what it would do now."""
        text = tr("Resume") if paused else tr("Pause")
        self.pause.setText(text)
        self.pause.setAccessibleName(text)
        self.pause.set_icon("play" if paused else "pause")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        """Leave out the chips that matter least where there is no room; never the one in force."""
        room = self.width() - self.view_button.width() - self.pause.sizeHint().width() - 40
        for key, chip in self.chips.items():
            room -= chip.sizeHint().width() + 8
            chip.setVisible((room >= 0 or chip.isChecked()) and (key != "hidden" or self._any_hidden))

    def _tell(self) -> None:
        self.chosen.emit(self.filter)

    def arrow(self, *, forward: bool) -> None:
        """Move to the next chip, as the arrow keys do."""
        keys = [key for key, chip in self.chips.items() if chip.isVisible()]
        at = keys.index(self.filter) if self.filter in keys else 0
        target = keys[(at + (1 if forward else -1)) % len(keys)]
        self.chips[target].setFocus(Qt.FocusReason.TabFocusReason)
        self.choose(target)
