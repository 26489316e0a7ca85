"""The certificates that a device showed over time, each to copy and to compare with the one it shows now."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.model.certificate import fingerprint, pem_of
from core.model.device_history import CertificateSeen
from core.model.text import display
from gui.i18n import date_text, tr
from gui.theme import paint
from gui.theme.look import Look
from gui.widgets.controls import Button, IconButton
from gui.widgets.surfaces import line
from gui.widgets.text import label, tip

WIDTH = 250


class CertificatesSeen(QWidget):
    """Emits `compare_wanted` with one from before, `copied` with PEM."""

    compare_wanted = Signal(object)
    copied = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[tuple[CertificateSeen, ...], str] = ((), "")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def show_certificates(self, seen: tuple[CertificateSeen, ...], now_sha256: str) -> None:
        """Show certificates, newest first; nothing happens if they are the same."""
        if (seen, now_sha256) == self._shown:
            return
        self._shown = (seen, now_sha256)
        while self._layout.count():
            item = self._layout.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for certificate in seen:
            self._layout.addWidget(self._row(certificate, is_now=certificate.sha256 == now_sha256))
            self._layout.addWidget(line())

    def _row(self, seen: CertificateSeen, *, is_now: bool) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 6, 0, 6)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        whole = fingerprint(seen.sha256)
        short = label(f"{whole[:17]} … {whole[-5:]}", "mono")
        tip(short, whole)
        dates = f"{date_text(seen.first_seen)} – {tr('now') if is_now else date_text(seen.last_seen)}"
        issuer = paint.elided(display(seen.issuer, 120), "small", WIDTH)
        texts.addWidget(short)
        texts.addWidget(label(f"{tr('Port %1').replace('%1', str(seen.port))} · {dates}", "small"))
        texts.addWidget(label(issuer, "small"))
        layout.addLayout(texts, 1)
        if not is_now:
            compare = Button(self._look, tr("Compare…"), kind="ghost", small=True)
            compare.clicked.connect(lambda: self.compare_wanted.emit(seen))
            layout.addWidget(compare)
        copy = IconButton(self._look, "copy", tr("Copy PEM"), size=26)
        copy.clicked.connect(lambda: self.copied.emit(pem_of(seen.der)))
        layout.addWidget(copy)
        return row
