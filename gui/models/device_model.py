"""The devices as a Qt table: own sorted and filtered index, precise changes, rows keyed by host."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from core.events import ChainJudged, CheckStarted, DeviceChanged, DeviceForgotten, DeviceGone, DeviceSeen, Event
from core.model.device import Device
from gui.i18n import ago_text, tr
from gui.models.device_record import DeviceRecord, make_record

RECORD = int(Qt.ItemDataRole.UserRole) + 1
DEVICE, TRUST, ADDRESS, SERVICES, CERTIFICATE, SEEN = range(6)
HEADINGS = ("Device", "Trust", "Address", "Services", "Certificate", "Seen")
Index = QModelIndex | QPersistentModelIndex

_SORT_KEYS: dict[int, Callable[[DeviceRecord], Any]] = {
    DEVICE: lambda r: (r.name.lower(), r.host),
    TRUST: lambda r: (r.state.rank, r.name.lower(), r.host),
    ADDRESS: lambda r: (r.address_key, r.host),
    SERVICES: lambda r: (r.services, r.name.lower(), r.host),
    CERTIFICATE: lambda r: (r.expiry_key, r.name.lower(), r.host),
    SEEN: lambda r: (-r.last_seen.timestamp(), r.host),
}
FILTERS: dict[str, Callable[[DeviceRecord], bool]] = {
    "all": lambda _: True,
    "attention": lambda r: r.state.needs_attention,
    "trusted": lambda r: r.state.key == "trusted",
    "offline": lambda r: r.state.key == "offline",
}


class DeviceModel(QAbstractTableModel):
    """Takes core events in batches and keeps the visible rows sorted and filtered."""

    counts_changed = Signal()
    record_changed = Signal(str)

    def __init__(self, clock: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._devices: dict[str, Device] = {}
        self._judged: dict[str, ChainJudged] = {}
        self._checking: set[str] = set()
        self._records: dict[str, DeviceRecord] = {}
        self._order: list[str] = []
        self._row: dict[str, int] = {}
        self._words: tuple[str, ...] = ()
        self._filter = "all"
        self._column, self._descending = DEVICE, False

    def take(self, events: list[Event]) -> None:
        """Merge a batch of events by device and show the result."""
        touched: set[str] = set()
        forgotten: set[str] = set()
        for event in events:
            if isinstance(event, DeviceSeen | DeviceChanged | DeviceGone):
                self._devices[event.device.id] = event.device
                self._drop_stale(event)
                touched.add(event.device.id)
            elif isinstance(event, DeviceForgotten):
                forgotten.add(event.host)
            elif isinstance(event, CheckStarted):
                self._checking.add(event.host)
                touched.add(event.host)
            elif isinstance(event, ChainJudged):
                self._checking.discard(event.host)
                self._judged[event.host] = event
                touched.add(event.host)
        for host in forgotten - touched:
            for held in (self._devices, self._judged, self._records):
                held.pop(host, None)
            self._checking.discard(host)
        if touched or forgotten:
            self._refresh(touched & self._devices.keys())

    def _drop_stale(self, event: DeviceSeen | DeviceChanged | DeviceGone) -> None:
        """Forget a judgement that is no longer about what the device offers; a returned device is judged anew."""
        device = event.device
        judged = self._judged.get(device.id)
        if judged is None or isinstance(event, DeviceGone):
            return
        presented = judged.presented
        addresses = {a.address for a in device.addresses}
        same_place = presented.address.partition("%")[0] in addresses
        same_port = presented.port in {s.port for s in device.services}
        if isinstance(event, DeviceSeen) or not (same_place and same_port):
            del self._judged[device.id]

    def record(self, host: str) -> DeviceRecord | None:
        """Return a device's record by its host."""
        return self._records.get(host)

    def records(self) -> tuple[DeviceRecord, ...]:
        """Return every record, visible or not."""
        return tuple(self._records.values())

    def host_at(self, row: int) -> str:
        """Return the host shown in a row; "" where there is none."""
        return self._order[row] if 0 <= row < len(self._order) else ""

    def row_of(self, host: str) -> int:
        """Return the row of a host; -1 where it is not shown."""
        return self._row.get(host, -1)

    def count(self, name: str) -> int:
        """Return how many devices a filter lets through, whatever is searched."""
        test = FILTERS[name]
        return sum(1 for record in self._records.values() if test(record))

    def search(self, text: str) -> None:
        """Show only rows that hold every word."""
        self._words = tuple(text.lower().split())
        self._reorder()

    def set_filter(self, name: str) -> None:
        """Show only the rows of one filter: all, attention, trusted, offline."""
        self._filter = name
        self._reorder()

    def tick(self) -> None:
        """Let the "Seen" column tell the new time."""
        if self._order:
            self.dataChanged.emit(self.index(0, SEEN), self.index(len(self._order) - 1, SEEN))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._descending = column, order == Qt.SortOrder.DescendingOrder
        self._reorder()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADINGS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        record = self._records.get(self.host_at(index.row()))
        if record is None:
            return None
        if role == RECORD:
            return record
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._text(record, index.column())
        return None

    def _text(self, record: DeviceRecord, column: int) -> str:
        texts = {
            DEVICE: f"{record.name}, {record.shown_host}",
            TRUST: record.state.label,
            ADDRESS: ", ".join(t for t in (record.address, record.more_addresses) if t),
            SERVICES: f"{record.services} ({record.ports})",
            CERTIFICATE: ", ".join(t for t in (record.certificate, record.certificate_by) if t),
            SEEN: self.seen_text(record),
        }
        return texts[column]

    def seen_text(self, record: DeviceRecord) -> str:
        """Return when a device was last heard; an online one is here now."""
        return tr("now") if record.device.online else ago_text(record.last_seen, self._clock())

    def _refresh(self, hosts: set[str]) -> None:
        now = self._clock()
        for host in hosts:
            self._records[host] = make_record(
                self._devices[host], self._judged.get(host), checking=host in self._checking, now=now
            )
        self._reorder()
        rows = sorted(self._row[host] for host in hosts if host in self._row)
        if rows:
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], SEEN))
        self.counts_changed.emit()
        for host in hosts:
            self.record_changed.emit(host)

    def _reorder(self) -> None:
        test = FILTERS[self._filter]
        wanted = [
            record for record in self._records.values()
            if test(record) and all(word in record.haystack for word in self._words)
        ]  # fmt: skip
        wanted.sort(key=_SORT_KEYS[self._column], reverse=self._descending)
        order = [record.host for record in wanted]
        if order == self._order:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        hosts = [self.host_at(index.row()) for index in before]
        self._order = order
        self._row = {host: row for row, host in enumerate(order)}
        after = [
            self.index(self._row[host], index.column()) if host in self._row else QModelIndex()
            for host, index in zip(hosts, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
