"""What the authority issued, as a Qt table."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.model.authority import LedgerEntry
from core.model.text import display
from gui.i18n import date_text, left_text, tr

HEADINGS = ("Names", "Serial", "Valid", "Left", "Files", "Issued")
MONO_COLUMNS = frozenset({1})
Index = QModelIndex | QPersistentModelIndex


class IssuedModel(QAbstractTableModel):
    """The ledger, newest first."""

    def __init__(self, clock: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._entries: tuple[LedgerEntry, ...] = ()

    def show(self, entries: tuple[LedgerEntry, ...]) -> None:
        """Show other entries."""
        if entries != self._entries:
            self.beginResetModel()
            self._entries = entries
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADINGS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return None
        entry = self._entries[index.row()]
        texts = (
            display(", ".join(entry.names), 120),
            display(entry.serial[:16], 16) + "…",
            f"{date_text(entry.not_before)} – {date_text(entry.not_after)}",
            left_text(entry.not_after, self._clock()),
            ", ".join(entry.formats),
            date_text(entry.issued_at),
        )
        return texts[index.column()]
