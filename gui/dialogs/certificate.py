"""Every field of one certificate, to read and to copy."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.model.certificate import Certificate, pem_of
from core.model.text import display
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.messages import field_name
from gui.theme.look import Look
from gui.widgets.controls import Button
from gui.widgets.key_values import KeyValues


class CertificateDialog(Sheet):
    """Shows a certificate; emits `copied` for the clipboard."""

    copied = Signal(str)

    def __init__(self, look: Look, parent: QWidget, certificate: Certificate) -> None:
        from core.app.certificate_fields import fields_of  # needs cryptography, which the first paint must not wait for

        title = display(certificate.common_name or certificate.subject, 60) or tr("Certificate")
        super().__init__(look, parent, "certificate", title, tr("As it was presented"), width=560)
        rows = KeyValues(look, 350, whole=True)
        rows.copied.connect(self.copied)
        rows.show_rows(
            tuple((field_name(f.name), display(f.value, 2000), f.mono, True) for f in fields_of(certificate.der))
        )
        self.body.addWidget(rows)
        copy = Button(look, tr("Copy PEM"), "copy", "primary")
        copy.clicked.connect(lambda: self.copied.emit(pem_of(certificate.der)))
        self.footer.addWidget(copy)
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))
