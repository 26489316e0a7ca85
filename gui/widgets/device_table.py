"""The table of devices inside its rounded card."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QVBoxLayout

from gui.delegates.device_row import DeviceRowDelegate
from gui.i18n import tr
from gui.models.device_model import DEVICE, SEEN, DeviceModel
from gui.theme import paint
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.theme.tokens import HEADER, RADIUS_CARD, ROW

_SHARES = (204, 146, 116, 84, 146, 50)


class FlatHeader(QHeaderView):
    """The column names, with an arrow on the sorted one."""

    def __init__(self, look: Look) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._look = look
        self.setFixedHeight(HEADER)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFont(font("small_strong"))
        look.changed.connect(self.viewport().update)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  Qt's own name
        colours = self._look.colours
        painter.save()
        painter.fillRect(rect, self._look.colour("surface"))
        left = 16 if logicalIndex == DEVICE else 12
        text = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal))
        sorted_here = self.isSortIndicatorShown() and self.sortIndicatorSection() == logicalIndex
        colour = colours.text if sorted_here else colours.text2
        x = float(rect.left() + left)
        x += paint.draw_text(
            painter, x, rect.top() + 24, text, "small_strong", colour, rect.width() - left - (20 if sorted_here else 2)
        )
        if sorted_here:
            ascending = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            paint.draw_icon(
                painter, "arrow-up" if ascending else "arrow-down", colours.text, x + 4, rect.top() + 13, 13
            )
        paint.hairline(painter, self._look, rect)
        painter.restore()


class DeviceTable(QFrame):
    """Shows a DeviceModel; emits the host that is current, and the one that was opened with Enter."""

    current_changed = Signal(str)
    opened = Signal(str)

    def __init__(self, look: Look, model: DeviceModel) -> None:
        super().__init__()
        self._look, self._model = look, model
        self.setProperty("card", "true")
        self.view = QTableView()
        self.view.setModel(model)
        self._delegate = DeviceRowDelegate(look, self)
        self.view.setItemDelegate(self._delegate)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.setTabKeyNavigation(False)
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setAccessibleName(tr("Devices"))
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.view.verticalHeader().setDefaultSectionSize(ROW)
        self._header = FlatHeader(look)
        self.view.setHorizontalHeader(self._header)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(DEVICE, Qt.SortOrder.AscendingOrder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(self.view)
        self.view.selectionModel().currentRowChanged.connect(self._tell_current)
        self.view.activated.connect(self._tell_opened)
        look.changed.connect(self.view.viewport().update)

    def select(self, host: str) -> None:
        """Make a host's row the current one, if it is shown."""
        row = self._model.row_of(host)
        if row >= 0:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(self._model.index(row, DEVICE), flags)

    def clear_selection(self) -> None:
        """Let no row be the current one."""
        self.view.selectionModel().clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_columns()
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.view.rect()), RADIUS_CARD - 1, RADIUS_CARD - 1)
        self.view.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def _share_columns(self) -> None:
        """Give each column its share of the width; nothing is measured from content."""
        width = self.width() - 12
        total = sum(_SHARES)
        used = 0
        for column, share in enumerate(_SHARES):
            size = width - used if column == SEEN else max(60, width * share // total)
            self._header.resizeSection(column, size)
            used += size

    def _tell_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        del previous
        self.current_changed.emit(self._model.host_at(current.row()) if current.isValid() else "")

    def _tell_opened(self, index: QModelIndex) -> None:
        self.opened.emit(self._model.host_at(index.row()))
