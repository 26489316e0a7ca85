"""The devices as a Qt table: own sorted and filtered index, changes told where they are seen, rows keyed by id."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from core.events import (
    AlertRaised,
    ChainJudged,
    CheckStarted,
    DeviceChanged,
    DeviceForgotten,
    DeviceGone,
    DeviceSeen,
    Event,
    NetworkFound,
    NetworkListening,
    TrafficCounted,
)
from gui.i18n import ago_text, tr
from gui.models.device_columns import COLUMNS, DEVICE, GROUPINGS, SEEN
from gui.models.device_query import EVERYTHING, Query, parse_query
from gui.models.device_record import DeviceRecord
from gui.models.known_devices import KnownDevices
from gui.models.row_order import GroupHeading, RowOrder

RECORD = int(Qt.ItemDataRole.UserRole) + 1
HEADING = int(Qt.ItemDataRole.UserRole) + 2
Index = QModelIndex | QPersistentModelIndex
SETTLE_MS, AT_ONCE = 500, 250
EVERY_ROW = (0, 1 << 30)

_KINDS: dict[type, str] = {
    DeviceSeen: "device", DeviceChanged: "device", DeviceGone: "device", DeviceForgotten: "forgotten",
    ChainJudged: "chain", CheckStarted: "check",
}  # fmt: skip
"""What waits while the list is paused, and what replaces what."""
_NOT_OURS = (TrafficCounted, NetworkListening, NetworkFound, AlertRaised)

FILTERS: dict[str, Callable[[DeviceRecord], bool]] = {
    "all": lambda r: not r.is_hidden,
    "attention": lambda r: r.state.needs_attention and not r.is_hidden,
    "trusted": lambda r: r.state.key == "trusted" and not r.is_hidden,
    "new": lambda r: r.is_new and not r.is_hidden,
    "offline": lambda r: r.state.key == "offline" and not r.is_hidden,
    "hidden": lambda r: r.is_hidden,
}


class DeviceModel(QAbstractTableModel):
    """Takes core events in batches and keeps the visible rows sorted and filtered.

    The order changes at most once in `settle_ms` (0: with each batch), and not while it is held: rows never move
    under the pointer. While paused neither order nor text changes; what comes waits and is counted.
    """

    counts_changed = Signal()
    waiting_changed = Signal()
    record_changed = Signal(str)
    about_to_arrange = Signal()
    arranged = Signal()

    def __init__(self, clock: Callable[[], datetime], parent: QObject | None = None, *, settle_ms: int = 0) -> None:
        super().__init__(parent)
        self._clock = clock
        self._known = KnownDevices(clock)
        self._rows = RowOrder()
        self._counts: Counter[str] = Counter()
        self._query: Query = EVERYTHING
        self._filter = "all"
        self._column, self._descending, self._grouping = DEVICE, False, ""
        self._seen_rows = EVERY_ROW
        self._held: set[str] = set()
        self._waiting: dict[tuple[str, str], Event] = {}
        self.paused = False
        self._unsettled = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(settle_ms)
        self._settle.timeout.connect(self._settle_now)

    def take(self, events: list[Event]) -> None:
        """Merge a batch of events by device and show the result; while paused they wait."""
        if self.paused:
            events = self._keep_waiting(events)
        self._show(*self._known.take(events))

    def _keep_waiting(self, events: list[Event]) -> list[Event]:
        """Let what the network says wait, the newest of each kind for each device; return what is not held up."""
        now: list[Event] = []
        for event in events:
            kind = _KINDS.get(type(event))
            if kind is None:
                if not isinstance(event, _NOT_OURS):
                    now.append(event)
                continue
            host = event.device.id if isinstance(event, DeviceSeen | DeviceChanged | DeviceGone) else event.host  # type: ignore[union-attr]
            self._waiting.pop((kind, host), None)
            self._waiting[kind, host] = event
        self.waiting_changed.emit()
        return now

    def _show(self, changed: dict[str, DeviceRecord | None], forgotten: dict[str, DeviceRecord]) -> None:
        """Bring changed and forgotten records into the rows and the counts."""
        if not changed and not forgotten:
            return
        key = COLUMNS[self._column].key
        moved = self._rows.place(changed, self._known.records, key)
        self._rows.drop(forgotten)
        refiltered = self._count(changed, forgotten)
        if moved or refiltered or forgotten:
            self._unsettled = True
        self._tell(changed)
        if self._unsettled:
            self._arrange_soon()
        self.counts_changed.emit()
        for host in (*changed, *forgotten):
            self.record_changed.emit(host)

    def grow_old(self) -> None:
        """Make every record anew, some in each turn: what is left of a certificate grows less while nobody speaks."""
        self._renew_some(list(self._known.records))

    def ask_every_tcp(self, *, every: bool) -> None:
        """Say whether every TCP service is asked for TLS; one that was not asked yet is then not without."""
        if every != self._known.every_tcp:
            self._known.every_tcp = every
            self.grow_old()

    def _renew_some(self, hosts: list[str]) -> None:
        known = [host for host in hosts[:AT_ONCE] if host in self._known.records]
        self._show(self._known.renew(known), {})
        if hosts[AT_ONCE:]:
            QTimer.singleShot(0, self, lambda: self._renew_some(hosts[AT_ONCE:]))

    def _count(self, changed: dict[str, DeviceRecord | None], forgotten: dict[str, DeviceRecord]) -> bool:
        """Keep the counts of every filter; return whether a device may have come into or gone out of what is shown."""
        refiltered = False
        for host, before in changed.items():
            record = self._known.records[host]
            for name, test in FILTERS.items():
                was, now = before is not None and test(before), test(record)
                self._counts[name] += int(now) - int(was)
                refiltered = refiltered or (name == self._filter and was != now)
            fits = self._query.fits(record)
            refiltered = (
                refiltered or (before is None and fits) or (before is not None and self._query.fits(before) != fits)
            )
        for record in forgotten.values():
            for name, test in FILTERS.items():
                self._counts[name] -= int(test(record))
        return refiltered or bool(self._grouping)

    def _tell(self, changed: dict[str, DeviceRecord | None]) -> None:
        """Tell the view of changed rows that it shows, as one range."""
        first, last = self._seen_rows
        rows = [row for host in changed if (row := self._rows.row.get(host)) is not None and first <= row <= last]
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), len(COLUMNS) - 1))

    def _arrange_soon(self) -> None:
        if self._settle.interval() == 0:
            self._settle_now()
        elif not self._settle.isActive():
            if not self._held:
                self._arrange()
            self._settle.start()

    def _settle_now(self) -> None:
        if self._unsettled and not self._held:
            self._arrange()
        if self._unsettled and self._settle.interval():
            self._settle.start()

    def hold(self, reason: str, *, held: bool) -> None:
        """Keep every row where it is while there is a reason: the pointer, an open menu, a key just pressed."""
        if held:
            self._held.add(reason)
        elif reason in self._held:
            self._held.discard(reason)
            if not self._held and self._unsettled and not self._settle.isActive():
                self._settle_now()

    def set_paused(self, *, paused: bool) -> None:
        """Freeze order and text, or let everything that waited in."""
        self.paused = paused
        if not paused:
            waiting, self._waiting = list(self._waiting.values()), {}
            self._take_some(waiting)
        self.waiting_changed.emit()

    def _take_some(self, waiting: list[Event]) -> None:
        """Take in what waited, some of it in each turn."""
        self.take(waiting[:AT_ONCE])
        if waiting[AT_ONCE:]:
            QTimer.singleShot(0, self, lambda: self._take_some(waiting[AT_ONCE:]))

    @property
    def waiting(self) -> int:
        """Return how many changes wait while paused."""
        return len(self._waiting)

    def show_rows_seen(self, first: int, last: int) -> None:
        """The view shows these rows: changes of others need not be told."""
        self._seen_rows = (first, last)

    def record(self, host: str) -> DeviceRecord | None:
        """Return a device's record by its id."""
        return self._known.records.get(host)

    def records(self) -> tuple[DeviceRecord, ...]:
        """Return every record, visible or not."""
        return tuple(self._known.records.values())

    def shown_records(self) -> tuple[DeviceRecord, ...]:
        """Return the records of the rows, in their order."""
        records = self._known.records
        return tuple(records[host] for host in self._rows.shown if host in records)

    def host_at(self, row: int) -> str:
        """Return the device shown in a row; "" where there is none, or a heading."""
        shown = self._rows.shown
        return shown[row] if 0 <= row < len(shown) and shown[row] not in self._rows.headings else ""

    def heading_at(self, row: int) -> GroupHeading | None:
        """Return the heading of a group that a row is."""
        shown = self._rows.shown
        return self._rows.headings.get(shown[row]) if 0 <= row < len(shown) else None

    def row_of(self, host: str) -> int:
        """Return the row of a device; -1 where it is not shown."""
        return self._rows.row.get(host, -1)

    def next_named(self, text: str, after: int) -> int:
        """Return the next row whose device's name begins so, from the row after `after` and around; -1 for none."""
        wanted, total = text.lower(), len(self._rows.shown)
        step = 1 if len(wanted) == 1 else 0  # one letter goes on to the next, more of them stay where they fit
        for number in range(total):
            row = (after + step + number) % total
            record = self._known.records.get(self._rows.shown[row])
            if record is not None and record.name.lower().startswith(wanted):
                return row
        return -1

    def count(self, name: str) -> int:
        """Return how many devices a filter lets through, whatever is searched."""
        return self._counts[name]

    def search(self, text: str) -> Query:
        """Show only rows that fit what was typed, and return how it was read."""
        query = parse_query(text)
        if (query.words, query.tests) != (self._query.words, self._query.tests):
            self._query = query
            self._arrange()
        return query

    def set_filter(self, name: str) -> None:
        """Show only the rows of one filter."""
        if name != self._filter:
            self._filter = name
            self._arrange()

    def group_by(self, name: str) -> None:
        """Group rows by "type", "interface" or "issuer"; "" for not at all."""
        if name != self._grouping:
            self._grouping = name
            self._arrange()

    @property
    def grouping(self) -> str:
        """Return what rows are grouped by."""
        return self._grouping

    def tick(self) -> None:
        """Let the "Seen" column tell the new time, where it is seen."""
        count = len(self._rows.shown)
        first, last = self._seen_rows[0], min(self._seen_rows[1], count - 1)
        if count and first <= last and not self.paused:
            self.dataChanged.emit(self.index(first, SEEN), self.index(last, SEEN))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._descending = order == Qt.SortOrder.DescendingOrder
        if column != self._column:
            self._column = column
            self._rows.rekey(self._known.records, COLUMNS[column].key)
        self._arrange()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._rows.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section].heading)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self._rows.shown[index.row()] in self._rows.headings:
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        shown, row = self._rows.shown, index.row()
        if not 0 <= row < len(shown):
            return None
        record = self._known.records.get(shown[row])
        if role == RECORD:
            return record
        if role == HEADING:
            return self._rows.headings.get(shown[row])
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            if record is None:
                heading = self._rows.headings.get(shown[row])
                return f"{heading.title}, {heading.count}" if heading and index.column() == DEVICE else ""
            return self._text(record, index.column())
        return None

    def _text(self, record: DeviceRecord, column: int) -> str:
        text = self.seen_text(record) if column == SEEN else COLUMNS[column].text(record)
        if column == DEVICE and record.is_lookalike:
            return text + ", " + tr("may look like another name")
        return text + ", " + tr("new") if column == DEVICE and record.is_new else text

    def seen_text(self, record: DeviceRecord) -> str:
        """Return when a device was last heard; an online one is here now."""
        return tr("now") if record.device.online else ago_text(record.last_seen, self._clock())

    def _arrange(self) -> None:
        """Bring the rows into the order that the records, the search and the filter ask for."""
        self._unsettled = False
        keep = None if self._filter == "all" and not self._counts["hidden"] else FILTERS[self._filter]
        group = GROUPINGS[self._grouping][1] if self._grouping else None
        rows, headings = self._rows.arranged(
            self._known.records, self._query, keep, descending=self._descending, group=group
        )
        if rows == self._rows.shown and headings == self._rows.headings:
            return
        self.about_to_arrange.emit()
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        hosts = [self._rows.shown[index.row()] for index in before]
        self._rows.show(rows, headings)
        row_of = self._rows.row
        after = [
            self.index(row_of[host], index.column()) if host in row_of else QModelIndex()
            for host, index in zip(hosts, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        self.arranged.emit()
