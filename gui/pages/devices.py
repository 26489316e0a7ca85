"""The Devices page: summary, search, filters, the table, and the pane of the device that is chosen."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.events import Event, NetworkFound, NetworkListening
from core.model.text import display
from gui.i18n import tr
from gui.models.device_model import DeviceModel
from gui.models.network_notes import NetworkNotes
from gui.pages.device_detail import DeviceDetail
from gui.pages.first_run import FirstRun
from gui.theme.look import Look
from gui.theme.tokens import DETAIL_WIDTH, NARROW_BELOW, Tone
from gui.widgets.controls import Button, Chip, SearchField
from gui.widgets.device_table import DeviceTable
from gui.widgets.surfaces import Banner, Ground
from gui.widgets.text import label, set_text

DEBOUNCE_MS = 80
_CHIPS = (
    ("all", "All", "", "text2"),
    ("attention", "Needs attention", "triangle-alert", "text2"),
    ("trusted", "Trusted", "shield-check", "text2"),
    ("offline", "Offline", "", "text2"),
)


class DevicesPage(Ground):
    """Shows the devices; what the person wants done goes out as signals."""

    issue_wanted = Signal(str)
    looked_at = Signal(str)
    """The device that is open beside the list, "" once it is closed."""

    def __init__(self, look: Look, model: DeviceModel, clock: Callable[[], datetime]) -> None:
        super().__init__("window")
        self._model = model
        self.first_run = FirstRun(look)
        self.detail = DeviceDetail(look, clock)
        self.table = DeviceTable(look, model)
        self._title, self._summary = label(tr("Devices"), "title"), label("", "body2")
        self.search = SearchField(look, tr("Name, address, service…"), tr("Search devices"))
        self._nothing = label("", "body2")
        self._problem = Banner(look, Tone.BAD, "circle-alert")
        self._problem.hide()
        self._notes = NetworkNotes()
        self._note = Banner(look, Tone.WARN, "triangle-alert")
        dismiss = Button(look, tr("Dismiss"))
        dismiss.clicked.connect(self._dismiss_note)
        self._note.add_button(dismiss)
        self._note.hide()
        self._chips: dict[str, Chip] = {}
        self._stack = QStackedWidget()
        self._stack.addWidget(self.first_run)
        self._stack.addWidget(self._make_list(look))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.detail)
        self._layout = layout
        self.detail.hide()
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._escape)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._debounce.timeout.connect(self._apply_search)
        self.search.textChanged.connect(self._debounce.start)
        self._seconds = QTimer(self)
        self._seconds.setInterval(1000)
        self._seconds.timeout.connect(model.tick)
        self._seconds.timeout.connect(self.detail.tick)
        self._seconds.start()
        self.table.current_changed.connect(self._show_detail)
        self.table.opened.connect(self._show_detail)
        self.detail.closed.connect(self._close_detail)
        model.counts_changed.connect(self._show_counts)
        model.record_changed.connect(self._update_detail)
        QWidget.setTabOrder(self.search, self._chips["all"])
        QWidget.setTabOrder(self._chips["offline"], self._issue_button)
        self._show_counts()

    def _make_list(self, look: Look) -> QWidget:
        head = QHBoxLayout()
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(self._title)
        titles.addWidget(self._summary)
        head.addLayout(titles, 1)
        self._issue_button = issue = Button(look, tr("Issue certificate…"), "badge-check", "primary")
        issue.clicked.connect(self._issue)
        head.addWidget(self.search, 1)
        head.addWidget(issue)
        head.setSpacing(12)
        chips = QHBoxLayout()
        chips.setSpacing(8)
        group = QButtonGroup(self)
        for key, text, icon, colour in _CHIPS:
            chip = Chip(look, tr(text), icon, colour)
            group.addButton(chip)
            chips.addWidget(chip)
            chip.clicked.connect(self._apply_filter)
            self._chips[key] = chip
        self._chips["all"].setChecked(True)
        chips.addStretch(1)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addLayout(chips)
        layout.addWidget(self._problem)
        layout.addWidget(self._note)
        layout.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.table, 1)
        return inside

    def take(self, events: list[Event]) -> None:
        """Show a batch of core events."""
        for event in events:
            if isinstance(event, NetworkListening):
                self.first_run.show_network(listening=bool(event.interfaces), text=display(event.problem, 300))
                self._problem.setVisible(self._problem.isVisible() and bool(event.problem))
            elif isinstance(event, NetworkFound):
                self._notes.take(event.finding)
                self._show_note()
        self._model.take(events)

    def _show_note(self) -> None:
        note = self._notes.note()
        self._note.setVisible(note is not None)
        if note is not None:
            self._note.show_state(note.tone, "triangle-alert", note.title, note.text)

    def _dismiss_note(self) -> None:
        self._notes.dismiss()
        self._show_note()

    def show_problem(self, title: str, text: str) -> None:
        """Say above the list why it is not fresh."""
        self._problem.show_state(Tone.BAD, "circle-alert", title, text)
        self._problem.show()
        self.first_run.show_network(listening=False, text=f"{title}. {text}")

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        window = self.window()
        self._lay_detail_over(over=window.width() < NARROW_BELOW)

    def _lay_detail_over(self, *, over: bool) -> None:
        """Let the pane lie over the table where the window is narrow, beside it elsewhere."""
        beside = self._layout.indexOf(self.detail) >= 0
        if over and beside:
            self._layout.removeWidget(self.detail)
        elif not over and not beside:
            self._layout.addWidget(self.detail)
        if over:
            self.detail.setGeometry(self.width() - DETAIL_WIDTH, 0, DETAIL_WIDTH, self.height())
            self.detail.raise_()

    def _escape(self) -> None:
        """Close the pane first, then clear the search."""
        if self.detail.isVisible():
            self._close_detail()
        else:
            self.search.clear()

    def _show_counts(self) -> None:
        for key, chip in self._chips.items():
            chip.set_count(self._model.count(key))
        total, trusted, attention = (self._model.count(key) for key in ("all", "trusted", "attention"))
        parts = [tr("%1 on this network").replace("%1", str(total)), tr("%1 trusted").replace("%1", str(trusted))]
        if attention:
            words = tr("1 needs attention") if attention == 1 else tr("%1 need attention")
            parts.append(words.replace("%1", str(attention)))
        set_text(self._summary, " · ".join(parts))
        self._stack.setCurrentIndex(1 if total else 0)
        self._show_nothing()

    def _show_nothing(self) -> None:
        empty = self._model.rowCount() == 0
        self._nothing.setVisible(empty)
        words = self.search.text()
        text = tr("No device matches “%1”.").replace("%1", words) if words else tr("No device is in this group.")
        set_text(self._nothing, text)

    def _apply_search(self) -> None:
        self._model.search(self.search.text())
        self._show_nothing()

    def _apply_filter(self) -> None:
        key = next(key for key, chip in self._chips.items() if chip.isChecked())
        self._model.set_filter(key)
        self._show_nothing()

    def _show_detail(self, host: str) -> None:
        record = self._model.record(host)
        if record is not None:
            self.detail.show_record(record)
            self.detail.show()
            self.detail.raise_()
            self.looked_at.emit(host)

    def _update_detail(self, host: str) -> None:
        if host == self.detail.host and self.detail.isVisible():
            record = self._model.record(host)
            if record is not None:
                self.detail.show_record(record)

    def _close_detail(self) -> None:
        self.detail.hide()
        self.looked_at.emit("")
        self.table.clear_selection()
        self.table.view.setFocus()

    def _issue(self) -> None:
        self.issue_wanted.emit(self.detail.host if self.detail.isVisible() else "")
