"""Issue a device certificate: names, lifetime, the files to write; then what was written."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QWidget

from core.errors import DotlocalError, InputProblem
from core.model.authority import AuthorityView, Issued, IssueRequest
from core.model.text import display, file_stem
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet, clear_layout
from gui.i18n import date_text, tr
from gui.models.device_record import DeviceRecord
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button, Choice, ChoiceTile, Field
from gui.widgets.key_values import KeyValues
from gui.widgets.surfaces import Banner
from gui.widgets.text import label, set_text

LIFETIMES = (397, 90, 180, 825)
_TILES = (
    ("esp32", "ESP32 C header", "server_cert.h, certificate and key", "cpu"),
    ("pem", "PEM files", "Certificate, key, chain", "file-text"),
    ("p12", "PKCS#12", "One .p12 with a password", "file-key"),
    ("der", "DER files", "Binary .der certificate and key", "file-code"),
)


class IssueDialog(Sheet):
    """Emits `issued` when the files are written, `copied` for the clipboard."""

    issued = Signal(object)
    copied = Signal(str)

    def __init__(
        self, look: Look, parent: QWidget, bridge: Bridge, authority: AuthorityView, now: datetime,
        record: DeviceRecord | None,
    ) -> None:  # fmt: skip
        signer = tr("Signed by %1").replace("%1", display(authority.issuing.common_name))
        super().__init__(look, parent, "issue-certificate", tr("Issue a certificate"), signer)
        self._bridge, self._authority, self._record = bridge, authority, record
        self._name, self._more = QLineEdit(), QLineEdit()
        self._key, self._life = Choice(look), Choice(look)
        self._key.addItem(tr("New ECDSA P-256 key"))
        for days in LIFETIMES:
            until = date_text(
                min(now + timedelta(days=days), authority.issuing.not_after or now + timedelta(days=days))
            )
            text = tr("%1 days, until %2").replace("%1", str(days)).replace("%2", until)
            self._life.addItem(text, days)
        self._passphrase = QLineEdit()
        self._passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self._tiles = {key: ChoiceTile(look, tr(title), tr(detail), icon) for key, title, detail, icon in _TILES}
        self._fill_in()
        self._lay_out(look)
        self._issue = Button(look, tr("Issue and save…"), "badge-check", "primary")
        self._issue.setDefault(True)
        self._issue.clicked.connect(self._start)
        self.footer.addWidget(self._issue)
        self._name.textChanged.connect(self._show_answer)
        self._show_answer()
        self._name.setFocus()

    def _fill_in(self) -> None:
        """Take names and addresses from what discovery saw; all of it is the person's to change."""
        if self._record is not None:
            self._name.setText(display(self._record.device.host.removesuffix(".local"), 80))
            found = [a.address for a in self._record.device.addresses if not a.address.startswith("fe80")]
            self._more.setText(", ".join(display(a) for a in found))
        self._tiles["esp32"].setChecked(True)
        self._tiles["pem"].setChecked(True)

    def _lay_out(self, look: Look) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        self._name_field = Field(tr("Device name"), self._name, tr("Will answer to a .local name"))
        grid.addWidget(self._name_field, 0, 0)
        grid.addWidget(
            Field(tr("More names and addresses"), self._more, tr("Found on the network. Separate with commas.")), 0, 1
        )
        grid.addWidget(Field(tr("Key"), self._key, tr("Made for this device alone; every client takes it.")), 1, 0)
        life = Field(tr("Valid for"), self._life, tr("iPhones and Macs refuse more than 825 days."))
        grid.addWidget(life, 1, 1)
        chosen = tr("The one you chose when you created it.")
        self._secret = Field(tr("Passphrase of your root"), self._passphrase, chosen)
        self._secret.setVisible(self._authority.key_kept_in == "person")
        grid.addWidget(self._secret, 2, 0, 1, 2)
        self.body.addLayout(grid)
        self.body.addWidget(label(tr("Files to save"), "small_strong"))
        tiles = QGridLayout()
        tiles.setHorizontalSpacing(16)
        tiles.setVerticalSpacing(10)
        for number, tile in enumerate(self._tiles.values()):
            tiles.addWidget(tile, number // 2, number % 2)
        self.body.addLayout(tiles)
        self.body.addWidget(
            Banner(look, Tone.INFO, "info", tr("The private key is written only to the files you choose"),
                   tr("Dotlocal keeps the certificate's serial number and names, not the device's key."))
        )  # fmt: skip

    def _show_answer(self) -> None:
        typed = self._name.text().strip().rstrip(".")
        name = typed if "." in typed else f"{typed}.local"
        text = tr("Will answer to %1").replace("%1", display(name, 60)) if typed else tr("Like dev01 or dev01.local")
        set_text(self._name_field.hint, text)

    def _start(self) -> None:
        formats = tuple(key for key, tile in self._tiles.items() if tile.isChecked())
        if not formats:
            self.show_problem(InputProblem(tr("Choose at least one kind of file.")))
            return
        if not self._name.text().strip():
            self.show_problem(InputProblem(tr("Type the device's name.")))
            return
        self.clear_problem()
        chooser = QFileDialog(self, tr("Where to save the files"))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(lambda folder: self.issue_into(Path(folder)))
        chooser.open()

    def issue_into(self, folder: Path) -> None:
        """Issue with what the sheet says and write into a folder of the device's own below `folder`."""
        more = [part.strip() for part in self._more.text().split(",") if part.strip()]
        addresses = tuple(part for part in more if _is_address(part))
        names = (self._name.text(), *(part for part in more if not _is_address(part)))
        formats = tuple(key for key, tile in self._tiles.items() if tile.isChecked())
        password = secrets.token_urlsafe(9) if "p12" in formats else ""
        stem = file_stem(self._name.text().strip().removesuffix(".local"))
        request = IssueRequest(
            names, addresses, folder / stem, formats, int(self._life.currentData()), p12_password=password
        )
        typed = self._passphrase.text()
        self.set_busy(busy=True)
        self._issue.setEnabled(False)
        self._issue.setText(tr("Issuing…"))
        self._bridge.run(
            self,
            lambda core: core.authority.issue(request, core.authority.with_typed(typed) if typed else None),
            lambda issued: self._finish(issued, password),
            self._fail,
        )

    def _fail(self, problem: DotlocalError) -> None:
        self.set_busy(busy=False)
        self._issue.setEnabled(True)
        self._issue.setText(tr("Issue and save…"))
        if problem.code in {"keychain-missing", "passphrase-wrong"}:
            self._secret.show()  # the keychain did not have it, or has another: the person may
        self.show_problem(problem)

    def _finish(self, issued: Issued, password: str) -> None:
        self.set_busy(busy=False)
        clear_layout(self.body)
        files = KeyValues(self.look)
        files.copied.connect(self.copied)
        rows = [(tr("File"), display(str(file)), False, True) for file in issued.files]
        if password:
            rows.append((tr(".p12 password"), password, True, True))
        rows.append((tr("Valid until"), date_text(issued.entry.not_after), False, False))
        files.show_rows(tuple(rows))
        warning = tr("Key files are not protected. Load them into the device, then delete them here.")
        if password:
            warning += " " + tr("The .p12 password is shown this once.")
        self.body.addWidget(files)
        self.body.addWidget(Banner(self.look, Tone.OK, "circle-check", tr("The certificate is issued"), warning))
        self._issue.hide()
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))
        self.place()
        self.issued.emit(issued)


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
