"""The pane beside the table: one device's trust, services, addresses, TXT and history."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from core.model.device_history import CertificateSeen, DeviceHistory
from gui.i18n import ago_text, moment_text, tr
from gui.models.detail_rows import (
    address_rows,
    finding_rows,
    identity_rows,
    note_rows,
    service_rows,
    txt_rows,
    verdict_rows,
)
from gui.models.device_record import DeviceRecord
from gui.models.device_words import report_of, url_of
from gui.models.timeline_model import moments_of
from gui.pages.device_menu import DeviceDoings, fill_device_menu
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.theme.tokens import DETAIL_WIDTH, Tone
from gui.widgets.certificates_seen import CertificatesSeen
from gui.widgets.chain_view import ChainView
from gui.widgets.controls import Button, IconButton, TickBox
from gui.widgets.ground import Ground
from gui.widgets.key_values import KeyValues
from gui.widgets.menus import Menu
from gui.widgets.surfaces import Banner, Tile
from gui.widgets.text import label, set_text
from gui.widgets.timeline import Timeline

SHORT_HISTORY = 3
TRUST_TAB, SERVICES_TAB, ADDRESSES_TAB, TXT_TAB = range(4)
_FIXES = {"issue": "badge-check", "install": "shield-plus", "retry": "refresh-cw", "review": "fingerprint-pattern"}


class DeviceDetail(Ground):
    """Shows one record; says what the person wants done with it."""

    closed = Signal()
    issue_wanted = Signal(str)
    install_wanted = Signal()
    retry_wanted = Signal(str)
    review_wanted = Signal(str)
    copied = Signal(str)
    help_wanted = Signal()
    certificate_wanted = Signal(object)
    history_wanted = Signal(str)
    compare_wanted = Signal(object, object)
    """A CertificateSeen from before, and the DeviceRecord as it is now."""

    def __init__(self, look: Look, clock: Callable[[], datetime], doings: DeviceDoings) -> None:
        super().__init__("pane")
        self._clock, self._doings = clock, doings
        self._record: DeviceRecord | None = None
        self._history: DeviceHistory | None = None
        self.setFixedWidth(DETAIL_WIDTH)
        self._tile = Tile(look, "box", 44, 22)
        self._name, self._host = label("", "head"), label("", "body2")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 8, 16)
        layout.setSpacing(8)
        layout.addLayout(self._make_head(look))
        self._tabs = QTabBar()
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setMinimumWidth(1)  # long words scroll; they do not widen the pane
        self._tabs.setFont(font("body_strong"))
        self._tabs.setAccessibleName(tr("What to show of the device"))
        for title in (tr("Trust"), tr("Services"), tr("Addresses"), tr("TXT records"), tr("History")):
            self._tabs.addTab(title)
        layout.addWidget(self._tabs)
        self._banner = Banner(look, Tone.MUTE, "info")
        self._fix = Button(look, tr("Issue certificate…"), "badge-check", "primary")
        self._report = Button(look, tr("Copy report"), "copy")
        self._banner.add_button(self._fix)
        self._banner.add_button(self._report)
        self.chain = ChainView(look)
        self._identity, self._verdicts, self._notes = KeyValues(look), KeyValues(look), KeyValues(look)
        self._findings = KeyValues(look, lines=8)
        self._services, self._addresses, self._txt = KeyValues(look), KeyValues(look), KeyValues(look)
        self._octets = TickBox(look, tr("Show octets"))
        self._recent, self._timeline = Timeline(look, tr("Latest changes")), Timeline(look, tr("History"))
        self._certificates = CertificatesSeen(look)
        self._pages = QStackedWidget()
        self._make_pages(look)
        layout.addWidget(self._pages, 1)
        self._connect()

    def _make_pages(self, look: Look) -> None:
        self._path_heading = label(tr("Certificate path"), "section")
        self._identity_heading = label(tr("Identity"), "section")
        self._verdict_heading = label(tr("Who would trust it"), "section")
        self._findings_heading = self._make_findings_head(look)
        self._notes_heading = label(tr("Your notes"), "section")
        self._recent_heading = label(tr("History"), "section")
        self._certificates_heading = label(tr("Certificates seen"), "section")
        self._no_history = label("", "body2", wrap=True)
        self._checked = label("", "caption", wrap=True)
        contents = (
            (self._banner, self._path_heading, self.chain, self._identity_heading, self._identity,
             self._verdict_heading, self._verdicts, self._checked, self._findings_heading, self._findings,
             self._notes_heading, self._notes, self._recent_heading, self._recent),
            (self._services,), (self._addresses,), (self._octets, self._txt),
            (self._no_history, self._timeline, self._certificates_heading, self._certificates),
        )  # fmt: skip
        for content in contents:
            self._pages.addWidget(_scrolling(content))

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._turn_to)
        self.chain.opened.connect(self.certificate_wanted)
        self._fix.clicked.connect(self._do_fix)
        self._report.clicked.connect(self._copy_report)
        self._octets.clicked.connect(self._show_tab)
        self._certificates.compare_wanted.connect(self._compare)
        for rows in (
            self._identity, self._verdicts, self._findings, self._services, self._addresses, self._txt, self._notes,
            self._certificates,
        ):  # fmt: skip
            rows.copied.connect(self.copied)

    def _make_head(self, look: Look) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self._name)
        texts.addWidget(self._host)
        self._open = IconButton(look, "external-link", tr("Open in browser"))
        self._more = IconButton(look, "ellipsis", tr("More"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = Menu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._more.setMenu(self._menu)
        close = IconButton(look, "x", tr("Close"))
        self._open.clicked.connect(self._open_url)
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 12, 4)
        head.setSpacing(12)
        head.addWidget(self._tile)
        head.addLayout(texts, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self._open, self._more, close):
            buttons.addWidget(button)
        head.addLayout(buttons)
        return head

    def _make_findings_head(self, look: Look) -> QWidget:
        head = QWidget()
        layout = QHBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(tr("What was found"), "section"), 1)
        explain = IconButton(look, "circle-question-mark", tr("Explain the reasons"), size=26)
        explain.clicked.connect(self.help_wanted)
        layout.addWidget(explain)
        return head

    @property
    def host(self) -> str:
        """Return the device shown; "" before the first."""
        return self._record.host if self._record else ""

    def show_record(self, record: DeviceRecord) -> None:
        """Show a device, or the newest state of the one shown."""
        another = self.host != record.host
        asked_anew = another or self._record is None or self._record.judged is not record.judged
        self._record = record
        if another:
            self._history = None
        if asked_anew:
            self.history_wanted.emit(record.host)
        self._tile.show_icon(record.icon)
        set_text(self._name, record.name)
        set_text(self._host, record.shown_host)
        self._open.setEnabled(bool(url_of(record)))
        self._show_banner(record)
        self.chain.show_chain(record.judged, record.icon)
        self._path_heading.setVisible(bool(self.chain.items()))
        for heading, rows, values in (
            (self._identity_heading, self._identity, identity_rows(record)),
            (self._verdict_heading, self._verdicts, verdict_rows(record)),
            (self._notes_heading, self._notes, note_rows(record)),
        ):
            heading.setVisible(bool(values))
            rows.setVisible(bool(values))
            rows.show_rows(values)
        set_text(self._checked, self._checked_text(record))
        QTimer.singleShot(0, self, self._show_tab)  # what is seen first is painted first

    def _turn_to(self, tab: int) -> None:
        self._pages.setCurrentIndex(tab)
        self._show_tab()

    def _show_tab(self) -> None:
        """Fill the tab that is in front; the others are filled when somebody turns to them."""
        record = self._record
        if record is None:
            return
        tab = self._tabs.currentIndex()
        if tab == TRUST_TAB:
            findings = finding_rows(record)
            self._findings_heading.setVisible(bool(findings))
            self._findings.setVisible(bool(findings))
            self._findings.show_rows(findings)
        elif tab == SERVICES_TAB:
            self._services.show_rows(service_rows(record))
        elif tab == ADDRESSES_TAB:
            self._addresses.show_rows(address_rows(record))
        elif tab == TXT_TAB:
            self._txt.show_rows(txt_rows(record, octets=self._octets.isChecked()))
        self._show_history()

    def show_history(self, history: DeviceHistory) -> None:
        """Show what happened to the device, if it is still the one shown."""
        if history.device == self.host:
            self._history = history
            self._show_history()

    def _show_history(self) -> None:
        history = self._history
        moments = moments_of(history.entries, self._clock()) if history else ()
        self._recent_heading.setVisible(bool(moments))
        self._recent.show_moments(moments[:SHORT_HISTORY])
        self._timeline.show_moments(moments)
        self._no_history.setVisible(not moments)
        set_text(self._no_history, tr("What happens to this device is listed here: names, addresses, keys, issuers."))
        seen = history.certificates if history else ()
        now = self._record.judged.presented.chain if self._record and self._record.judged else ()
        self._certificates.show_certificates(seen, now[0].sha256 if now else "")
        self._certificates_heading.setVisible(bool(seen))

    def _show_banner(self, record: DeviceRecord) -> None:
        state = record.state
        text = " ".join(part for part in (state.sentence, state.mend) if part)
        if state.key == "offline":
            seen = tr("Last seen %1.").replace("%1", moment_text(record.last_seen, self._clock()))
            text = f"{text} {seen}"
        self._banner.show_state(state.tone, state.icon, state.label, text)
        words = {
            "issue": tr("Issue certificate…"), "install": tr("Install root CA…"), "retry": tr("Try again"),
            "review": tr("Review…"),
        }  # fmt: skip
        self._fix.setVisible(state.fix in words)
        self._fix.setText(words.get(state.fix, ""))
        self._fix.set_icon(_FIXES.get(state.fix, ""))
        self._fix.setAccessibleName(words.get(state.fix, ""))

    def _checked_text(self, record: DeviceRecord) -> str:
        verdicts = record.judged.verdicts if record.judged else ()
        if not verdicts:
            return ""
        ways = dict.fromkeys(v.checked for v in verdicts)
        when = ago_text(record.judged.presented.seen_at, self._clock()) if record.judged else ""
        return ". ".join(ways) + ". " + tr("Its certificate was fetched %1.").replace("%1", when)

    def tick(self) -> None:
        """Let the time of the check grow old in words too."""
        if self._record is not None and self.isVisible():
            set_text(self._checked, self._checked_text(self._record))

    def _do_fix(self) -> None:
        if self._record is None:
            return
        fix, host = self._record.state.fix, self._record.host
        if fix == "issue":
            self.issue_wanted.emit(host)
        elif fix == "install":
            self.install_wanted.emit()
        elif fix == "retry":
            self.retry_wanted.emit(host)
        elif fix == "review":
            self.review_wanted.emit(host)

    def _fill_menu(self) -> None:
        self._menu.clear()
        if self._record is not None:
            fill_device_menu(self._menu, (self._record,), self._doings)

    def _open_url(self) -> None:
        if self._record is not None and url_of(self._record):
            self._doings.open_url(url_of(self._record))

    def _copy_report(self) -> None:
        if self._record is not None:
            self.copied.emit(report_of(self._record))

    def _compare(self, seen: CertificateSeen) -> None:
        if self._record is not None:
            self.compare_wanted.emit(seen, self._record)


def _scrolling(content: tuple[QWidget, ...]) -> QScrollArea:
    inside = QWidget()
    layout = QVBoxLayout(inside)
    layout.setContentsMargins(0, 8, 12, 8)
    layout.setSpacing(8)
    for widget in content:
        layout.addWidget(widget)
    layout.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    area.setAccessibleName(tr("Details of the device"))
    area.setWidget(inside)
    return area
