"""Dotlocal's mark: in the rail, on the title bar, in the tray, and as the icon of the installed program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen

from gui.theme.tokens import MARK_GRADIENT

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon, QImage

SIZES = (16, 22, 32, 48, 64, 128, 256)


def mark_icon() -> QIcon:
    """Return the mark as an icon."""
    from PySide6.QtGui import QIcon, QPixmap  # here, as the next: the first paint needs neither

    made = QIcon()
    for size in SIZES:
        made.addPixmap(QPixmap.fromImage(mark_picture(size)))
    return made


def mark_picture(size: int) -> QImage:
    """Return the mark as a square picture of `size` pixels, transparent around it."""
    from PySide6.QtGui import QImage

    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        draw_mark(painter, QRectF(0, 0, size, size))
    return picture


def draw_mark(painter: QPainter, rect: QRectF) -> None:
    """Draw Dotlocal's mark: a dot that announces itself, on a blue tile."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    gradient = QLinearGradient(rect.topLeft(), rect.bottomRight())
    gradient.setColorAt(0, QColor(MARK_GRADIENT[0]))
    gradient.setColorAt(1, QColor(MARK_GRADIENT[1]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    unit = rect.width() / 30
    painter.drawRoundedRect(rect, 8 * unit, 8 * unit)
    origin = QPointF(rect.x() + 9 * unit, rect.y() + 21 * unit)
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawEllipse(origin, 3.2 * unit, 3.2 * unit)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for radius, strength in ((8.2, 255), (13.6, 170)):
        pen = QPen(QColor(255, 255, 255, strength), 2.4 * unit)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        size = radius * unit
        arc = QPainterPath()
        box = QRectF(origin.x() - size, origin.y() - size, 2 * size, 2 * size)
        arc.arcMoveTo(box, 0)
        arc.arcTo(box, 0, 90)
        painter.drawPath(arc)
