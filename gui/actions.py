"""Every action of the window with its words and keys, so that menus, tooltips and shortcuts cannot drift apart."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.i18n import tr


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What an action is called and which keys start it."""

    key: str
    text: str
    shortcut: str | QKeySequence.StandardKey


SPECS = (
    ActionSpec("page-1", "Devices", "Ctrl+1"),
    ActionSpec("page-2", "Trust", "Ctrl+2"),
    ActionSpec("page-3", "Authority", "Ctrl+3"),
    ActionSpec("search", "Search devices", QKeySequence.StandardKey.Find),
    ActionSpec("refresh", "Ask the network again", QKeySequence.StandardKey.Refresh),
    ActionSpec("help", "Explain the reasons", QKeySequence.StandardKey.HelpContents),
    ActionSpec("theme", "Switch between light and dark", "Ctrl+Shift+L"),
    ActionSpec("quit", "Quit", QKeySequence.StandardKey.Quit),
)


def install_actions(window: QWidget, calls: dict[str, Callable[[], None]]) -> dict[str, QAction]:
    """Make every action that has a call, bind its keys to the window, and return them by key."""
    made: dict[str, QAction] = {}
    for spec in SPECS:
        call = calls.get(spec.key)
        if call is None:
            continue
        action = QAction(tr(spec.text), window)
        action.setShortcut(QKeySequence(spec.shortcut))
        action.triggered.connect(call)
        window.addAction(action)
        made[spec.key] = action
    return made
