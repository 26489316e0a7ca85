"""The Devices page: summary, search, filters, the table, and the pane of the device that is chosen."""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.events import Event, NetworkFound, NetworkListening
from core.model.text import display
from gui.i18n import counted, tr
from gui.models.device_columns import COLUMNS, DEVICE, GROUPINGS
from gui.models.device_model import FILTERS, DeviceModel
from gui.models.device_query import completions
from gui.models.device_words import report_of, row_text
from gui.models.network_notes import NetworkNotes
from gui.pages.device_detail import DeviceDetail
from gui.pages.device_menu import DeviceDoings, fill_device_menu
from gui.pages.first_run import FirstRun
from gui.theme.look import Look
from gui.theme.tokens import DETAIL_WIDTH, NARROW_BELOW, Tone
from gui.widgets.controls import Button, SearchField
from gui.widgets.device_table import DeviceTable
from gui.widgets.filter_bar import FilterBar
from gui.widgets.ground import Ground
from gui.widgets.menus import Menu
from gui.widgets.surfaces import Banner
from gui.widgets.text import label, set_text
from gui.window_memory import WindowMemory

DEBOUNCE_MS, AGE_EVERY_MS = 80, 3_600_000


class DevicesPage(Ground):
    """Shows the devices; what the person wants done goes to `doings`, or out as signals."""

    issue_wanted = Signal(str)
    looked_at = Signal(str)
    """The device that is open beside the list, "" once it is closed."""
    health_wanted = Signal()
    density_wanted = Signal(str)
    add_wanted = Signal()

    def __init__(
        self, look: Look, model: DeviceModel, clock: Callable[[], datetime], doings: DeviceDoings,
        memory: WindowMemory | None = None,
    ) -> None:  # fmt: skip
        super().__init__("window")
        self._model, self._doings = model, doings
        self.first_run = FirstRun(look)
        self.detail = DeviceDetail(look, clock, doings)
        self.table = DeviceTable(look, model, memory)
        self._title, self._summary = label(tr("Devices"), "title"), label("", "body2")
        self.search = SearchField(look, tr("Name, address, service…"), tr("Search devices"))
        self._search_problem = label("", "caption")
        self._nothing, self._clear = label("", "body2"), Button(look, tr("Clear search"), "x", small=True)
        self._problem = Banner(look, Tone.BAD, "circle-alert")
        self._problem.hide()
        self._notes = NetworkNotes()
        self._note = self._make_note(look)
        self.filters = FilterBar(look)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.first_run)
        self._stack.addWidget(self._make_list(look))
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._stack, 1)
        self._layout.addWidget(self.detail)
        self.detail.hide()
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._seconds = QTimer(self)
        self._seconds.setInterval(1000)
        self._connect()
        self._bind_keys()
        self._show_counts()

    def _connect(self) -> None:
        model, table = self._model, self.table
        self._debounce.timeout.connect(self._apply_search)
        self.search.textChanged.connect(self._debounce.start)
        self.search.completions_wanted.connect(self._complete)
        self._seconds.timeout.connect(model.tick)
        self._hours = QTimer(self)
        self._hours.setInterval(AGE_EVERY_MS)
        self._hours.timeout.connect(model.grow_old)
        self._hours.start()
        self._seconds.timeout.connect(self.detail.tick)
        self._seconds.start()
        self.filters.chosen.connect(self._apply_filter)
        self.filters.pause_wanted.connect(self.toggle_pause)
        self.filters.view_menu.aboutToShow.connect(self._fill_view_menu)
        self.filters.view_menu.aboutToHide.connect(self._menu_closed)
        table.current_changed.connect(self._show_detail)
        table.opened.connect(self._show_detail)
        table.menu_wanted.connect(self._show_menu)
        table.columns_menu_wanted.connect(self._show_view_menu)
        table.view.pause_wanted.connect(self.toggle_pause)
        self.detail.closed.connect(self._close_detail)
        self._clear.clicked.connect(self._clear_search)
        model.counts_changed.connect(self._show_counts)
        model.waiting_changed.connect(self._show_counts)
        model.arranged.connect(self._show_nothing)
        model.record_changed.connect(self._update_detail)

    def _bind_keys(self) -> None:
        """Bind the keys that mean something on this page alone."""
        for keys, call in (
            (QKeySequence(Qt.Key.Key_Escape), self._escape),
            (QKeySequence("F2"), self._rename),
            (QKeySequence("Ctrl+Shift+C"), self._copy_reports),
            (QKeySequence(QKeySequence.StandardKey.Copy), self._copy_rows),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(call)
        order = (self.search, self._issue_button, self.filters.chips["all"])
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _make_note(self, look: Look) -> Banner:
        note = Banner(look, Tone.WARN, "triangle-alert", beside=True)
        show, dismiss = Button(look, tr("Show"), small=True), Button(look, tr("Dismiss"), small=True)
        show.clicked.connect(self.health_wanted)
        dismiss.clicked.connect(self._dismiss_note)
        note.add_button(show)
        note.add_button(dismiss)
        note.hide()
        return note

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
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._search_problem, 0, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.filters)
        layout.addWidget(self._problem)
        layout.addWidget(self._note)
        layout.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.table, 1)
        self._search_problem.hide()
        return inside

    def take(self, events: list[Event]) -> None:
        """Show a batch of core events."""
        for event in events:
            if isinstance(event, NetworkListening):
                self.first_run.show_network(listening=bool(event.interfaces), text=display(event.problem, 300))
                self._problem.setVisible(self._problem.isVisible() and bool(event.problem))
            elif isinstance(event, NetworkFound):
                self._notes.take(event.finding)
                self.first_run.show_finding(event.finding)
                self._show_note()
        self._model.take(events)

    def _show_note(self) -> None:
        note = self._notes.note()
        self._note.setVisible(note is not None)
        if note is not None:
            self._note.show_state(note.tone, "triangle-alert", note.title, note.text.partition("\n")[0])

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

    def show_device(self, host: str) -> None:
        """Choose a device and open it beside the list, whatever is filtered or searched."""
        if self._model.row_of(host) < 0:
            self.search.clear()
            self._model.search("")
            self.filters.choose("all")
        self.table.select(host)
        self._show_detail(host)

    def toggle_pause(self) -> None:
        """Freeze the list, or let what waited in."""
        self._model.set_paused(paused=not self._model.paused)
        self.filters.show_paused(paused=self._model.paused)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_detail_over(over=self.window().width() < NARROW_BELOW)

    def _lay_detail_over(self, *, over: bool) -> None:
        """Let the pane lie over the table where the window is narrow, beside it elsewhere."""
        beside = self._layout.indexOf(self.detail) >= 0
        if over and beside:
            self._layout.removeWidget(self.detail)
        elif not over and not beside:
            self._layout.addWidget(self.detail)
        if over:
            left = 0 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else self.width() - DETAIL_WIDTH
            self.detail.setGeometry(left, 0, DETAIL_WIDTH, self.height())
            self.detail.raise_()

    def _escape(self) -> None:
        """Close the pane first, then clear the search."""
        if self.detail.isVisible():
            self._close_detail()
        else:
            self.search.clear()

    def _show_counts(self) -> None:
        counts = {key: self._model.count(key) for key in FILTERS}
        self.filters.show_counts(counts)
        if self._model.paused:
            set_text(self._summary, counted(self._model.waiting, tr("Paused, 1 change"), tr("Paused, %1 changes")))
        else:
            attention = counts["attention"]
            parts = [
                tr("%1 on this network").replace("%1", str(counts["all"] - counts["offline"])),
                tr("%1 trusted").replace("%1", str(counts["trusted"])),
            ]
            if attention:
                parts.append(counted(attention, tr("1 needs attention"), tr("%1 need attention")))
            set_text(self._summary, " · ".join(parts))
        self._stack.setCurrentIndex(1 if counts["all"] + counts["hidden"] else 0)
        self._show_nothing()

    def _show_nothing(self) -> None:
        empty, words = self._model.rowCount() == 0, self.search.text()
        self._nothing.setVisible(empty)
        self._clear.setVisible(empty and bool(words))
        text = tr("No device matches “%1”.").replace("%1", words) if words else tr("No device is in this group.")
        set_text(self._nothing, text)

    def _apply_search(self) -> None:
        query = self._model.search(self.search.text())
        self.search.show_wrong(wrong=bool(query.problem))
        set_text(self._search_problem, query.problem)
        self._search_problem.setVisible(bool(query.problem))
        self._show_nothing()

    def _clear_search(self) -> None:
        self.search.clear()
        self.search.setFocus()

    def _complete(self, text: str) -> None:
        self.search.offer(completions(text, self._model.records()))

    def _apply_filter(self, key: str) -> None:
        self._model.set_filter(key)
        self._show_nothing()

    def _fill_view_menu(self) -> None:
        menu = self.filters.view_menu
        menu.clear()
        shown = self.table.shown_columns()
        for number, column in enumerate(COLUMNS):
            menu.offer(
                tr(column.heading), self._column_switch(number, shown=number not in shown), checked=number in shown,
                enabled=number != DEVICE,
            )  # fmt: skip
        menu.offer(tr("Reset columns"), self.table.reset_columns)
        menu.addSeparator()
        groups = menu.submenu(tr("Group by"))
        for name, title in (("", tr("Nothing")), *((name, tr(words)) for name, (words, _) in GROUPINGS.items())):
            groups.offer(title, self._grouper(name), checked=self._model.grouping == name)
        compact = self.table.compact
        menu.offer(tr("Compact rows"), self._density_switch(compact=not compact), checked=compact)
        menu.addSeparator()
        menu.offer(tr("Add by address…"), self.add_wanted.emit)
        menu.offer(tr("Export table…"), self._export_all)

    def _column_switch(self, column: int, *, shown: bool) -> Callable[[], None]:
        return lambda: self.table.show_column(column, shown=shown)

    def _grouper(self, name: str) -> Callable[[], None]:
        return lambda: self._model.group_by(name)

    def _density_switch(self, *, compact: bool) -> Callable[[], None]:
        return lambda: self.density_wanted.emit("compact" if compact else "comfortable")

    def _show_view_menu(self, at: QPoint) -> None:
        self._pop_up(self.filters.view_menu, at)

    def _show_menu(self, at: QPoint) -> None:
        records = [r for host in self.table.selected() if (r := self._model.record(host)) is not None]
        if not records:
            return
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_device_menu(menu, records, self._doings)
        menu.aboutToHide.connect(self._menu_closed)
        self._pop_up(menu, at)

    def _pop_up(self, menu: Menu, at: QPoint) -> None:
        self.table.hold_for_menu(open_now=True)
        menu.popup(at)

    def _menu_closed(self) -> None:
        self.table.hold_for_menu(open_now=False)

    def _rename(self) -> None:
        host = self.detail.host if self.detail.isVisible() else next(iter(self.table.selected()), "")
        if host:
            self._doings.rename(host)

    def _chosen(self) -> list[str]:
        hosts = self.table.selected() or ((self.detail.host,) if self.detail.isVisible() else ())
        return list(hosts)

    def _copy_rows(self) -> None:
        texts = [row_text(r) for host in self._chosen() if (r := self._model.record(host)) is not None]
        if texts:
            self._doings.copy("\n".join(texts))

    def _copy_reports(self) -> None:
        texts = [report_of(r) for host in self._chosen() if (r := self._model.record(host)) is not None]
        if texts:
            self._doings.copy("\n".join(texts))

    def _export_all(self) -> None:
        self._doings.export([record.host for record in self._model.shown_records()])

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
            if record is None:
                self._close_detail()
            else:
                self.detail.show_record(record)

    def _close_detail(self) -> None:
        self.detail.hide()
        self.looked_at.emit("")
        self.table.clear_selection()
        self.table.view.setFocus()

    def _issue(self) -> None:
        self.issue_wanted.emit(self.detail.host if self.detail.isVisible() else "")
