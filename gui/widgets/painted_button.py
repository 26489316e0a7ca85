"""The base of the buttons that we paint: chips, tiles, entries of the rail."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractButton


class PaintedButton(QAbstractButton):
    """A button that we paint; its focus ring shows only where the keyboard brought the focus."""

    _KEYBOARD = frozenset(
        {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
    )

    def __init__(self) -> None:
        super().__init__()
        self._by_keyboard = False

    @property
    def shows_focus(self) -> bool:
        """Say whether the focus ring is to be painted."""
        return self._by_keyboard and self.hasFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in self._KEYBOARD
        super().focusInEvent(event)
