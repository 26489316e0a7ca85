"""Menus whose entries show their text to the letter."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from core.model.text import display


class Menu(QMenu):
    """A popup menu that is filled by calls; an ampersand in a text is an ampersand."""

    def __init__(self, parent: QWidget, title: str = "") -> None:
        super().__init__(parent)
        self.setTitle(menu_text(title))

    def offer(
        self,
        text: str,
        call: Callable[[], object],
        *,
        enabled: bool = True,
        checked: bool | None = None,
        keys: str = "",
    ) -> QAction:
        """Add an entry; with `checked` it is one that can be on or off. `keys` are shown, not bound."""
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)  # "⌘C" on a Mac
        action = QAction(menu_text(text) + (f"\t{shown}" if keys else ""), self)
        action.setEnabled(enabled)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda: call())
        self.addAction(action)
        return action

    def clear(self) -> None:
        """Take every entry out, and let go of what the entries held."""
        inner = self.findChildren(Menu, options=Qt.FindChildOption.FindDirectChildrenOnly)
        actions = [action for action in self.actions() if action.parent() is self]
        super().clear()
        for gone in (*inner, *actions):
            gone.deleteLater()

    def submenu(self, title: str) -> "Menu":
        """Add a menu behind an entry."""
        inner = Menu(self, title)
        self.addMenu(inner)
        return inner


def menu_text(text: str) -> str:
    """Return a text as a menu has to get it."""
    return display(text).replace("&", "&&")
