"""Measure the window's own thread while 10,000 devices change: 200 changes a second, a filter key each 150 ms.

python -m tests.bench.window_rows own|proxy|engine [--typing] [--sort COLUMN] [SECONDS]

"own" is the product's window, "engine" the same with everything behind it, for its memory; "proxy" is the table's twin,
the same records and delegate behind a QSortFilterProxyModel. Printed are percentiles of the processor time that the
window's thread took in one turn (ms), what a key took until the rows had followed, the number of rows, and the
resident memory (MB).
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QTableView, QWidget

from core.clock import utc_now
from core.events import DeviceChanged, DeviceSeen
from core.model.device import Address, Device, Service
from gui.app import make_application
from gui.bridge import Bridge
from gui.contents import Contents
from gui.delegates.device_row import DeviceRowDelegate
from gui.main_window import MainWindow
from gui.models.device_columns import COLUMNS, SEEN
from gui.models.device_model import RECORD
from gui.models.device_record import make_record
from gui.theme.look import Look
from gui.theme.tokens import ROW
from gui.window_memory import WindowMemory

DEVICES, CHANGES_PER_S, BATCH_MS, KEY_MS, BEAT_MS = 10_000, 200, 33, 150, 2
BEGUN = utc_now()
KEYS = ("d", "de", "dev", "devi", "devic", "device", "device ", "device 1", "device 12", "device 123", "")


def device(number: int, seconds: int = 0) -> Device:
    """Return device `number` as it is after some seconds."""
    addresses = (
        Address(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", "lan0"),
        Address(f"fe80::{number:x}", "lan0"),
    )
    services = tuple(
        Service(kind, f"Device {number}", port)
        for kind, port in (("_https._tcp", 443), ("_ssh._tcp", 22), ("_http._tcp", 80))
    )
    name = f"Device {number * 7919 % DEVICES}"
    seen = BEGUN + timedelta(seconds=seconds)
    return Device(f"dev{number:05}.local", name, addresses, services, online=True, first_seen=BEGUN, last_seen=seen)


class PlainModel(QAbstractTableModel):
    """The records in the order they came, for the twin's proxy to sort and filter."""

    def __init__(self) -> None:
        super().__init__()
        self.records = [make_record(device(n), None, checking=False, now=BEGUN) for n in range(DEVICES)]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        record = self.records[index.row()]
        if role == RECORD:
            return record
        if role == Qt.ItemDataRole.UserRole:
            return record.haystack
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return record.last_seen.isoformat() if index.column() == SEEN else COLUMNS[index.column()].text(record)

    def change(self, changed: list[Device]) -> None:
        for each in changed:
            row = int(each.host[3:8])
            self.records[row] = make_record(each, None, checking=False, now=BEGUN)
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))


class Twin:
    """The same table behind Qt's own sorting and filtering proxy."""

    def __init__(self, look: Look) -> None:
        self.model, self.proxy, self.view = PlainModel(), QSortFilterProxyModel(), QTableView()
        self.proxy.setSourceModel(self.model)
        self.proxy.setFilterRole(Qt.ItemDataRole.UserRole)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view.setModel(self.proxy)
        self.delegate = DeviceRowDelegate(look, self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(ROW)
        self.view.setShowGrid(False)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.window = QMainWindow()
        inside = QWidget()
        QHBoxLayout(inside).addWidget(self.view)
        self.window.setCentralWidget(inside)
        self.window.resize(1440, 900)


def percentile(figures: list[float], share: float) -> float:
    ordered = sorted(figures)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2) if ordered else 0.0


def memory_mb() -> int:
    """Return this process's resident memory now; the kernel's maximum would be its parent's before exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


def through_the_engine() -> dict[str, object]:
    """Take 10,000 devices in through a running engine with its history on disk, and tell what all of it holds."""
    application = make_application(["bench"])
    bridge = Bridge(application, sample=True)
    look = Look(application, "light")
    window = Contents.at_once(MainWindow(look, WindowMemory()), look, bridge, utc_now)
    window.window.show()
    bridge.ready.connect(
        lambda: bridge.post(lambda core: [core.bus.publish(DeviceSeen(device(n))) for n in range(DEVICES)] and None)
    )
    QTimer.singleShot(0, bridge.start)
    begun = time.perf_counter()
    watch = QTimer()
    kept: list[float] = []

    def look_on() -> None:
        if window.model.rowCount() >= DEVICES and not kept:
            kept.append(time.perf_counter() - begun)
            QTimer.singleShot(4000, application.quit)  # the history follows a second behind

    watch.timeout.connect(look_on)
    watch.start(50)
    QTimer.singleShot(60_000, application.quit)
    application.exec()
    rows = window.model.rowCount()
    bridge.stop()
    return {"rows": rows, "rss_mb": memory_mb(), "filled_after_s": round(kept[0], 2) if kept else None}


def run(kind: str, *, typing: bool, sort: int, seconds: float) -> dict[str, object]:
    application = make_application(["bench"])
    look = Look(application, "light")
    search: Callable[[str], object]
    rows: Callable[[], int]
    view: QTableView
    if kind == "own":
        bridge = Bridge(application, sample=True)
        window: QMainWindow = MainWindow(look, WindowMemory())
        contents = Contents.at_once(window, look, bridge, utc_now)
        model, table = contents.model, contents.devices.table
        seen = [DeviceSeen(device(n)) for n in range(DEVICES)]
        window.show()
        for start in range(0, DEVICES, 500):
            bridge.events.emit(seen[start : start + 500])
            application.processEvents()
        table.view.sortByColumn(sort, Qt.SortOrder.AscendingOrder)
        search, rows, view = model.search, model.rowCount, table.view
        change: Callable[[list[Device]], None] = lambda some: bridge.events.emit([DeviceChanged(d) for d in some])  # noqa: E731
    else:
        twin = Twin(look)
        window = twin.window
        window.show()
        twin.view.sortByColumn(sort, Qt.SortOrder.AscendingOrder)
        search, rows, change = twin.proxy.setFilterFixedString, twin.proxy.rowCount, twin.model.change
        view = twin.view
    for _ in range(20):
        application.processEvents()
    turns: list[float] = []
    keys: list[float] = []
    chance = random.Random(7)  # noqa: S311  the same each time
    begun, last = time.perf_counter(), [time.thread_time()]
    told = [0]

    def beat() -> None:
        now = time.thread_time()
        turns.append((now - last[0]) * 1000)
        last[0] = now

    def batch() -> None:
        due = int((time.perf_counter() - begun) * CHANGES_PER_S) - told[0]
        told[0] += due
        change([device(chance.randrange(DEVICES), 1 + told[0]) for _ in range(min(due, 100))])

    def press() -> None:
        before = time.thread_time()
        search(KEYS[len(keys) % len(KEYS)])
        view.viewport().repaint()
        keys.append((time.thread_time() - before) * 1000)

    timers = []
    for every, call in ((BEAT_MS, beat), (BATCH_MS, batch), *(((KEY_MS, press),) if typing else ())):
        timer = QTimer()
        timer.setInterval(every)
        timer.timeout.connect(call)
        timer.start()
        timers.append(timer)
    QTimer.singleShot(int(seconds * 1000), application.quit)
    application.exec()
    return {
        "p50_ms": percentile(turns, 0.5), "p99_ms": percentile(turns, 0.99), "max_ms": percentile(turns, 1.0),
        "key_p50_ms": percentile(keys, 0.5), "key_max_ms": percentile(keys, 1.0), "turns": len(turns), "rows": rows(),
        "rss_mb": memory_mb(),
        "changes_per_s": round(told[0] / seconds),
    }  # fmt: skip


if __name__ == "__main__":
    words = [word for word in sys.argv[2:] if not word.startswith("--")]
    column = int(words.pop(0)) if "--sort" in sys.argv else 0
    figures = (
        through_the_engine()
        if sys.argv[1] == "engine"
        else run(sys.argv[1], typing="--typing" in sys.argv, sort=column, seconds=float(words[0]) if words else 8.0)
    )
    sys.stdout.write(json.dumps(figures) + "\n")
