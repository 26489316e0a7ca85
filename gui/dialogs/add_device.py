"""Add a device that does not announce itself: a name or an address, and a port."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from core.errors import InputProblem
from core.model.by_hand import parse_by_hand
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.theme.look import Look
from gui.widgets.controls import Button, Field


class AddDeviceDialog(Sheet):
    """Emits `chosen` with the line that the settings keep, such as "plc01.local 443 10.0.0.5"."""

    chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        subtitle = tr("For one that multicast DNS cannot see. It stays in the list until you take it out of Settings.")
        super().__init__(look, parent, "add-device", tr("Add by address"), subtitle, width=560)
        self.host, self.port, self.address = QLineEdit(), QLineEdit("443"), QLineEdit()
        self.host.setPlaceholderText("plc01.local")
        self.address.setPlaceholderText("10.0.0.5")
        self.port.setFixedWidth(110)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Field(tr("Name or address"), self.host, tr("The name that its certificate is for.")), 1)
        row.addWidget(Field(tr("Port"), self.port))
        self.body.addLayout(row)
        self.body.addWidget(Field(tr("Its address"), self.address, tr("Only where the name does not resolve.")))
        add = Button(look, tr("Add"), "plus", "primary")
        add.setDefault(True)
        add.clicked.connect(self._add)
        self.footer.addWidget(add)
        self.host.setFocus()

    def _add(self) -> None:
        text = " ".join(
            part for part in (self.host.text().strip(), self.port.text().strip(), self.address.text().strip()) if part
        )
        found = parse_by_hand(text)
        if found is None or " " in self.host.text().strip():
            self.show_problem(InputProblem(
                tr("This is not a device."), hint=tr("Write a name or an address, and a port from 1 to 65535."),
            ))  # fmt: skip
            return
        self.chosen.emit(f"{found.host} {found.port} {found.address}".strip())
        self.accept()
