"""Look at a chain from a file that was dropped on the window, from the clipboard, or from an address."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from core.app.outside_chain import OutsideChain
from core.errors import DotlocalError
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.models.detail_rows import finding_rows, identity_rows, verdict_rows
from gui.models.device_record import make_record
from gui.models.device_words import report_of
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.chain_view import ChainView
from gui.widgets.controls import Button, Field
from gui.widgets.key_values import KeyValues
from gui.widgets.surfaces import Banner
from gui.widgets.text import label

WIDTH, VALUES = 640, 400


class InspectDialog(Sheet):
    """Emits `certificate_wanted` for a node that was opened, `copied` for the clipboard."""

    certificate_wanted = Signal(object)
    copied = Signal(str)

    def __init__(self, look: Look, parent: QWidget, bridge: Bridge) -> None:
        subtitle = tr(
            "A file (PEM, DER, PKCS#7, PKCS#12), a host or an https address. The list of devices stays as it is."
        )
        super().__init__(look, parent, "inspect", tr("Inspect a chain"), subtitle, width=WIDTH)
        self._bridge = bridge
        self._octets: bytes | None = None
        self._source = ""
        self._report_text = ""
        self.target, self.name, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.target.setPlaceholderText("dev01.local:443")
        self.name.setPlaceholderText("dev01.local")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        choose = Button(look, tr("Choose file…"), "folder-open")
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(Field(tr("Host, address or file"), self.target), 1)
        row.addWidget(choose)
        self.body.addLayout(row)
        self._name_field = Field(
            tr("Judge as"), self.name, tr("The name that it is visited by; empty: its own first name.")
        )
        self._password_field = Field(tr("Password of the file"), self.password)
        self._password_field.hide()
        self._name_field.hide()
        self.body.addWidget(self._name_field)
        self.body.addWidget(self._password_field)
        self._banner = Banner(look, Tone.MUTE, "info")
        self.chain = ChainView(look)
        self._identity, self._verdicts = KeyValues(look, VALUES), KeyValues(look, VALUES)
        self._findings = KeyValues(look, VALUES, lines=8)
        self._headings = [label(t, "section") for t in (tr("Identity"), tr("Who would trust it"), tr("What was found"))]
        self._results: tuple[QWidget, ...] = (
            self._banner, self.chain, self._headings[0], self._identity, self._headings[1], self._verdicts,
            self._headings[2], self._findings,
        )  # fmt: skip
        for widget in self._results:
            widget.hide()
            self.body.addWidget(widget)
        self._copy = Button(look, tr("Copy report"), "copy")
        self._copy.hide()
        self._look_button = Button(look, tr("Inspect"), "search", "primary")
        self._look_button.setDefault(True)
        self.footer.addWidget(self._copy)
        self.footer.addWidget(self._look_button)
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))
        self._connect()
        self.target.setFocus()

    def _connect(self) -> None:
        self._look_button.clicked.connect(self.start)
        self._copy.clicked.connect(self._copy_report)
        self.chain.opened.connect(self.certificate_wanted)
        self.target.textEdited.connect(self._forget_content)
        for rows in (self._identity, self._verdicts, self._findings):
            rows.copied.connect(self.copied)

    def look_at_file(self, file: Path) -> None:
        """Inspect a file."""
        self._octets, self._source = None, str(file)
        self.target.setText(str(file))
        self.start()

    def look_at_content(self, content: bytes, source: str) -> None:
        """Inspect what was dropped or pasted."""
        self._octets, self._source = content, source
        self.target.setText(source)
        self.start()

    def _forget_content(self) -> None:
        self._octets, self._source = None, ""
        self._password_field.hide()

    def _choose(self) -> None:
        chooser = QFileDialog(self, tr("Choose a certificate or chain"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(lambda file: self.look_at_file(Path(file)))
        chooser.open()

    def start(self) -> None:
        """Inspect what the fields say."""
        text, name, password = self.target.text().strip(), self.name.text().strip(), self.password.text()
        content = self._octets
        if not text:
            return
        self.clear_problem()
        self._look_button.setEnabled(False)
        self._name_button(tr("Inspecting…"))
        if content is not None:
            self._bridge.run(
                self, lambda core: core.outside.content(content, text, name, password), self._show, self._fail
            )
        elif self._source == text or Path(text).is_absolute():
            self._bridge.run(self, lambda core: core.outside.file(Path(text), name, password), self._show, self._fail)
        else:
            self._bridge.run(self, lambda core: core.outside.host(text), self._show, self._fail)

    def _show(self, found: OutsideChain) -> None:
        self._idle()
        judged = found.judged
        record = make_record(found.device, judged, checking=False, now=judged.presented.seen_at)
        self._report_text = report_of(record)
        state = record.state
        self._banner.show_state(
            state.tone, state.icon, state.label, " ".join(part for part in (state.sentence, state.mend) if part)
        )
        self._banner.show()
        self.chain.show_chain(judged, record.icon)
        for heading, rows, values in zip(
            self._headings, (self._identity, self._verdicts, self._findings),
            (identity_rows(record), verdict_rows(record), finding_rows(record)), strict=True,
        ):  # fmt: skip
            rows.show_rows(values)
            heading.setVisible(bool(values))
            rows.setVisible(bool(values))
        self._name_field.setVisible(found.from_file)
        self._copy.show()
        self.place()

    def _idle(self) -> None:
        self._look_button.setEnabled(True)
        self._name_button(tr("Inspect"))

    def _name_button(self, text: str) -> None:
        self._look_button.setText(text)
        self._look_button.setAccessibleName(text)

    def _fail(self, problem: DotlocalError) -> None:
        self._idle()
        if problem.code == "file-password-wrong":
            self._password_field.show()
            self.password.setFocus()
        self.show_problem(problem)

    def _copy_report(self) -> None:
        self.copied.emit(self._report_text)
