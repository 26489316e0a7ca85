"""Install or remove the root: the plan first, store by store; then what came of each, read back."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from core.errors import DotlocalError
from core.events import Event, StoreChangeEnded, StoreChangeStarted
from core.model.plan import Action, Outcome, Plan
from core.model.text import display
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet, clear_layout
from gui.i18n import tr
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button, TickBox
from gui.widgets.surfaces import Banner, IconLabel, line
from gui.widgets.text import label, set_text, set_tone


class ChangeTrustDialog(Sheet):
    """Emits `changed` after anything was carried out, whatever came of it."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget, bridge: Bridge, action: Action, stores: tuple[str, ...]) -> None:
        install = action is Action.INSTALL
        title = {
            Action.INSTALL: tr("Install the root on this computer"),
            Action.REMOVE: tr("Remove the root from this computer"), Action.UNDO: tr("Put back what was before"),
        }[action]  # fmt: skip
        under = tr("This is what will be done. Nothing happens before you confirm.")
        super().__init__(look, parent, "change-trust", title, under, width=660)
        self._bridge, self._action = bridge, action
        self._boxes: dict[str, TickBox] = {}
        self._passwords: dict[str, QLineEdit] = {}
        self.body.addWidget(label(tr("Reading the stores…"), "body2"))
        word, icon = {
            Action.INSTALL: (tr("Install"), "shield-plus"), Action.REMOVE: (tr("Remove"), "trash-2"),
            Action.UNDO: (tr("Put back"), "undo-2"),
        }[action]  # fmt: skip
        self._go = Button(look, word, icon, "danger" if action is Action.REMOVE else "primary")
        self._progress: dict[str, QLabel] = {}
        bridge.events.connect(self._take)
        self._go.setEnabled(False)
        self._go.clicked.connect(self._start)
        self.footer.addWidget(self._go)
        self.cancel.setDefault(not install)
        if action is Action.UNDO:
            bridge.run(self, lambda core: core.trust.undo_plans(whole_run=True), self._show_plans, self.show_problem)
        else:
            bridge.run(self, lambda core: core.trust.plans(action, stores), self._show_plans, self.show_problem)

    def _show_plans(self, plans: tuple[Plan | Outcome, ...]) -> None:
        clear_layout(self.body)
        for number, plan in enumerate(p for p in plans if isinstance(p, Outcome) or not p.follows):
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
        if plan.store in self._boxes:  # another root that this installation once put there
            row.addWidget(label(display(tr("And: %1").replace("%1", plan.root_name), 80), "small_strong"))
        else:
            row.addLayout(self._head_of(plan))
        box = self._boxes[plan.store]
        box.setEnabled(self._action is not Action.UNDO and (box.isEnabled() or bool(plan.steps)))
        box.setChecked(box.isChecked() or bool(plan.steps))
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

    def _head_of(self, plan: Plan) -> QHBoxLayout:
        """Return the line with a store's box and what is going on with it."""
        box = TickBox(self.look, display(plan.label))
        box.setEnabled(bool(plan.steps))
        box.toggled.connect(self._show_ready)
        self._boxes[plan.store] = box
        self._progress[plan.store] = label("", "small_strong")
        head = QHBoxLayout()
        head.addWidget(box, 1)
        head.addWidget(self._progress[plan.store])
        return head

    @Slot(object)
    def _take(self, events: list[Event]) -> None:
        """Show in its row that a store's change began or ended."""
        for event in events:
            if isinstance(event, StoreChangeStarted) and event.store in self._progress:
                set_text(self._progress[event.store], tr("Working…"))
            elif isinstance(event, StoreChangeEnded) and event.outcome.store in self._progress:
                word = self._progress[event.outcome.store]
                set_text(word, tr("Done") if event.outcome.done else tr("Not done"))
                set_tone(word, Tone.OK.value if event.outcome.done else Tone.BAD.value)

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
            lambda core: (
                core.trust.undo(whole_run=True, passwords=typed)
                if self._action is Action.UNDO
                else core.trust.apply(self._action, chosen, passwords=typed)
            ),
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
        self._progress.clear()
        done = {
            Action.INSTALL: tr("Installed, trusted, and read back"), Action.REMOVE: tr("Removed, and read back"),
            Action.UNDO: tr("Put back, and read back"),
        }  # fmt: skip
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
