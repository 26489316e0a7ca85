"""Dotlocal has a bug: what happened, a report to read and to save, and the choice to go on or to quit."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.widgets.controls import Button


class CrashDialog(Sheet):
    """Shows a report; emits `quit_wanted`."""

    quit_wanted = Signal()
    copied = Signal(str)

    def __init__(self, look: Look, parent: QWidget, report: str) -> None:
        subtitle = tr(
            "Something failed inside Dotlocal. The window may go on, but what it shows may be incomplete. The report "
            "says where it failed, not with what; read it before you pass it on. Nothing is sent by itself."
        )
        super().__init__(look, parent, "crash", tr("This is a bug of Dotlocal"), subtitle, width=640)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setPlainText(report)
        self.text.setFont(font("mono_small"))
        self.text.setAccessibleName(tr("Report"))
        self.text.setFixedHeight(240)
        self.text.setTabChangesFocus(True)
        self.body.addWidget(self.text)
        copy, save = Button(look, tr("Copy report"), "copy"), Button(look, tr("Save report…"), "download")
        leave = Button(look, tr("Quit"), kind="danger")
        copy.clicked.connect(self._copy)
        save.clicked.connect(self._save)
        leave.clicked.connect(self.quit_wanted)
        for place, button in enumerate((copy, save, leave), start=1):
            self.footer.insertWidget(place, button)
        self.cancel.setText(tr("Go on"))
        self.cancel.setAccessibleName(tr("Go on"))

    def _copy(self) -> None:
        self.copied.emit(self.text.toPlainText())

    def _save(self) -> None:
        chooser = QFileDialog(self, tr("Save report"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.selectFile("dotlocal-report.txt")
        chooser.fileSelected.connect(self.save_to)
        chooser.open()

    def save_to(self, file: str) -> None:
        """Write the report."""
        try:
            Path(file).write_text(self.text.toPlainText(), encoding="utf-8")
        except OSError as error:
            self.subtitle.setText(tr("The report can't be written: %1").replace("%1", str(error.strerror)))
