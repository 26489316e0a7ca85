"""The table of devices: fixed rows, painted cells, columns to choose; nothing jumps under the pointer."""

import time

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QHeaderView, QTableView, QVBoxLayout

from gui.delegates.device_row import DeviceRowDelegate
from gui.i18n import tr
from gui.models.device_columns import COLUMNS, DEVICE, SERVICES
from gui.models.device_model import DeviceModel
from gui.theme.look import Look
from gui.theme.tokens import RADIUS_CARD, ROW, ROW_COMPACT
from gui.widgets.enter_key import open_by_enter
from gui.widgets.table_header import FittingColumns, FlatHeader
from gui.window_memory import WindowMemory

POINTER_RESTS_MS, KEY_RESTS_MS = 4000, 1000
MEMORY = "devices/table"
ROOMY = 800
"""Below this width the services make room for the rest."""


class DeviceView(QTableView):
    """A table whose letters find devices by name, and whose Space pauses."""

    pause_wanted = Signal()
    typed_name = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._typed, self._typed_at = "", 0.0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.pause_wanted.emit()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Collect letters that follow one another quickly."""
        now = time.monotonic()
        quick = now - self._typed_at < QApplication.keyboardInputInterval() / 1000
        self._typed = self._typed + search if quick else search
        self._typed_at = now
        self.typed_name.emit(self._typed)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Step over the headings of groups."""
        found = super().moveCursor(action, modifiers)
        down = action not in {QAbstractItemView.CursorAction.MoveUp, QAbstractItemView.CursorAction.MovePageUp}
        row = found.row()
        while found.isValid() and not found.flags() & Qt.ItemFlag.ItemIsSelectable:
            row += 1 if down else -1
            found = found.siblingAtRow(row)
        return found if found.isValid() else self.currentIndex()


class DeviceTable(QFrame):
    """Shows a DeviceModel; emits the device that is current, the one opened with Enter, and where a menu is wanted."""

    current_changed = Signal(str)
    opened = Signal(str)
    menu_wanted = Signal(QPoint)
    columns_menu_wanted = Signal(QPoint)

    def __init__(self, look: Look, model: DeviceModel, memory: WindowMemory | None = None) -> None:
        super().__init__()
        self._look, self._model, self._memory = look, model, memory or WindowMemory()
        self.setProperty("card", "true")
        self.view = DeviceView()
        self.view.setModel(model)
        self._delegate = DeviceRowDelegate(look, self)
        self.view.setItemDelegate(self._delegate)
        self._fit = FittingColumns([c.least for c in COLUMNS], [c.share for c in COLUMNS])
        self._fitting = False
        self._wanted = {column for column, facts in enumerate(COLUMNS) if facts.shown}
        self._prepare_view()
        self._header = FlatHeader(look)
        self.view.setHorizontalHeader(self._header)
        self._header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._header.setSectionsMovable(True)
        self._header.setMinimumSectionSize(50)
        self.view.setSortingEnabled(True)
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(1, 1, 1, 1)
        self._inside.addWidget(self.view)
        self._pointer_rests, self._key_rests = (
            self._timer("pointer", POINTER_RESTS_MS),
            self._timer("key", KEY_RESTS_MS),
        )
        self._anchor = ("", 0)
        self._connect()
        self._restore()

    def _prepare_view(self) -> None:
        view = self.view
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setMouseTracking(True)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setAccessibleName(tr("Devices"))
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(ROW)

    def _timer(self, reason: str, rests_ms: int) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(rests_ms)
        made.timeout.connect(self._let_go_key if reason == "key" else self._let_go_pointer)
        return made

    def _connect(self) -> None:
        self.view.viewport().installEventFilter(self)
        self.view.installEventFilter(self)
        self.view.selectionModel().selectionChanged.connect(self._tell_current)
        self.view.activated.connect(self._tell_opened)
        open_by_enter(self.view)
        self.view.customContextMenuRequested.connect(self._tell_menu)
        self.view.typed_name.connect(self._find)
        self.view.verticalScrollBar().valueChanged.connect(self._tell_seen_rows)
        self._header.menu_wanted.connect(self._tell_columns_menu)
        self._header.sectionResized.connect(self._resized)
        self._header.sectionMoved.connect(self.save)
        self._header.sortIndicatorChanged.connect(self.save)
        self._model.about_to_arrange.connect(self._take_anchor)
        self._model.arranged.connect(self._return_to_anchor)
        self._look.changed.connect(self.view.viewport().update)

    @property
    def compact(self) -> bool:
        """Return whether rows are low."""
        return self._delegate.compact

    def set_compact(self, *, compact: bool) -> None:
        """Show low rows of one line, or high ones of two."""
        self._delegate.compact = compact
        self.view.verticalHeader().setDefaultSectionSize(ROW_COMPACT if compact else ROW)
        self.view.viewport().update()
        self._tell_seen_rows()

    def shown_columns(self) -> tuple[int, ...]:
        """Return the columns that a person wants to see."""
        return tuple(sorted(self._wanted))

    def show_column(self, column: int, *, shown: bool) -> None:
        """Show or hide a column; the name of the device stays."""
        if column != DEVICE:
            (self._wanted.add if shown else self._wanted.discard)(column)
            self._share_columns()
            self.save()

    def reset_columns(self) -> None:
        """Put the columns back as they were at first."""
        self._fit.chosen.clear()
        self._wanted = {column for column, facts in enumerate(COLUMNS) if facts.shown}
        for column in range(len(COLUMNS)):
            self._header.moveSection(self._header.visualIndex(column), column)
        self._share_columns()
        self.save()

    def select(self, host: str) -> None:
        """Make a device's row the current one, if it is shown."""
        row = self._model.row_of(host)
        if row >= 0:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(self._model.index(row, DEVICE), flags)

    def selected(self) -> tuple[str, ...]:
        """Return the devices of the chosen rows, from top to bottom."""
        rows: set[int] = set()
        for part in self.view.selectionModel().selection().toList():  # a few ranges, however many rows
            rows.update(range(part.top(), part.bottom() + 1))
        return tuple(host for row in sorted(rows) if (host := self._model.host_at(row)))

    def clear_selection(self) -> None:
        """Let no row be the current one."""
        self.view.selectionModel().clear()

    def hold_for_menu(self, *, open_now: bool) -> None:
        """Keep every row in place while a menu is open over the table."""
        self._model.hold("menu", held=open_now)

    def save(self) -> None:
        """Keep order, width, visibility and sorting for the next run."""
        header = self._header
        if self._fitting or not header.count():
            return
        order = sorted(range(len(COLUMNS)), key=header.visualIndex)
        shown = list(self.shown_columns())
        descending = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        self._memory.keep(
            MEMORY,
            {"order": order, "shown": shown, "widths": {str(k): v for k, v in self._fit.chosen.items()},
             "sort": header.sortIndicatorSection(), "descending": descending},
        )  # fmt: skip

    def _restore(self) -> None:
        """Take what was kept, as far as it makes sense."""
        kept = self._memory.value(MEMORY)
        kept = kept if isinstance(kept, dict) else {}
        numbers = list(range(len(COLUMNS)))
        order, shown, widths = kept.get("order"), kept.get("shown"), kept.get("widths")
        self._fitting = True
        if isinstance(order, list) and sorted(order) == numbers:
            for place, column in enumerate(order):
                self._header.moveSection(self._header.visualIndex(column), place)
        wanted = shown if isinstance(shown, list) and DEVICE in shown else [c for c in numbers if COLUMNS[c].shown]
        self._wanted = {column for column in wanted if column in numbers}
        if isinstance(widths, dict):
            self._fit.chosen = {int(k): v for k, v in widths.items() if k.isdigit() and isinstance(v, int)}
        sort = kept.get("sort")
        column = sort if isinstance(sort, int) and sort in numbers else DEVICE
        order_of = Qt.SortOrder.DescendingOrder if kept.get("descending") is True else Qt.SortOrder.AscendingOrder
        self.view.sortByColumn(column, order_of)
        self._fitting = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self.view.viewport():
            if kind in {QEvent.Type.MouseMove, QEvent.Type.Enter, QEvent.Type.MouseButtonPress}:
                self._model.hold("pointer", held=True)
                self._pointer_rests.start()
            elif kind == QEvent.Type.Leave:
                self._let_go_pointer()
            elif kind == QEvent.Type.Resize:  # not with the table: the view is laid out later, and may change alone
                self._tell_seen_rows()
        elif kind == QEvent.Type.KeyPress:
            self._model.hold("key", held=True)
            self._key_rests.start()
        return False

    def _let_go_pointer(self) -> None:
        self._pointer_rests.stop()
        self._model.hold("pointer", held=False)

    def _let_go_key(self) -> None:
        self._model.hold("key", held=False)

    def _take_anchor(self) -> None:
        """Remember the row that shall stay where it is: the one under the pointer, or the first of a scrolled view."""
        viewport = self.view.viewport()
        at = viewport.mapFromGlobal(viewport.cursor().pos()) if viewport.underMouse() else QPoint(4, 1)
        row = self.view.rowAt(at.y())
        host = self._model.host_at(row)
        anchored = host and (viewport.underMouse() or self.view.verticalScrollBar().value() > 0)
        self._anchor = (host, row) if anchored else ("", 0)

    def _return_to_anchor(self) -> None:
        host, before = self._anchor
        row = self._model.row_of(host) if host else -1
        if row >= 0 and row != before:
            self.view.updateGeometries()  # else the bar still ends where the rows ended before
            bar = self.view.verticalScrollBar()
            bar.setValue(bar.value() + (row - before) * self.view.verticalHeader().defaultSectionSize())
        self._tell_seen_rows()

    def _tell_seen_rows(self) -> None:
        height = self.view.verticalHeader().defaultSectionSize()
        first = self.view.verticalScrollBar().value() // height
        self._model.show_rows_seen(first, first + self.view.viewport().height() // height + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._inside.activate()
        self._share_columns()
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.view.rect()), RADIUS_CARD - 1, RADIUS_CARD - 1)
        self.view.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def _share_columns(self, held: int = -1) -> None:
        """Give each column its share of the width; nothing is measured from content."""
        cramped = self.width() < ROOMY and len(self._wanted) > 5
        there = self._wanted - {SERVICES} if cramped else self._wanted  # beside an open device, which says it too
        shown = sorted(there, key=self._header.visualIndex)
        self._fitting = True
        for column in range(len(COLUMNS)):
            self._header.setSectionHidden(column, column not in there)
        room = self.view.width() - self.view.verticalScrollBar().sizeHint().width()  # kept free, also without a bar
        for column, width in self._fit.widths(shown, room, held).items():
            self._header.resizeSection(column, width)
        self._fitting = False

    def _resized(self, column: int, before: int, after: int) -> None:
        del before
        if not self._fitting and after > 0 and self._header.is_dragged:
            self._fit.chosen[column] = after
            self._share_columns(held=column)
            self.save()

    def _find(self, text: str) -> None:
        row = self._model.next_named(text, self.view.currentIndex().row())
        if row >= 0:
            self.select(self._model.host_at(row))

    def _tell_menu(self, at: QPoint) -> None:
        self.menu_wanted.emit(self.view.viewport().mapToGlobal(at))

    def _tell_columns_menu(self, at: QPoint) -> None:
        self.columns_menu_wanted.emit(self._header.mapToGlobal(at))

    def _tell_current(self) -> None:
        """Tell of the row that was chosen; that the keyboard merely came to the table chooses none."""
        current = self.view.currentIndex()
        if current.isValid() and self.view.selectionModel().isRowSelected(current.row()):
            self.current_changed.emit(self._model.host_at(current.row()))

    def _tell_opened(self, index: QModelIndex) -> None:
        self.opened.emit(self._model.host_at(index.row()))
