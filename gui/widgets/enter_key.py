"""Enter opens what is chosen in a list, on macOS too, where Qt takes it for "edit" and opens nothing."""

import sys

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView


class OpensByEnter(QObject):
    """Tells of the current item, as `activated` does elsewhere."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            current = self._view.currentIndex()
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat() and current.isValid():
                self._view.activated.emit(current)
                return True
        return False


def open_by_enter(view: QAbstractItemView) -> None:
    """Let Enter open what is chosen, where Qt does not see to it."""
    if sys.platform == "darwin":
        OpensByEnter(view)
