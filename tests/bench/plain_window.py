"""A window of Qt's own parts that does what Dotlocal's does on the demo: a table fills, a pane opens, pages turn."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFormLayout,
    QHeaderView,
    QLabel,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)

ROWS, COLUMNS, LINES = 14, 6, 40
ARRIVAL_MS, CHANGE_MS = 100, 400


class PlainWindow(QMainWindow):
    """Rows arrive one after another, then one changes now and then; each is told to the view at once."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(1440, 900)
        self._model = QStandardItemModel(0, COLUMNS, self)
        self._view = QTableView()
        self._view.setModel(self._model)
        self._view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._pane = _form()
        self._pane.hide()
        split = QSplitter()
        split.addWidget(self._view)
        split.addWidget(self._pane)
        self._stack = QStackedWidget()
        self._pages = {"trust": _form(), "authority": _form()}
        for page in (split, *self._pages.values()):
            self._stack.addWidget(page)
        self.setCentralWidget(self._stack)
        self._ticks = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Let the rows come."""
        self._timer.start(ARRIVAL_MS)

    def choose(self) -> None:
        """Open the pane for a row."""
        self._view.selectRow(3)
        for label in self._pane.findChildren(QLabel):
            label.setText(label.text() + ".")
        self._pane.show()

    def turn_to(self, page: str) -> None:
        """Show a page."""
        self._stack.setCurrentWidget(self._pages[page])

    def _tick(self) -> None:
        self._ticks += 1
        number = self._model.rowCount()
        if number < ROWS:
            self._model.appendRow([QStandardItem(f"device {number}, column {column}") for column in range(COLUMNS)])
            return
        self._timer.setInterval(CHANGE_MS)
        self._model.item(self._ticks % ROWS, COLUMNS - 1).setText(f"{self._ticks} s ago")


def _form() -> QWidget:
    form = QWidget()
    lines = QFormLayout(form)
    for number in range(LINES):
        lines.addRow(f"Name {number}", QLabel(f"What is told of it, line {number}"))
    return form
