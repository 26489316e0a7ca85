"""A device shows another key than before: both keys side by side, and a decision that a person makes."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.messages import date_fact, reason_sentence
from gui.models.device_record import DeviceRecord
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button
from gui.widgets.key_values import KeyValues
from gui.widgets.surfaces import Banner


class ReviewIdentityDialog(Sheet):
    """Emits `decided` with True to take the new key, False to keep wanting the old one."""

    decided = Signal(bool)

    def __init__(self, look: Look, parent: QWidget, record: DeviceRecord) -> None:
        super().__init__(
            look, parent, "review-identity", tr("Another key"),
            tr("%1 does not show the key that this computer knows.").replace("%1", record.name), width=600,
        )  # fmt: skip
        verdicts = record.judged.verdicts if record.judged else ()
        changed = next((r for v in verdicts for r in v.reasons if r.code == "key-changed"), None)
        facts = dict(changed.facts) if changed else {}
        self.key, self.port = facts.get("new", ""), record.judged.presented.port if record.judged else 0
        """What is decided on: the beginning of the new key as shown, and its port."""
        rows = KeyValues(look, 400)
        rows.show_rows(
            (
                (tr("Known key"), facts.get("old", "–"), True, True),
                (tr("Last shown"), date_fact(facts.get("date", "")), False, False),
                (tr("Key now"), facts.get("new", "–"), True, True),
                (tr("Certificate now"), record.fingerprint or "–", True, True),
                (tr("Issued by"), record.certificate_by or "–", False, False),
            )
        )
        self.body.addWidget(rows)
        text = reason_sentence(changed) if changed else ""
        advice = tr(
            "A new key is usual after a reset, an update or a new certificate that made one. If nobody did that, "
            "something else may answer by this name: compare the fingerprint with the device itself."
        )
        self.body.addWidget(Banner(look, Tone.BAD, "fingerprint-pattern", text, advice))
        accept = Button(look, tr("Accept the new key"), kind="danger")
        accept.clicked.connect(self._accept)
        keep = Button(look, tr("Keep the old one"), kind="primary")
        keep.setDefault(True)
        keep.clicked.connect(self._keep)
        self.footer.addWidget(accept)
        self.footer.addWidget(keep)
        keep.setFocus()

    def _accept(self) -> None:
        self.decided.emit(True)
        self.accept()

    def _keep(self) -> None:
        self.decided.emit(False)
        self.accept()
