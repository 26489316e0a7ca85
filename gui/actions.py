"""Every action of the window with its words and keys, so that menus, palette and shortcuts cannot drift apart."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.i18n import tr
from gui.navigation import PLACES


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What an action is called, which keys start it, and its icon; without keys it is in the palette alone."""

    key: str
    text: str
    shortcut: str | QKeySequence.StandardKey
    icon: str = "chevron-right"


SPECS = (
    *(ActionSpec(f"page-{place.key}", place.title, f"Ctrl+{n}", place.icon) for n, place in enumerate(PLACES, 1)),
    ActionSpec("back", "Back", QKeySequence.StandardKey.Back, "arrow-left"),
    ActionSpec("commands", "Commands…", "Ctrl+K", "command"),
    ActionSpec("search", "Search devices", QKeySequence.StandardKey.Find, "search"),
    ActionSpec("refresh", "Ask the network again", QKeySequence.StandardKey.Refresh, "refresh-cw"),
    ActionSpec("pause", "Pause the list, or go on", "Ctrl+P", "pause"),
    ActionSpec("issue", "Issue certificate…", "Ctrl+I", "badge-check"),
    ActionSpec("install", "Install root CA everywhere…", "", "shield-plus"),
    ActionSpec("remove", "Remove root CA everywhere…", "", "trash-2"),
    ActionSpec("create", "Create root CA…", "", "stamp"),
    ActionSpec("inspect", "Inspect a file or host…", QKeySequence.StandardKey.Open, "file-search"),
    ActionSpec("add", "Add device by address…", QKeySequence.StandardKey.New, "plus"),
    ActionSpec("export", "Export table…", QKeySequence.StandardKey.Save, "download"),
    ActionSpec("undo", "Undo", QKeySequence.StandardKey.Undo, "undo-2"),
    ActionSpec("acknowledge", "Acknowledge all new devices", "", "check-check"),
    ActionSpec("density", "Switch between one and two lines a row", "", "rows-3"),
    ActionSpec("theme", "Switch between light and dark", "Ctrl+Shift+L", "sun"),
    ActionSpec("sample", "Show sample network", "", "eye"),
    ActionSpec("help", "Explain the reasons", QKeySequence.StandardKey.HelpContents, "circle-question-mark"),
    ActionSpec("keys", "Keys", "Ctrl+/", "keyboard"),
    ActionSpec("about", "About Dotlocal…", "", "info"),
    ActionSpec("quit", "Quit", "Ctrl+Q", "x"),
)


def shown_keys(spec: ActionSpec) -> str:
    """Return an action's keys as the system writes them."""
    return QKeySequence(spec.shortcut).toString(QKeySequence.SequenceFormat.NativeText) if spec.shortcut else ""


def install_actions(window: QWidget, calls: dict[str, Callable[[], None]]) -> dict[str, QAction]:
    """Make every action that has a call, bind its keys to the window, and return them by key."""
    made: dict[str, QAction] = {}
    for spec in SPECS:
        call = calls.get(spec.key)
        if call is None:
            continue
        action = QAction(tr(spec.text), window)
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        action.triggered.connect(call)
        window.addAction(action)
        made[spec.key] = action
    return made
