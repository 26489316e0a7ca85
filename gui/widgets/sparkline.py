"""A small line of the last figures, one point a second; its newest and highest figure are its spoken name."""

from collections import deque

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.i18n import tr
from gui.theme import paint
from gui.theme.look import Look

POINTS = 120


class Sparkline(QWidget):
    """Draws figures that are added one after the other."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look, self._name = look, name
        self._figures: deque[float] = deque(maxlen=POINTS)
        self.setFixedHeight(44)
        self.setMinimumWidth(160)
        look.changed.connect(self.update)

    def add(self, figure: float) -> None:
        """Add the newest figure."""
        self._figures.append(figure)
        highest = tr("at most %1 in the last two minutes").replace("%1", f"{max(self._figures):.0f}")
        self.setAccessibleName(f"{self._name}: {figure:.0f}, {highest}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            base = self.height() - 3
            painter.setPen(QPen(paint.ink(colours.border), 1))
            painter.drawLine(0, base + 1, self.width(), base + 1)
            if len(self._figures) < 2:
                return
            top = max(*self._figures, 5.0)
            step = self.width() / (POINTS - 1)
            start = self.width() - step * (len(self._figures) - 1)
            points = [
                QPointF(start + number * step, base - figure / top * (self.height() - 8))
                for number, figure in enumerate(self._figures)
            ]
            outline = QPainterPath(points[0])
            for point in points[1:]:
                outline.lineTo(point)
            ground = QPainterPath(outline)
            ground.lineTo(points[-1].x(), base)
            ground.lineTo(points[0].x(), base)
            tint = self._look.colour("accent")
            tint.setAlphaF(0.14)
            painter.fillPath(ground, tint)
            painter.setPen(QPen(paint.ink(colours.accent), 1.6))
            painter.drawPath(outline)
            painter.setBrush(paint.ink(colours.accent))
            painter.drawEllipse(QRectF(points[-1].x() - 4, points[-1].y() - 2, 4, 4))
