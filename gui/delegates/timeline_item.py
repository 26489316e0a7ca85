"""Paint one entry of a timeline: a dot on a line, words, a detail below, the time at the far edge."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.models.timeline_model import MOMENT, Moment
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.paint import Leading

LOW, HIGH = 28, 46
_TIME = 104


class TimelineDelegate(QStyledItemDelegate):
    """Draws moments."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        moment = index.data(MOMENT)
        return QSize(100, HIGH if isinstance(moment, Moment) and moment.detail else LOW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        moment = index.data(MOMENT)
        if not isinstance(moment, Moment):
            return
        rect: QRect = option.rect
        colours = self._look.colours
        line = Leading(painter, rect, rtl=option.direction == Qt.LayoutDirection.RightToLeft)
        painter.save()
        last = index.row() == index.model().rowCount() - 1
        middle, top = round(line.x(5, 1)), rect.top() if index.row() else rect.top() + 14
        bottom = rect.top() + 14 if last else rect.bottom() + 1
        painter.fillRect(QRect(middle, top, 1, bottom - top), self._look.colour("border_strong"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(paint.ink(colours.tone(moment.tone)))
        painter.drawEllipse(QRectF(middle - 3.5, rect.top() + 10.5, 8, 8))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        width = rect.width() - 24 - _TIME
        line.text(24, 19, moment.title, "body", colours.text, width)
        wide = paint.advance(moment.when, "small")
        line.text(rect.width() - wide - 2, 19, moment.when, "small", colours.text3, _TIME)
        line.text(24, 37, moment.detail, "mono_small", colours.text3, rect.width() - 28)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint.focus_ring(painter, self._look, QRectF(rect), 4)
        painter.restore()
