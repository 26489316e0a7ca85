"""Give a device a name of one's own and a note; both stay on this computer."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from core.model.text import display
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.models.device_record import DeviceRecord
from gui.theme.look import Look
from gui.widgets.controls import Button, Field

LONGEST_NAME, LONGEST_NOTE = 80, 2000


class RenameDialog(Sheet):
    """Emits `chosen` with the friendly name ("" for the device's own) and the note."""

    chosen = Signal(str, str)

    def __init__(self, look: Look, parent: QWidget, record: DeviceRecord) -> None:
        subtitle = tr("Both stay on this computer; the device is not changed.")
        super().__init__(look, parent, "rename", tr("Name and note"), subtitle, width=520)
        own = display(record.device.name, LONGEST_NAME)
        self.name = QLineEdit(record.notes.friendly if record.notes else "")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(own)
        self.note = QPlainTextEdit()
        self.note.setPlainText(record.notes.note if record.notes else "")
        self.note.setFixedHeight(110)
        self.note.setTabChangesFocus(True)
        self.body.addWidget(Field(tr("Name"), self.name, tr("The device calls itself %1.").replace("%1", own)))
        self.body.addWidget(Field(tr("Note"), self.note))
        save = Button(look, tr("Save"), kind="primary")
        save.setDefault(True)
        save.clicked.connect(self._save)
        self.footer.addWidget(save)
        self.name.setFocus()
        self.name.selectAll()

    def _save(self) -> None:
        self.chosen.emit(self.name.text().strip(), self.note.toPlainText().strip()[:LONGEST_NOTE])
        self.accept()
