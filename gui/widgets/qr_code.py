"""A QR code, painted black on white in every theme: cameras need the contrast and the quiet zone."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

SIDE, QUIET = 232, 4


class QrCode(QWidget):
    """Shows one text as a QR code; its accessible name is the text."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(SIDE, SIDE)
        self._rows: tuple[tuple[bool, ...], ...] = ()

    def show_text(self, text: str) -> None:
        """Show another text."""
        import segno

        self._rows = tuple(tuple(bool(cell) for cell in row) for row in segno.make(text, error="m").matrix)
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        cell = SIDE / (len(self._rows) + 2 * QUIET)
        black = QColor("black")
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor("white"))
            for y, row in enumerate(self._rows):
                for x, dark in enumerate(row):
                    if dark:
                        painter.fillRect(QRectF((x + QUIET) * cell, (y + QUIET) * cell, cell + 0.4, cell + 0.4), black)
