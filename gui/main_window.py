"""The frame that is painted first: the rail, and room for the pages; what fills it comes a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.theme.look import Look
from gui.theme.tokens import MINIMUM, NARROW_BELOW, START_SIZE, Tone
from gui.widgets.rail import Rail
from gui.widgets.text import label
from gui.window_memory import WindowMemory

if TYPE_CHECKING:
    from collections.abc import Callable

GEOMETRY = "window/geometry"
FIRST = "devices"


class MainWindow(QMainWindow):
    """The window. Pages are added one by one. Where `may_stay` says so, closing it hides it and nothing ends."""

    closing = Signal()
    ending = Signal()
    dropped = Signal(QMimeData)
    shown_page = Signal(str)

    def __init__(self, look: Look, memory: WindowMemory, *, sample: bool = False) -> None:
        super().__init__()
        self.memory = memory
        self.may_stay: Callable[[], bool] | None = None
        self._ends = False
        self._been: list[str] = []
        self._wanted = ""
        self._by_key: dict[str, QWidget] = {}
        self.setWindowTitle(tr("Dotlocal, sample network") if sample else "Dotlocal")
        self.setMinimumSize(*MINIMUM)
        self.resize(*START_SIZE)
        self.rail = Rail(look)
        self.rail.show_status(Tone.INFO, tr("Starting"), tr("Sample network") if sample else "")
        self.rail.chosen.connect(self.go)
        self._pages = QStackedWidget()
        self._pages.addWidget(_coming())
        central = QWidget()
        layout = QHBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(central)
        self.rail.choose(FIRST)
        self.restoreGeometry(memory.octets(GEOMETRY))

    def add_page(self, key: str, page: QWidget) -> None:
        """Put a page in; it is shown at once if somebody asked for it before it was there."""
        self._by_key[key] = page
        self._pages.addWidget(page)
        if self._wanted == key:
            self._wanted = ""
            self.go(key)

    def all_there(self) -> None:
        """Every page is in: from now on things can be dropped on the window."""
        self.setAcceptDrops(True)

    @property
    def page(self) -> str:
        """Return the key of the page that is shown; "" before there is one."""
        return next((key for key, page in self._by_key.items() if page is self._pages.currentWidget()), "")

    def go(self, key: str) -> None:
        """Show a page."""
        if key not in self._by_key:
            self._wanted = key
            self.rail.choose(key)
            return
        if self.page not in {key, ""}:
            self._been = [*self._been, self.page][-20:]
        self._pages.setCurrentWidget(self._by_key[key])
        self.rail.choose(key)
        self.shown_page.emit(key)

    def go_back(self) -> None:
        """Show the page from before."""
        if self._been:
            key = self._been.pop()
            self.go(key)
            self._been.pop()

    def come_forward(self) -> None:
        """Show the window in front of others."""
        if self.isMinimized():
            self.showNormal()
        else:
            self.show()
        self.raise_()
        self.activateWindow()

    def set_ending(self, ends: bool) -> None:
        """Stay behind nothing while the program ends: Cocoa closes windows as a person would."""
        self._ends = ends

    def come_back(self, state: Qt.ApplicationState) -> None:
        """Come forward when the program becomes the active one while the window is hidden."""
        if state == Qt.ApplicationState.ApplicationActive and self.isHidden():
            self.come_forward()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.dropped.emit(event.mimeData())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_narrow(narrow=self.width() < NARROW_BELOW)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.memory.keep_octets(GEOMETRY, self.saveGeometry())
        if event.spontaneous() and not self._ends and self.may_stay is not None and self.may_stay():
            event.ignore()
            self.hide()
            return
        self.closing.emit()
        super().closeEvent(event)


def _coming() -> QWidget:
    """Return what stands in the place of the first page until it is there: its name, where it will be."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(24, 20, 24, 20)
    layout.addWidget(label(tr("Devices"), "title"))
    layout.addStretch(1)
    return made
