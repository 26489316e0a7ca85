"""The Alerts page: what somebody should know of, by day; read, muted, and led to where it can be mended."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QListView, QVBoxLayout

from core.errors import DotlocalError
from core.model.alert import EXPIRING, Alert, AlertCode
from core.model.text import display
from gui.bridge import Bridge
from gui.delegates.alert_item import AlertDelegate
from gui.i18n import counted, tr
from gui.messages import problem_text, problem_title
from gui.models.alert_model import AlertModel
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button
from gui.widgets.enter_key import open_by_enter
from gui.widgets.ground import Ground
from gui.widgets.menus import Menu
from gui.widgets.surfaces import Banner, card
from gui.widgets.text import label, set_text


class AlertsPage(Ground):
    """Shows alerts; leads to devices and stores by signals."""

    device_wanted = Signal(str)
    stores_wanted = Signal()
    copied = Signal(str)
    told = Signal(str)

    def __init__(self, look: Look, bridge: Bridge, model: AlertModel) -> None:
        super().__init__("window")
        self._bridge, self._model = bridge, model
        self._summary = label("", "body2")
        self._empty = label(
            tr("Nothing to tell. A changed key, a name that two senders claim, a root that went missing and a "
               "certificate that ends soon would appear here."), "body2", wrap=True,
        )  # fmt: skip
        self._banner = Banner(look, Tone.BAD, "circle-alert")
        self._banner.hide()
        self._show = Button(look, tr("Show"), "chevron-right")
        self._mute = Button(look, tr("Mute like this"), "bell-off")
        self._muted = Button(look, tr("Muted…"), kind="ghost")
        self._read = Button(look, tr("Mark read"), "check")
        self._all = Button(look, tr("Mark all read"), "check-check")
        self.list = self._make_list(look)
        self._frame = card()
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(1, 6, 1, 6)
        inside.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 20, 32, 20)
        layout.setSpacing(12)
        layout.addLayout(self._make_head())
        layout.addWidget(self._banner)
        layout.addWidget(self._empty)
        layout.addWidget(self._frame, 1)
        layout.addStretch(0)
        self._connect()
        self._refresh()

    def _make_head(self) -> QHBoxLayout:
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(label(tr("Alerts"), "title"))
        titles.addWidget(self._summary)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(titles, 1)
        for button in (self._muted, self._show, self._mute, self._read, self._all):
            head.addWidget(button)
        return head

    def _make_list(self, look: Look) -> QListView:
        view = QListView()
        view.setModel(self._model)
        self._delegate = AlertDelegate(look, self)
        view.setItemDelegate(self._delegate)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setAccessibleName(tr("Alerts"))
        view.setMouseTracking(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.changed.connect(view.viewport().update)
        return view

    def _connect(self) -> None:
        self._model.counts_changed.connect(self._refresh)
        self.list.selectionModel().selectionChanged.connect(self._refresh)
        self.list.activated.connect(self._show_chosen)
        open_by_enter(self.list)
        self._show.clicked.connect(self._show_chosen)
        self._mute.clicked.connect(self._offer_mutes)
        self._muted.clicked.connect(self._ask_muted)
        self._read.clicked.connect(self._read_chosen)
        self._all.clicked.connect(self._read_all)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.list)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._copy)

    def chosen(self) -> tuple[Alert, ...]:
        """Return the alerts of the chosen rows, from top to bottom."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return tuple(alert for row in rows if (alert := self._model.alert_at(row)) is not None)

    def _refresh(self) -> None:
        unread, any_here = len(self._model.unread()), self._model.rowCount() > 0
        words = counted(unread, tr("1 unread"), tr("%1 unread")) if unread else tr("All read")
        set_text(self._summary, words if any_here else tr("No alerts"))
        self._empty.setVisible(not any_here)
        self._frame.setVisible(any_here)
        chosen = self.chosen()
        self._show.setEnabled(len(chosen) == 1)
        self._mute.setEnabled(len(chosen) == 1)
        self._read.setEnabled(any(not alert.read for alert in chosen))
        self._all.setEnabled(unread > 0)

    def _show_chosen(self) -> None:
        alert = next(iter(self.chosen()), None)
        if alert is None:
            return
        self._mark((alert,))
        if alert.code is AlertCode.ROOT_MISSING:
            self.stores_wanted.emit()
        else:
            self.device_wanted.emit(alert.subject)

    def _read_chosen(self) -> None:
        self._mark(self.chosen())

    def _read_all(self) -> None:
        self._mark(self._model.unread())

    def _mark(self, alerts: tuple[Alert, ...]) -> None:
        numbers = [alert.number for alert in alerts if not alert.read]
        if numbers:
            self._bridge.run(self, lambda core: core.history.mark_read(numbers), self._done, self._fail)

    def _offer_mutes(self) -> None:
        """Offer to mute this kind for its subject, or for all."""
        alert = next(iter(self.chosen()), None)
        if alert is None:
            return
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        subject = self._model.subject(alert)
        kind = kind_words(alert.code)
        menu.offer(tr("%1, for %2").replace("%2", subject).replace("%1", kind), self._muter(alert, alert.subject))
        menu.offer(tr("%1, for all").replace("%1", kind), self._muter(alert, ""))
        menu.popup(self._mute.mapToGlobal(self._mute.rect().bottomLeft()))

    def _muter(self, alert: Alert, subject: str) -> Callable[[], None]:
        def muted(_: object) -> None:
            self.told.emit(tr("Alerts like this are muted"))

        return lambda: self._bridge.run(self, lambda core: core.history.mute(alert.code, subject), muted, self._fail)

    def _ask_muted(self) -> None:
        self._bridge.run(self, lambda core: core.history.muted(), self._offer_unmuting, self._fail)

    def _offer_unmuting(self, muted: tuple[tuple[AlertCode, str], ...]) -> None:
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kinds: dict[tuple[str, str], AlertCode] = {}
        for code, subject in muted:
            kinds.setdefault((kind_words(code), subject), code)
        for (kind, subject), code in kinds.items():
            where = tr("for %1").replace("%1", display(subject, 60)) if subject else tr("for all")
            menu.offer(tr("Tell again: %1").replace("%1", f"{kind}, {where}"), self._unmuter(code, subject))
        if not kinds:
            menu.offer(tr("Nothing is muted"), lambda: None, enabled=False)
        menu.popup(self._muted.mapToGlobal(self._muted.rect().bottomLeft()))

    def _unmuter(self, code: AlertCode, subject: str) -> Callable[[], None]:
        return lambda: self._bridge.run(
            self, lambda core: core.history.mute(code, subject, muted=False), self._done, self._fail
        )

    def _copy(self) -> None:
        texts = [self._model.title(alert) for alert in self.chosen()]
        if texts:
            self.copied.emit("\n".join(texts))

    def show_stopped(self, problem: str, hint: str) -> None:
        """Say that nothing is kept at present, or with "" that it is again."""
        self._banner.setVisible(bool(problem))
        if problem:
            text = " ".join(display(part, 400) for part in (problem, hint) if part)
            self._banner.show_state(Tone.BAD, "circle-alert", tr("The history is not kept at present"), text)

    def _done(self, _: object) -> None:
        self._banner.hide()

    def _fail(self, problem: DotlocalError) -> None:
        self._banner.show_state(Tone.BAD, "circle-alert", problem_title(problem), problem_text(problem))
        self._banner.show()


def kind_words(code: AlertCode) -> str:
    """Return what a kind of alert is called."""
    if code in EXPIRING:
        return tr("Certificates that end")
    return {
        AlertCode.IDENTITY_CHANGED: tr("Another key"), AlertCode.NAME_CLAIMED_TWICE: tr("A name claimed twice"),
        AlertCode.ROOT_MISSING: tr("A missing root"), AlertCode.NEW_DEVICE: tr("New devices"),
    }[code]  # fmt: skip
