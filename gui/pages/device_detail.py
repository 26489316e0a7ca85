"""The pane beside the table: one device's trust, services, addresses, TXT."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from core.model.certificate import fingerprint
from core.model.reasons import Severity
from core.model.service_catalogue import decoded, words_for
from core.model.text import display
from core.model.verdict import Reason, Verdict
from gui.i18n import ago_text, date_text, tr
from gui.messages import client_name, reason_mend, reason_sentence
from gui.models.device_record import DeviceRecord
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.theme.tokens import DETAIL_WIDTH, Tone
from gui.widgets.chain_view import ChainView
from gui.widgets.controls import Button, IconButton
from gui.widgets.key_values import KeyValues
from gui.widgets.surfaces import Banner, Ground, Tile
from gui.widgets.text import label, set_text

Rows = tuple[tuple[str, str, bool, bool], ...]

_WEIGHTS = (Severity.STOP, Severity.PART, Severity.WARN, Severity.NOTE)


class DeviceDetail(Ground):
    """Shows one record; says what the person wants done with it."""

    closed = Signal()
    issue_wanted = Signal(str)
    install_wanted = Signal()
    retry_wanted = Signal(str)
    open_wanted = Signal(str)
    copied = Signal(str)
    help_wanted = Signal()
    certificate_wanted = Signal(object)

    def __init__(self, look: Look, clock: Callable[[], datetime]) -> None:
        super().__init__("pane")
        self._clock = clock
        self._record: DeviceRecord | None = None
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
        self._tabs.setFont(font("body_strong"))
        self._tabs.setAccessibleName(tr("What to show of the device"))
        for title in (tr("Trust"), tr("Services"), tr("Addresses"), tr("TXT records")):
            self._tabs.addTab(title)
        layout.addWidget(self._tabs)
        self._banner = Banner(look, Tone.MUTE, "info")
        self._fix = Button(look, tr("Issue certificate…"), "badge-check", "primary")
        self._report = Button(look, tr("Copy report"), "copy")
        self._banner.add_button(self._fix)
        self._banner.add_button(self._report)
        self.chain = ChainView(look)
        self._identity, self._verdicts = KeyValues(look), KeyValues(look)
        self._findings = KeyValues(look, lines=8)
        self._services, self._addresses, self._txt = KeyValues(look), KeyValues(look), KeyValues(look)
        self._pages = QStackedWidget()
        self._path_heading = label(tr("Certificate path"), "section")
        self._identity_heading = label(tr("Identity"), "section")
        self._verdict_heading = label(tr("Who would trust it"), "section")
        self._findings_heading = self._make_findings_head(look)
        self._checked = label("", "caption", wrap=True)
        trust = (self._banner, self._path_heading, self.chain, self._identity_heading, self._identity,
                 self._verdict_heading, self._verdicts, self._checked, self._findings_heading,
                 self._findings)  # fmt: skip
        for content in (trust, (self._services,), (self._addresses,), (self._txt,)):
            self._pages.addWidget(_scrolling(content))
        layout.addWidget(self._pages, 1)
        self._tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.chain.opened.connect(self.certificate_wanted)
        self._fix.clicked.connect(self._do_fix)
        self._report.clicked.connect(self._copy_report)
        for rows in (self._identity, self._verdicts, self._findings, self._services, self._addresses, self._txt):
            rows.copied.connect(self.copied)

    def _make_head(self, look: Look) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self._name)
        texts.addWidget(self._host)
        self._open = IconButton(look, "external-link", tr("Open in browser"))
        close = IconButton(look, "x", tr("Close"))
        self._open.clicked.connect(self._open_url)
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 12, 4)
        head.setSpacing(12)
        head.addWidget(self._tile)
        head.addLayout(texts, 1)
        head.addWidget(self._open)
        head.addWidget(close)
        return head

    def _make_findings_head(self, look: Look) -> QWidget:
        head = QWidget()
        layout = QHBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(tr("What was found"), "section"), 1)
        explain = IconButton(look, "info", tr("Explain the reasons"), size=26)
        explain.clicked.connect(self.help_wanted)
        layout.addWidget(explain)
        return head

    @property
    def host(self) -> str:
        """Return the host shown; "" before the first."""
        return self._record.host if self._record else ""

    def show_record(self, record: DeviceRecord) -> None:
        """Show a device, or the newest state of the one shown."""
        self._record = record
        self._tile.show_icon(record.icon)
        set_text(self._name, record.name)
        set_text(self._host, record.shown_host)
        self._open.setEnabled(bool(_url(record)))
        self._show_banner(record)
        self.chain.show_chain(record.judged, record.icon)
        self._path_heading.setVisible(bool(self.chain.items()))
        identity, verdicts = _identity_rows(record), _verdict_rows(record)
        for heading, rows, values in (
            (self._identity_heading, self._identity, identity), (self._verdict_heading, self._verdicts, verdicts),
        ):  # fmt: skip
            heading.setVisible(bool(values))
            rows.setVisible(bool(values))
            rows.show_rows(values)
        set_text(self._checked, self._checked_text(record))
        QTimer.singleShot(0, self, self._show_other_tabs)  # the tab in front is painted first

    def _show_other_tabs(self) -> None:
        record = self._record
        if record is None:
            return
        findings = _finding_rows(record)
        self._findings_heading.setVisible(bool(findings))
        self._findings.setVisible(bool(findings))
        self._findings.show_rows(findings)
        self._services.show_rows(_service_rows(record) or ((tr("None"), tr("It announces no service."), False, False),))
        self._addresses.show_rows(_address_rows(record))
        self._txt.show_rows(_txt_rows(record) or ((tr("None"), tr("Its services carry no TXT keys."), False, False),))

    def _show_banner(self, record: DeviceRecord) -> None:
        state = record.state
        text = " ".join(part for part in (state.sentence, state.mend) if part)
        self._banner.show_state(state.tone, state.icon, state.label, text)
        words = {"issue": tr("Issue certificate…"), "install": tr("Install root CA…"), "retry": tr("Try again")}
        self._fix.setVisible(state.fix in words)
        icons = {"issue": "badge-check", "install": "shield-plus", "retry": "refresh-cw"}
        self._fix.setText(words.get(state.fix, ""))
        self._fix.set_icon(icons.get(state.fix, ""))
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
        if self._record is not None:
            set_text(self._checked, self._checked_text(self._record))

    def _do_fix(self) -> None:
        if self._record is None:
            return
        fix = self._record.state.fix
        if fix == "issue":
            self.issue_wanted.emit(self._record.host)
        elif fix == "install":
            self.install_wanted.emit()
        elif fix == "retry":
            self.retry_wanted.emit(self._record.host)

    def _open_url(self) -> None:
        if self._record is not None and _url(self._record):
            self.open_wanted.emit(_url(self._record))

    def _copy_report(self) -> None:
        if self._record is not None:
            self.copied.emit(report_of(self._record))


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


def _url(record: DeviceRecord) -> str:
    """Return the https address made from host and port alone; "" where there is no TLS or the host is odd."""
    presented = record.judged.presented if record.judged else None
    plain = all(c.isascii() and (c.isalnum() or c in "-._") for c in record.device.host)
    if presented is None or not presented.chain or not plain:
        return ""
    return f"https://{record.device.host}" + ("" if presented.port == 443 else f":{presented.port}")


def _identity_rows(record: DeviceRecord) -> Rows:
    if record.judged is None or not record.judged.presented.chain:
        return ()
    leaf = record.judged.presented.chain[0]
    dates = f"{date_text(leaf.not_before)} – {date_text(leaf.not_after)}"
    return (
        (tr("Fingerprint"), fingerprint(leaf.sha256), True, True),
        (tr("Names"), display(", ".join(leaf.names) or tr("none")), False, True),
        (tr("Valid"), dates, False, False),
        (tr("Key"), display(leaf.key), False, False),
        (tr("Issuer"), display(leaf.issuer_common_name), False, True),
    )


def _verdict_rows(record: DeviceRecord) -> Rows:
    if record.judged is None or not record.judged.presented.chain:
        return ()
    return tuple((client_name(v.client), _verdict_text(v), False, False) for v in record.judged.verdicts)


def _verdict_text(verdict: Verdict) -> str:
    if verdict.trusted:
        return tr("Would trust it")
    return reason_sentence(verdict.reasons[0]) if verdict.reasons else tr("Would refuse it")


def _finding_rows(record: DeviceRecord) -> Rows:
    """Return every reason once, worst first, with its place, its next step and who refuses for it."""
    if record.judged is None:
        return ()
    verdicts = record.judged.verdicts
    who: dict[Reason, list[str]] = {}
    for verdict in verdicts:
        for reason in verdict.reasons:
            who.setdefault(reason, []).append(client_name(verdict.client))
    rows = []
    for reason in sorted(who, key=lambda r: (_WEIGHTS.index(r.severity), -1 if r.link is None else r.link)):
        text = f"{reason_sentence(reason)} {reason_mend(reason)}".strip()
        if reason.severity is Severity.PART and len(who[reason]) < len(verdicts):
            text += " " + tr("Refused by %1.").replace("%1", ", ".join(who[reason]))
        rows.append((_place(reason.link), text, False, True))
    return tuple(rows)


def _place(link: int | None) -> str:
    if link is None:
        return tr("Connection")
    return tr("Device") if link == 0 else tr("CA %1").replace("%1", str(link))


def _service_rows(record: DeviceRecord) -> Rows:
    return tuple(
        (
            display(s.type.removesuffix("._tcp"), 18),
            f"{display(s.instance, 80)} · {s.port} · {display(words_for(s.type), 60)}",
            False,
            True,
        )
        for s in record.device.services
    )


def _address_rows(record: DeviceRecord) -> Rows:
    device = record.device
    rows = [(display(a.interface) or tr("address"), display(a.address), True, True) for a in device.addresses]
    if device.mac:
        rows.append((tr("MAC address"), device.mac, True, True))
    made = " · ".join(display(part, 60) for part in (device.vendor, device.model) if part)
    if made:
        rows.append((tr("maker, model"), made, False, True))
    if device.through:
        rows.append((tr("seen through"), display(device.through), True, True))
    return tuple(rows)


def _txt_rows(record: DeviceRecord) -> Rows:
    rows = []
    for service in record.device.services:
        for (key, value), (_, means, words) in zip(service.txt, decoded(service), strict=True):
            shown = tr("present, no value") if value is None else display(words)
            label_text = f"{display(key, 18)} · {means}" if means else display(key, 18)
            rows.append((label_text, shown, value is not None, value is not None))
    return tuple(rows)


def report_of(record: DeviceRecord) -> str:
    """Return a short report in Markdown for a ticket or a mail."""
    lines = [f"## {record.name} ({record.shown_host})", "", f"- State: {record.state.label}. {record.state.sentence}"]
    lines += [f"- Address: {display(a.address)} ({display(a.interface)})" for a in record.device.addresses]
    lines += [f"- Service: {display(s.type)} port {s.port}" for s in record.device.services]
    if record.judged is not None:
        for number, certificate in enumerate(record.judged.presented.chain):
            lines.append(f"- Certificate {number}: {display(certificate.subject)}, {fingerprint(certificate.sha256)}")
        for verdict in record.judged.verdicts:
            word = tr("would trust it") if verdict.trusted else tr("would refuse it")
            reasons = " ".join(reason_sentence(r) for r in verdict.reasons)
            lines.append(f"- {client_name(verdict.client)}: {word}. {reasons} ({verdict.checked})")
    return "\n".join(lines) + "\n"
