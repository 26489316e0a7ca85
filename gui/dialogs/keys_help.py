"""Which keys do what, read from the actions themselves."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from gui.actions import SPECS, shown_keys
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.theme.look import Look
from gui.widgets.key_values import KeyValues

_ELSEWHERE = (
    ("Space", "Pause the list, or go on (in the table)"), ("Enter", "Open the device, or the fields of a certificate"),
    ("Esc", "Close the pane, then clear the search; cancel a dialog"), ("F2", "Name and note of the device"),
    ("Ctrl+C", "Copy the row"), ("Ctrl+Shift+C", "Copy a report on the device"),
)  # fmt: skip


def _native(keys: str) -> str:
    """Return keys with a modifier as the system writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) if "+" in keys else keys


class KeysHelp(Sheet):
    """Lists the keys."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(
            look, parent, "keys", tr("Keys"), tr("Letters in the table find a device by its name."), width=520
        )
        rows = KeyValues(look, 340, lines=2)
        own = tuple((shown_keys(s), tr(s.text), False, False) for s in SPECS if s.shortcut)
        rows.show_rows((*own, *((_native(keys), tr(words), False, False) for keys, words in _ELSEWHERE)))
        self.body.addWidget(rows)
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))
