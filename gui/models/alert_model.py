"""The alerts, newest first, under the days they came; a list that a screen reader reads whole."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from core.model.alert import Alert, AlertCode
from core.model.text import display
from gui.i18n import date_text, tr
from gui.messages import alert_detail, alert_title
from gui.theme.tokens import Tone

ALERT = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex
MOST = 2_000


def alert_look(code: AlertCode) -> tuple[Tone, str]:
    """Return how bad an alert is, and its icon."""
    return {
        AlertCode.IDENTITY_CHANGED: (Tone.BAD, "fingerprint-pattern"),
        AlertCode.NAME_CLAIMED_TWICE: (Tone.BAD, "users"),
        AlertCode.ROOT_MISSING: (Tone.WARN, "shield-alert"),
        AlertCode.EXPIRED: (Tone.BAD, "calendar-x"),
        AlertCode.EXPIRES_TOMORROW: (Tone.BAD, "clock-alert"),
        AlertCode.EXPIRES_IN_7_DAYS: (Tone.WARN, "clock-alert"),
        AlertCode.EXPIRES_IN_30_DAYS: (Tone.WARN, "clock-alert"),
        AlertCode.NEW_DEVICE: (Tone.INFO, "plus"),
    }[code]


class AlertModel(QAbstractListModel):
    """Takes alerts as they are raised or read; rows are alerts and headings of days."""

    counts_changed = Signal()

    def __init__(
        self, clock: Callable[[], datetime], name_of: Callable[[str], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._clock, self._name_of = clock, name_of
        self._alerts: dict[int, Alert] = {}
        self._rows: list[Alert | str] = []

    def take(self, alerts: list[Alert]) -> None:
        """Take alerts in, new ones or ones that changed."""
        if not alerts:
            return
        self._alerts.update({alert.number: alert for alert in alerts})
        while len(self._alerts) > MOST:
            del self._alerts[min(self._alerts)]
        self._rebuild()
        self.counts_changed.emit()

    def _rebuild(self) -> None:
        rows: list[Alert | str] = []
        day = ""
        for alert in sorted(self._alerts.values(), key=lambda a: a.number, reverse=True):
            heading = self._day(alert.at)
            if heading != day:
                rows.append(heading)
                day = heading
            rows.append(alert)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        numbers = [found.number if (found := self.alert_at(index.row())) is not None else 0 for index in before]
        self._rows = rows
        row_of = {row.number: place for place, row in enumerate(rows) if isinstance(row, Alert)}
        after = [self.index(row_of[number]) if number in row_of else QModelIndex() for number in numbers]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _day(self, at: datetime) -> str:
        days = (self._clock().astimezone().date() - at.astimezone().date()).days
        return tr("Today") if days == 0 else tr("Yesterday") if days == 1 else date_text(at)

    def unread(self) -> tuple[Alert, ...]:
        """Return the alerts that nobody read, newest first."""
        return tuple(a for n, a in sorted(self._alerts.items(), reverse=True) if not a.read)

    def alert_at(self, row: int) -> Alert | None:
        """Return the alert of a row; None for a heading."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return found if isinstance(found, Alert) else None

    def title(self, alert: Alert) -> str:
        """Return what an alert says in one line."""
        return alert_title(alert, self.subject(alert))

    def subject(self, alert: Alert) -> str:
        """Return what the subject of an alert is called."""
        stored = dict(alert.facts)
        return self._name_of(alert.subject) or display(stored.get("store") or stored.get("name") or alert.subject, 80)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) if self.alert_at(index.row()) is not None else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ALERT:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            if isinstance(row, str):
                return row
            unread = "" if row.read else tr("unread") + ", "
            return f"{unread}{self.title(row)}, {alert_detail(row)}"
        return None
