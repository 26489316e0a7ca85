"""The Authority page: the root, the issuing CA, and what was issued."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from core.errors import DotlocalError
from core.model.authority import AuthorityView, LedgerEntry
from core.model.certificate import Certificate, fingerprint
from core.model.text import display
from gui.bridge import Bridge
from gui.delegates.plain_row import HEIGHT, PlainRowDelegate
from gui.i18n import date_text, tr
from gui.messages import problem_text, problem_title
from gui.models.issued_model import MONO_COLUMNS, IssuedModel
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button
from gui.widgets.ground import Ground
from gui.widgets.surfaces import Banner, Tile, card
from gui.widgets.table_header import FlatHeader
from gui.widgets.text import label, set_text, tip

_SHARES = (330, 160, 200, 120, 120, 110)


class CaCard(QFrame):
    """One CA: what it is called, what it is for, its key, end and fingerprint."""

    opened = Signal(object)

    def __init__(self, look: Look, icon: str, role: str) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._certificate: Certificate | None = None
        self._name, self._facts, self._print = label("", "body_strong"), label("", "small"), label("", "mono_small")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for widget in (label(role, "caption"), self._name, self._facts, self._print):
            texts.addWidget(widget)
        fields = Button(look, tr("Show fields"), "eye", "ghost", small=True)
        fields.clicked.connect(self._open)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 14, 14, 14)
        layout.setSpacing(14)
        layout.addWidget(Tile(look, icon, 44, 22, Tone.INFO), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        layout.addWidget(fields, 0, Qt.AlignmentFlag.AlignTop)

    def show_certificate(self, certificate: Certificate) -> None:
        """Show a CA certificate."""
        self._certificate = certificate
        set_text(self._name, display(certificate.common_name, 60))
        set_text(self._facts, f"{certificate.key} · " + tr("until %1").replace("%1", date_text(certificate.not_after)))
        whole = fingerprint(certificate.sha256)
        set_text(self._print, f"{whole[:11]} … {whole[-11:]}")
        tip(self._print, whole)

    def _open(self) -> None:
        if self._certificate is not None:
            self.opened.emit(self._certificate)


class AuthorityPage(Ground):
    """Shows the authority; what the person wants done goes out as signals."""

    create_wanted = Signal()
    issue_wanted = Signal()
    export_wanted = Signal()
    certificate_wanted = Signal(object)

    def __init__(self, look: Look, bridge: Bridge, clock: Callable[[], datetime]) -> None:
        super().__init__("window")
        self._bridge = bridge
        self._model = IssuedModel(clock, self)
        self._empty = self._make_empty(look)
        self._content = QWidget()
        self._root, self._issuing = CaCard(look, "stamp", tr("Root CA")), CaCard(look, "key-round", tr("Issuing CA"))
        self._limits = label("", "small", wrap=True)
        self._none = label(
            tr("Nothing was issued yet. What you issue is listed here, without the device's key."), "body2"
        )
        self._banner = Banner(look, Tone.WARN, "triangle-alert")
        self._banner.hide()
        self._table_card, self._table, self._header = self._make_table(look)
        self._fill_content()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 20, 32, 20)
        layout.setSpacing(12)
        layout.addLayout(self._make_head(look))
        layout.addWidget(self._banner)
        layout.addWidget(self._empty)
        layout.addWidget(self._content, 1)
        layout.addStretch(0)
        self._root.opened.connect(self.certificate_wanted)
        self._issuing.opened.connect(self.certificate_wanted)
        self.show_authority(None)

    def _make_head(self, look: Look) -> QHBoxLayout:
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(label(tr("Authority"), "title"))
        titles.addWidget(label(tr("Your own CA, its limits, and the certificates it issued."), "body2"))
        self._export = Button(look, tr("Export root…"), "download")
        self._issue = Button(look, tr("Issue certificate…"), "badge-check", "primary")
        self._export.clicked.connect(self.export_wanted)
        self._issue.clicked.connect(self.issue_wanted)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addLayout(titles, 1)
        head.addWidget(self._export)
        head.addWidget(self._issue)
        return head

    def _fill_content(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(12)
        cards.addWidget(self._root)
        cards.addWidget(self._issuing)
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(cards)
        layout.addWidget(self._limits)
        layout.addWidget(label(tr("Issued certificates"), "section"))
        layout.addWidget(self._none)
        layout.addWidget(self._table_card, 1)
        layout.addStretch(0)

    def _make_empty(self, look: Look) -> QWidget:
        frame = card()
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(24, 40, 24, 40)
        layout.setSpacing(12)
        create = Button(look, tr("Create root CA…"), kind="primary")
        create.clicked.connect(self.create_wanted)
        layout.addWidget(Tile(look, "stamp", 48, 24, Tone.INFO), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(label(tr("There is no root CA yet."), "section"), 0, Qt.AlignmentFlag.AlignHCenter)
        text = tr("It signs your devices' certificates, for .local names and private addresses only.")
        layout.addWidget(label(text, "body2"), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(create, 0, Qt.AlignmentFlag.AlignHCenter)
        return frame

    def _make_table(self, look: Look) -> tuple[QFrame, QTableView, FlatHeader]:
        frame = card()
        view = QTableView()
        view.setModel(self._model)
        self._delegate = PlainRowDelegate(look, self, MONO_COLUMNS)
        view.setItemDelegate(self._delegate)
        view.setShowGrid(False)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setAccessibleName(tr("Issued certificates"))
        view.setTabKeyNavigation(False)
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(HEIGHT)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = FlatHeader(look)
        view.setHorizontalHeader(header)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(1, 1, 1, 6)
        layout.addWidget(view)
        return frame, view, header

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width() - 64 - 12
        for column, share in enumerate(_SHARES):
            self._header.resizeSection(column, width * share // sum(_SHARES))

    def show_authority(self, view: AuthorityView | None) -> None:
        """Show an authority, or that there is none yet."""
        self._empty.setVisible(view is None)
        self._content.setVisible(view is not None)
        self._export.setVisible(view is not None)
        self._issue.setVisible(view is not None)
        if view is None:
            return
        self._root.show_certificate(view.root)
        self._issuing.show_certificate(view.issuing)
        names = tr("Limited to names under .%1 and to %2.").replace("%1", ", .".join(view.permitted_names))
        set_text(self._limits, names.replace("%2", ", ".join(view.permitted_networks)))

    def show_unreadable(self, problem: DotlocalError) -> None:
        """Say that the authority cannot be read, and offer nothing that needs it."""
        self._empty.hide()
        self._content.hide()
        self._fail(problem)

    def refresh(self) -> None:
        """Read the ledger anew."""
        self._bridge.run(self, lambda core: core.authority.issued(), self._show_issued, self._fail)

    def _show_issued(self, found: tuple[tuple[LedgerEntry, ...], tuple[DotlocalError, ...]]) -> None:
        entries, problems = found
        self._model.show(entries)
        self._none.setVisible(not entries)
        self._table_card.setVisible(bool(entries))
        self._banner.setVisible(bool(problems))
        if problems:
            self._banner.show_state(Tone.WARN, "triangle-alert", problem_title(problems[0]), problem_text(problems[0]))

    def _fail(self, problem: DotlocalError) -> None:
        self._banner.show_state(Tone.BAD, "circle-alert", problem_title(problem), problem_text(problem))
        self._banner.show()
