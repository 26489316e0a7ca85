"""What happened to a device, as a list: a tone, words, a detail and a time; a screen reader reads every entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.model.device_history import Happening, HistoryEntry
from core.model.text import display
from gui.i18n import moment_text, tr
from gui.theme.tokens import Tone

MOMENT = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline; all text is fit to show."""

    tone: Tone
    title: str
    detail: str
    when: str

    @property
    def spoken(self) -> str:
        """Return what a screen reader says."""
        return ", ".join(part for part in (self.title, self.detail, self.when) if part)


def moments_of(entries: tuple[HistoryEntry, ...], now: datetime) -> tuple[Moment, ...]:
    """Return entries as they are shown."""
    return tuple(_moment(entry, now) for entry in entries)


def _moment(entry: HistoryEntry, now: datetime) -> Moment:
    before, after = display(entry.before, 120), display(entry.after, 120)
    change = f"{before} › {after}" if before else after
    prints = f"{before[:16]} › {after[:16]}"
    tone, title, detail = {
        Happening.FIRST_SEEN: (Tone.INFO, tr("First seen"), after),
        Happening.RENAMED: (Tone.MUTE, tr("It calls itself something else"), change),
        Happening.MOVED: (Tone.MUTE, tr("Other addresses"), change),
        Happening.SERVICES: (Tone.MUTE, tr("Other services"), change),
        Happening.NEW_CERTIFICATE: (Tone.INFO, tr("New certificate, same key"), prints),
        Happening.NEW_KEY: (Tone.BAD, tr("Another key"), prints),
        Happening.NEW_ISSUER: (Tone.WARN, tr("Another issuer"), change),
        Happening.WENT: (Tone.MUTE, tr("Went offline"), ""),
        Happening.RETURNED: (Tone.OK, tr("Came back"), ""),
    }[entry.what]
    return Moment(tone, title, detail, moment_text(entry.at, now))


class TimelineModel(QAbstractListModel):
    """The moments of one device for a list view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._moments: tuple[Moment, ...] = ()

    def show(self, moments: tuple[Moment, ...]) -> None:
        """Show other moments; nothing happens if they are the same."""
        if moments != self._moments:
            self.beginResetModel()
            self._moments = moments
            self.endResetModel()

    def moments(self) -> tuple[Moment, ...]:
        """Return what is shown."""
        return self._moments

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._moments)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not 0 <= index.row() < len(self._moments):
            return None
        moment = self._moments[index.row()]
        if role == MOMENT:
            return moment
        return moment.spoken if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole} else None
