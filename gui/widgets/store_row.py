"""One store of the Trust page: its three answers, and what can be done with it."""

from datetime import datetime

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.model.store_state import StoreState
from core.model.text import display
from core.model.verdict import Verdict
from gui.i18n import ago_text, tr
from gui.messages import reason_sentence
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.tokens import MATRIX_ROW, Tone
from gui.widgets.controls import Button
from gui.widgets.surfaces import IconLabel, Tile
from gui.widgets.text import label, set_text, set_tone, tip

COLUMNS = (292, 128, 140)
"""Widths of store, installed and trusted; the fourth column takes the rest."""
NO_PROOF = frozenset({"no-verifier", "store-unreadable"})
"""Reasons of a verdict that say that nothing could be proven, rather than that the root was refused."""
_ICONS = {"os": "laptop", "firefox": "globe", "chromium": "globe", "java": "server", "policy": "users"}


class StatusCell(QWidget):
    """An icon and a word of one column of the matrix."""

    def __init__(self, look: Look, width: int) -> None:
        super().__init__()
        self._icon, self._word = IconLabel(look, "circle-dashed", 16, "text3"), label("", "body")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addWidget(self._word, 1)
        if width:
            self.setFixedWidth(width)

    def show_status(self, tone: Tone, icon: str, word: str, explanation: str = "") -> None:
        """Show an icon in a tone, and a word."""
        self._icon.show_icon(icon, tone)
        set_text(self._word, word)
        set_tone(self._word, "text2" if tone is Tone.MUTE else "" if tone is Tone.OK else tone.value)
        tip(self, explanation or word)


class StoreRow(QFrame):
    """One store with its three answers and its actions; it stands alone."""

    def __init__(self, look: Look, state: StoreState) -> None:
        super().__init__()
        self.id = state.id
        self.setProperty("row", "true")
        self.setFixedHeight(MATRIX_ROW)
        self._name, self._under = label("", "body_strong"), label("", "small")
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addStretch(1)
        names.addWidget(self._name)
        names.addWidget(self._under)
        names.addStretch(1)
        first = QWidget()
        first.setFixedWidth(COLUMNS[0])
        inside = QHBoxLayout(first)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.setSpacing(12)
        inside.addWidget(Tile(look, _ICONS.get(state.kind, "box"), 34, 18))
        inside.addLayout(names, 1)
        self._installed, self._trusted = StatusCell(look, COLUMNS[1]), StatusCell(look, COLUMNS[2])
        self._verified = StatusCell(look, 0)
        lock = "lock" if state.needs_elevation else ""
        self.verify = Button(look, tr("Verify"), small=True)
        self.install = Button(look, tr("Install…"), lock, small=True)
        self.repair = Button(look, tr("Repair…"), lock, "primary", small=True)
        self.remove = Button(look, tr("Remove…"), lock, small=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (first, self._installed, self._trusted):
            layout.addWidget(widget)
        layout.addWidget(self._verified, 1)
        for button in (self.repair, self.verify, self.install, self.remove):
            layout.addWidget(button)
        self.show_state(state, None, datetime.now().astimezone())

    def show_state(self, state: StoreState, verdict: Verdict | None, now: datetime) -> None:
        """Show what was read from the store, and what its verifier said last."""
        store = display(state.label)
        set_text(self._name, paint.elided(store, "body_strong", COLUMNS[0] - 62))
        tip(self._name, store)
        set_text(self._under, paint.elided(display(state.detail or state.location), "small", COLUMNS[0] - 62))
        tip(self._under, f"{state.location}\n{state.detail}")
        for button, name in (
            (self.verify, tr("Verify")), (self.install, tr("Install")), (self.remove, tr("Remove")),
            (self.repair, tr("Repair")),
        ):  # fmt: skip
            button.setAccessibleName(f"{name}, {store}")
        installed, trusted = bool(state.installed), bool(state.trusted)
        known = state.available and state.installed is not None
        own = known and not state.follows
        self.verify.setVisible(known and installed)
        self.install.setVisible(own and not installed and not trusted)
        self.repair.setVisible(own and installed != trusted)
        self.remove.setVisible(own and (installed or trusted))
        if not state.available:
            self._installed.show_status(Tone.WARN, "circle-alert", tr("Can't be used"), state.detail)
            self._trusted.show_status(Tone.MUTE, "circle-dashed", tr("Not known"))
            self._verified.show_status(Tone.MUTE, "circle-dashed", tr("Nothing to check"))
            return
        yes, no = (Tone.OK, "circle-check"), (Tone.MUTE, "circle-dashed")
        word = tr("Installed") if not state.follows else tr("Via the system")
        self._installed.show_status(*(yes if installed else no), word if installed else tr("Not installed"))
        if installed and not trusted:
            self._trusted.show_status(Tone.WARN, "triangle-alert", tr("Not for sites"))
        else:
            self._trusted.show_status(*(yes if trusted else no), tr("Trusted") if trusted else tr("Not trusted"))
        self._show_verdict(verdict, now, installed=installed)

    def _show_verdict(self, verdict: Verdict | None, now: datetime, *, installed: bool) -> None:
        if not installed:
            self._verified.show_status(Tone.MUTE, "circle-dashed", tr("Nothing to check"))
        elif verdict is None:
            self._verified.show_status(Tone.MUTE, "circle-dashed", tr("Not yet"))
        elif verdict.trusted:
            when = ago_text(verdict.checked_at, now)
            self._verified.show_status(Tone.OK, "circle-check", when[:1].upper() + when[1:], verdict.checked)
        else:
            why = reason_sentence(verdict.reasons[0]) if verdict.reasons else ""
            if verdict.reasons and verdict.reasons[0].code in NO_PROOF:
                self._verified.show_status(Tone.WARN, "circle-alert", tr("Can't be proven"), why)
            else:
                self._verified.show_status(Tone.BAD, "circle-x", tr("Refused"), why)
