"""The Trust page: the root, and every store of this computer with what was read back from it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.errors import DotlocalError
from core.model.authority import AuthorityView
from core.model.certificate import fingerprint
from core.model.change import History
from core.model.store_state import StoreState
from core.model.text import display
from core.model.verdict import Verdict
from gui.bridge import Bridge
from gui.i18n import date_text, tr
from gui.messages import problem_text, problem_title, reason_mend, reason_sentence
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button, IconButton
from gui.widgets.ground import Ground
from gui.widgets.scrolled import make_scrolled
from gui.widgets.store_row import COLUMNS, NO_PROOF, StoreRow
from gui.widgets.surfaces import Banner, Tile, card
from gui.widgets.text import label, set_text
from gui.widgets.tools_card import ToolsCard

TICK_MS = 10_000


class RootCard(QFrame):
    """The root: name, key, end, limits, fingerprint, and what can be done with it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._name, self._facts = label("", "head"), label("", "small", wrap=True)
        self._fingerprint = label("", "mono")
        self._fingerprint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.share = Button(look, tr("Share…"), "qr-code")
        self.undo = Button(look, tr("Undo…"), "undo-2")
        self.export = Button(look, tr("Export root…"), "download")
        self.install = Button(look, tr("Install everywhere…"), "shield-plus", "primary")
        self.copy = IconButton(look, "copy", tr("Copy fingerprint"))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._name)
        texts.addWidget(self._facts)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(Tile(look, "stamp", 48, 24, Tone.INFO))
        top.addLayout(texts, 1)
        top.addWidget(self.undo)
        top.addWidget(self.share)
        top.addWidget(self.export)
        top.addWidget(self.install)
        bottom = QHBoxLayout()
        key = label(tr("Fingerprint"), "small")
        key.setFixedWidth(112)
        bottom.addWidget(key)
        bottom.addWidget(self._fingerprint, 1)
        bottom.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 12)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addLayout(bottom)

    def show_root(self, view: AuthorityView) -> None:
        """Show an authority's root."""
        set_text(self._name, display(view.root.common_name))
        limits = tr("limited to .%1 names and private addresses").replace("%1", ", .".join(view.permitted_names))
        until = tr("valid until %1").replace("%1", date_text(view.root.not_after))
        set_text(self._facts, f"{view.root.key} · {until} · {limits}")
        set_text(self._fingerprint, fingerprint(view.root.sha256))


class TrustPage(Ground):
    """Reads the stores through the bridge; changes go out as signals, so that the plan is shown first."""

    create_wanted = Signal()
    export_wanted = Signal()
    install_wanted = Signal(tuple)
    remove_wanted = Signal(tuple)
    undo_wanted = Signal()
    share_wanted = Signal()
    copied = Signal(str)
    states_read = Signal(object)

    def __init__(self, look: Look, bridge: Bridge, clock: Callable[[], datetime]) -> None:
        super().__init__("window")
        self._look, self._bridge, self._clock = look, bridge, clock
        self._view: AuthorityView | None = None
        self._rows: dict[str, StoreRow] = {}
        self._states: tuple[StoreState, ...] = ()
        self._verdicts: dict[str, Verdict] = {}
        self._root = RootCard(look)
        self._missing = _make_missing(look, self.create_wanted)
        self._banner = Banner(look, Tone.BAD, "circle-alert")
        self._banner.hide()
        self._worst = Banner(look, Tone.WARN, "triangle-alert")
        self._worst.hide()
        self._repair = Button(look, tr("Repair…"), small=True)
        self._repair.clicked.connect(lambda: self.install_wanted.emit(self._repairable))
        self._worst.add_button(self._repair)
        self._repairable: tuple[str, ...] = ()
        self._unfinished = Banner(look, Tone.WARN, "triangle-alert")
        self._unfinished.hide()
        mend = Button(look, tr("Put back what was before…"), "undo-2", small=True)
        mend.clicked.connect(self.undo_wanted)
        self._unfinished.add_button(mend)
        self._matrix, self._list = _make_matrix()
        self._tools = ToolsCard(look)
        self._tools.copied.connect(self.copied)
        self._foot: QLabel = label(
            tr("Only the public certificate is installed. The private key of the root stays encrypted here."), "small"
        )
        layout = make_scrolled(self, tr("Trust"))
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(label(tr("Trust"), "title"))
        titles.addWidget(label(tr("Where this computer trusts your root CA. Every change is read back."), "body2"))
        layout.addLayout(titles)
        for widget in (self._missing, self._root, self._unfinished, self._banner, self._worst, self._matrix):
            layout.addWidget(widget)
        layout.addWidget(self._foot)
        layout.addWidget(self._tools)
        layout.addStretch(1)
        self._root.copy.clicked.connect(self._copy_fingerprint)
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self._tick)
        self._ticker.start()
        self._root.export.clicked.connect(self.export_wanted)
        self._root.undo.clicked.connect(self.undo_wanted)
        self._root.share.clicked.connect(self.share_wanted)
        self._root.install.clicked.connect(lambda: self.install_wanted.emit(()))
        self.show_authority(None)

    def show_unreadable(self, problem: DotlocalError) -> None:
        """Say that the authority cannot be read; the stores are shown all the same."""
        self._missing.hide()
        self._fail(problem)

    def show_authority(self, view: AuthorityView | None) -> None:
        """Show the root of an authority, or that there is none yet."""
        if view is None or self._view is None or view.root.sha256 != self._view.root.sha256:
            self._verdicts.clear()
        self._view = view
        self._missing.setVisible(view is None)
        self._root.setVisible(view is not None)
        self._foot.setVisible(view is not None)
        self._show_worst()
        if view is not None:
            self._root.show_root(view)

    def refresh(self) -> None:
        """Read every store anew, then let each verifier judge."""
        self._banner.hide()
        self._bridge.run(self, lambda core: core.trust.states(), self._show_states, self._fail)
        if self.isVisible():
            self._bridge.run(self, lambda core: core.trust.history(), self._show_history, self._fail)

    def _show_history(self, history: History) -> None:
        self._root.undo.setEnabled(bool(history.undoable()))
        cut_off = history.unfinished()
        names = ", ".join(dict.fromkeys(display(change.label, 40) for change in cut_off))
        self._unfinished.show_state(
            Tone.WARN, "triangle-alert", tr("A change was cut off before it ended"),
            tr("It concerns: %1. What each row shows was read just now.").replace("%1", names),
        )  # fmt: skip
        self._unfinished.setVisible(bool(cut_off))

    def states(self) -> tuple[StoreState, ...]:
        """Return the states shown."""
        return self._states

    def _show_states(self, states: tuple[StoreState, ...]) -> None:
        if not self.isVisible():  # the rows are made when the page is shown, which reads anew
            self.states_read.emit(states)
            return
        before = {s.id: (s.installed, s.trusted) for s in self._states}
        for state in states:
            if before.get(state.id) != (state.installed, state.trusted):
                self._verdicts.pop(state.id, None)  # it was about another state of the store
        self._states = states
        for row_id in [key for key in self._rows if key not in {s.id for s in states}]:
            row = self._rows.pop(row_id)
            row.hide()
            row.deleteLater()
        self._show_next(list(states))
        self._matrix.setVisible(bool(states))
        self._show_worst()
        self.states_read.emit(states)
        wanted = tuple(s.id for s in states if s.installed)
        if wanted and self._view is not None:
            self._verify(wanted)
        if self.isVisible():  # nobody waits for it before the page is shown
            self._bridge.run(self, lambda core: core.trust.tools(), self._tools.show_tools, self._fail)

    def _show_next(self, waiting: list[StoreState]) -> None:
        """Show one row a turn: making a row takes a while, and the window has to answer in between."""
        if waiting and waiting[0] in self._states:
            state = waiting.pop(0)
            self._row_for(state).show_state(state, self._verdicts.get(state.id), self._clock())
            QTimer.singleShot(0, self, lambda: self._show_next(waiting))

    def _row_for(self, state: StoreState) -> StoreRow:
        row = self._rows.get(state.id)
        if row is None:
            row = self._rows[state.id] = StoreRow(self._look, state)
            row.verify.clicked.connect(lambda: self._verify((state.id,)))
            row.install.clicked.connect(lambda: self.install_wanted.emit((state.id,)))
            row.repair.clicked.connect(lambda: self.install_wanted.emit((state.id,)))
            row.remove.clicked.connect(lambda: self.remove_wanted.emit((state.id,)))
            self._list.addWidget(row)
        return row

    def _verify(self, stores: tuple[str, ...]) -> None:
        self._bridge.run(self, lambda core: core.trust.verify(stores), self._show_verdicts, self._fail)

    def _show_verdicts(self, verdicts: tuple[Verdict, ...]) -> None:
        self._verdicts.update({v.client: v for v in verdicts})
        for state in self._states:
            self._row_for(state).show_state(state, self._verdicts.get(state.id), self._clock())
        self._show_worst()

    def _show_worst(self) -> None:
        """Say above the rows what is worst in one of them, with the next step."""
        unfit = [s for s in self._states if s.available and s.installed and s.trusted is False and not s.follows]
        refused = [(s, v) for s in self._states if s.installed and (v := self._verdicts.get(s.id)) and refuses(v)]
        self._repairable = tuple(s.id for s in unfit)
        self._repair.setVisible(bool(unfit))
        if unfit:
            title = tr("%1 has the root but doesn't accept it for sites")
            text = tr("It is in the store, but doesn't count there for websites. Repair shows first what it would do.")
            self._worst.show_state(Tone.WARN, "triangle-alert", title.replace("%1", names_of(unfit)), text)
        elif refused:
            reason = refused[0][1].reasons[0]
            title = tr("%1 has the root and refuses it all the same").replace("%1", names_of([refused[0][0]]))
            text = " ".join(filter(None, (reason_sentence(reason), reason_mend(reason))))
            self._worst.show_state(Tone.BAD, "circle-x", title, text)
        self._worst.setVisible(bool(unfit or refused))

    def _fail(self, problem: DotlocalError) -> None:
        self._banner.show_state(Tone.BAD, "circle-alert", problem_title(problem), problem_text(problem))
        self._banner.show()

    def _tick(self) -> None:
        for state in self._states:
            self._row_for(state).show_state(state, self._verdicts.get(state.id), self._clock())

    def _copy_fingerprint(self) -> None:
        if self._view is not None:
            self.copied.emit(fingerprint(self._view.root.sha256))


def names_of(states: Sequence[StoreState]) -> str:
    """Return what stores are called, in one line."""
    return ", ".join(display(state.label, 40) for state in states)


def refuses(verdict: Verdict) -> bool:
    """Return whether a client was seen to refuse the root, rather than not asked."""
    return not verdict.trusted and bool(verdict.reasons) and verdict.reasons[0].code not in NO_PROOF


def _make_missing(look: Look, wanted: object) -> QFrame:
    """Return the card that stands where the root will be."""
    frame = card()
    layout = QHBoxLayout(frame)
    layout.setContentsMargins(20, 18, 20, 18)
    layout.setSpacing(16)
    layout.addWidget(Tile(look, "stamp", 48, 24))
    layout.addWidget(label(tr("There is no root CA yet, so there is nothing to trust."), "body2"), 1)
    create = Button(look, tr("Create root CA…"), kind="primary")
    create.clicked.connect(wanted)
    layout.addWidget(create)
    return frame


def _make_matrix() -> tuple[QFrame, QVBoxLayout]:
    """Return the frame of the matrix and the layout that takes its rows."""
    frame = card()
    outer = QVBoxLayout(frame)
    outer.setContentsMargins(1, 0, 1, 1)
    inside = QWidget()
    rows = QVBoxLayout(inside)
    rows.setContentsMargins(19, 0, 19, 0)
    rows.setSpacing(0)
    header = QHBoxLayout()
    header.setSpacing(8)
    titles = (tr("Store"), tr("Installed"), tr("Trusted for TLS"), tr("Verified"))
    for title, width in zip(titles, (*COLUMNS, 0), strict=True):
        heading = label(title, "small_strong")
        heading.setFixedHeight(40)
        if width:
            heading.setFixedWidth(width)
        header.addWidget(heading, 0 if width else 1)
    rows.addLayout(header)
    outer.addWidget(inside)
    return frame, rows
