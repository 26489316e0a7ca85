"""Create the root and the issuing CA: a name, the limits, where the key's passphrase lives."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from core.errors import DotlocalError, InputProblem
from core.model.authority import AuthorityView
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button, Field
from gui.widgets.surfaces import Banner

MIN_PASSPHRASE = 8


class CreateAuthorityDialog(Sheet):
    """Emits `created` with the new authority."""

    created = Signal(object)

    def __init__(self, look: Look, parent: QWidget, bridge: Bridge) -> None:
        super().__init__(
            look, parent, "create-authority", tr("Create your root CA"),
            tr("A root key that makes one issuing CA; the issuing CA signs your devices."), width=620,
        )  # fmt: skip
        self._bridge = bridge
        self._name = QLineEdit("Workshop")
        self._name.setMaxLength(40)
        self._ranges = QLineEdit()
        self._ranges.setPlaceholderText("100.64.0.0/10")
        self._first, self._again = QLineEdit(), QLineEdit()
        for field in (self._first, self._again):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        self.body.addWidget(
            Field(tr("Name of the site"), self._name, tr("People see it in certificates: Workshop Root CA."))
        )
        self.body.addWidget(
            Field(
                tr("More address ranges"),
                self._ranges,
                tr("Private ranges are permitted already. Separate with commas."),
            )
        )
        self._secret = QWidget()
        row = QHBoxLayout(self._secret)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(Field(tr("Passphrase"), self._first, tr("This computer has no keychain, so you keep it.")))
        row.addWidget(Field(tr("The same again"), self._again, tr("At least 8 characters.")))
        self._secret.hide()
        self.body.addWidget(self._secret)
        limits = tr("It can sign for names under .local and for private addresses, for nothing else. "
                    "Browsers refuse anything else that it signs, even with a stolen key.")  # fmt: skip
        self.body.addWidget(Banner(look, Tone.INFO, "shield-check", tr("Limited by design"), limits))
        self._create = Button(look, tr("Create"), "stamp", "primary")
        self._create.setDefault(True)
        self._create.clicked.connect(self._start)
        self.footer.addWidget(self._create)
        self._name.setFocus()
        bridge.run(self, lambda core: core.authority.needs_new_passphrase(), self._show_secret, self.show_problem)

    def _show_secret(self, needed: bool) -> None:
        self._secret.setVisible(needed)
        self.place()

    def _start(self) -> None:
        name, typed = self._name.text(), ""
        ranges = tuple(part.strip() for part in self._ranges.text().split(",") if part.strip())
        if self._secret.isVisible():
            typed = self._first.text()
            if len(typed) < MIN_PASSPHRASE:
                self.show_problem(InputProblem(tr("The passphrase needs at least 8 characters.")))
                return
            if typed != self._again.text():
                self.show_problem(InputProblem(tr("The two passphrases are not the same.")))
                return
        self.clear_problem()
        self.set_busy(busy=True)
        self._create.setEnabled(False)
        self._create.setText(tr("Creating…"))
        self._bridge.run(
            self,
            lambda core: core.authority.create(name, ranges, core.authority.with_typed(typed) if typed else None),
            self._finish,
            self._fail,
        )

    def _finish(self, view: AuthorityView) -> None:
        self.set_busy(busy=False)
        self.created.emit(view)
        self.accept()

    def _fail(self, problem: DotlocalError) -> None:
        self.set_busy(busy=False)
        self._create.setEnabled(True)
        self._create.setText(tr("Create"))
        self.show_problem(problem)
