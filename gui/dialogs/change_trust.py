"""Install or remove the root: the plan first, store by store; then what came of each, read back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.errors import DotlocalError
from core.model.plan import Action, Outcome, Plan
from core.model.text import display
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet, clear_layout
from gui.i18n import tr
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button, TickBox
from gui.widgets.surfaces import Banner, IconLabel, line
from gui.widgets.text import label


class ChangeTrustDialog(Sheet):
    """Emits `changed` after anything was carried out, whatever came of it."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget, bridge: Bridge, action: Action, stores: tuple[str, ...]) -> None:
        install = action is Action.INSTALL
        title = tr("Install the root on this computer") if install else tr("Remove the root from this computer")
        under = tr("This is what will be done. Nothing happens before you confirm.")
        super().__init__(look, parent, "change-trust", title, under, width=660)
        self._bridge, self._action = bridge, action
        self._boxes: dict[str, TickBox] = {}
        self._passwords: dict[str, QLineEdit] = {}
        self.body.addWidget(label(tr("Reading the stores…"), "body2"))
        word, icon = (tr("Install"), "shield-plus") if install else (tr("Remove"), "trash-2")
        self._go = Button(look, word, icon, "primary" if install else "danger")
        self._go.setEnabled(False)
        self._go.clicked.connect(self._start)
        self.footer.addWidget(self._go)
        self.cancel.setDefault(not install)
        bridge.run(self, lambda core: core.trust.plans(action, stores), self._show_plans, self.show_problem)

    def _show_plans(self, plans: tuple[Plan | Outcome, ...]) -> None:
        clear_layout(self.body)
        for number, plan in enumerate(plans):
            if number:
                self.body.addWidget(line())
            self.body.addLayout(self._plan_row(plan))
        if not plans:
            self.body.addWidget(label(tr("No trust store was found on this computer."), "body2"))
        self._show_ready()
        self.place()

    def _plan_row(self, plan: Plan | Outcome) -> QVBoxLayout:
        row = QVBoxLayout()
        row.setSpacing(3)
        if isinstance(plan, Outcome):
            row.addWidget(label(display(plan.label), "body_strong"))
            row.addWidget(label(display(f"{plan.problem} {plan.hint}".strip(), 400), "small", wrap=True))
            return row
        box = TickBox(self.look, display(plan.label))
        box.setChecked(bool(plan.steps))
        box.setEnabled(bool(plan.steps))
        box.toggled.connect(self._show_ready)
        self._boxes[plan.store] = box
        row.addWidget(box)
        for step in tuple(s.text for s in plan.steps) or (tr("Nothing to do"),):
            indented = QHBoxLayout()
            indented.addSpacing(24)
            indented.addWidget(label(display(step, 300), "small", wrap=True))
            row.addLayout(indented)
        if plan.prompt:
            prompt = QHBoxLayout()
            prompt.addSpacing(24)
            prompt.addWidget(IconLabel(self.look, "lock", 14, tone=Tone.INFO))
            prompt.addWidget(label(plan.prompt, "small_strong"), 1)
            row.addLayout(prompt)
        if plan.asks_password:
            row.addWidget(self._password_field(plan))
        return row

    def _password_field(self, plan: Plan) -> QLineEdit:
        field = QLineEdit()
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setPlaceholderText(tr("Primary password"))
        field.setAccessibleName(tr("Primary password of %1").replace("%1", display(plan.label, 40)))
        field.setMaximumWidth(280)
        self._passwords[plan.store] = field
        return field

    def _show_ready(self) -> None:
        self._go.setEnabled(any(box.isChecked() for box in self._boxes.values()))

    def _start(self) -> None:
        chosen = tuple(store for store, box in self._boxes.items() if box.isChecked())
        self.set_busy(busy=True)
        self._go.setEnabled(False)
        self._go.setText(tr("Working…"))
        for box in self._boxes.values():
            box.setEnabled(False)
        typed = {store: field.text() for store, field in self._passwords.items() if field.text()}
        self._bridge.run(
            self,
            lambda core: core.trust.apply(self._action, chosen, passwords=typed),
            self._show_outcomes,
            self._fail,
        )

    def _fail(self, problem: DotlocalError) -> None:
        self.set_busy(busy=False)
        self.changed.emit()
        self._go.hide()
        self.show_problem(problem)

    def _show_outcomes(self, outcomes: tuple[Outcome, ...]) -> None:
        self.set_busy(busy=False)
        clear_layout(self.body)
        done = {Action.INSTALL: tr("Installed, trusted, and read back"), Action.REMOVE: tr("Removed, and read back")}
        for outcome in outcomes:
            if outcome.done:
                title, text, tone, icon = done[outcome.action], display(outcome.label), Tone.OK, "circle-check"
            else:
                title = tr("%1: not done").replace("%1", display(outcome.label))
                text = display(f"{outcome.problem} {outcome.hint}".strip(), 500)
                tone, icon = Tone.BAD, "circle-x"
            self.body.addWidget(Banner(self.look, tone, icon, title, text))
        if any(o.done and o.store != "os" for o in outcomes):
            self.body.addWidget(
                label(tr("A browser that is open follows for pages already visited after a restart."), "small")
            )
        self._go.hide()
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))
        self.cancel.setDefault(True)
        self.changed.emit()
        self.place()
