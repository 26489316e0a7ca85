"""Every field of one certificate, to read and to copy."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.model.certificate import Certificate, fingerprint, pem_of
from core.model.text import display
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.theme.look import Look
from gui.widgets.controls import Button
from gui.widgets.key_values import KeyValues


class CertificateDialog(Sheet):
    """Shows a certificate; emits `copied` for the clipboard."""

    copied = Signal(str)

    def __init__(self, look: Look, parent: QWidget, certificate: Certificate) -> None:
        title = display(certificate.common_name or certificate.subject, 60) or tr("Certificate")
        super().__init__(look, parent, "certificate", title, tr("As it was presented"), width=560)
        rows = KeyValues(look, 350, whole=True)
        rows.copied.connect(self.copied)
        begin, end = certificate.not_before, certificate.not_after
        fields: tuple[tuple[str, str, bool], ...] = (
            (tr("Subject"), certificate.subject, False), (tr("Issuer"), certificate.issuer, False),
            (tr("Names"), ", ".join(certificate.names) or tr("none"), False),
            (tr("Valid from"), f"{begin:%Y-%m-%d %H:%M} UTC" if begin else "–", False),
            (tr("Valid until"), f"{end:%Y-%m-%d %H:%M} UTC" if end else "–", False),
            (tr("Key"), certificate.key, False), (tr("Serial"), certificate.serial, True),
            (tr("Is a CA"), tr("yes") if certificate.is_ca else tr("no"), False),
            (tr("SHA-256"), fingerprint(certificate.sha256), True),
        )  # fmt: skip
        if certificate.problem:
            fields = ((tr("Problem"), certificate.problem, False), *fields)
        rows.show_rows(tuple((name, display(value, 400), mono, True) for name, value, mono in fields))
        self.body.addWidget(rows)
        copy = Button(look, tr("Copy PEM"), "copy", "primary")
        copy.clicked.connect(lambda: self.copied.emit(pem_of(certificate.der)))
        self.footer.addWidget(copy)
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))
