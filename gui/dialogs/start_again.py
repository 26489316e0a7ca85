"""Offer to start the program that was installed while this one ran."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.theme.look import Look
from gui.widgets.controls import Button


class StartAgainSheet(Sheet):
    """Says what happened and what to do; emits `wanted`."""

    wanted = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        said = tr("This window is still the one from before, and some of its parts are gone. Start it again to go on.")
        super().__init__(look, parent, "start-again", tr("Dotlocal was updated"), said, width=520)
        self.cancel.setText(tr("Later"))
        self.cancel.setAccessibleName(tr("Later"))
        start = Button(look, tr("Start again"), kind="primary")
        start.clicked.connect(self.wanted)
        start.clicked.connect(self.accept)
        self.footer.addWidget(start)
