"""A plain area in one of the grounds of the theme."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


class Ground(QWidget):
    """A plain area in one of the grounds: window, rail, pane."""

    def __init__(self, ground: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", ground)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
