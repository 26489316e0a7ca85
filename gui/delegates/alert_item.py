"""Paint an alert: a dot while unread, its icon, what it says, when; and the heading of a day."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.model.alert import Alert
from gui.i18n import time_text
from gui.messages import alert_detail
from gui.models.alert_model import ALERT, AlertModel, alert_look
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.paint import Leading
from gui.theme.tokens import ROW

HEADING = 34


class AlertDelegate(QStyledItemDelegate):
    """Draws alerts and days."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW if isinstance(index.data(ALERT), Alert) else HEADING)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row, rect = index.data(ALERT), QRect(option.rect)
        line = Leading(painter, rect, rtl=option.direction == Qt.LayoutDirection.RightToLeft)
        painter.save()
        if isinstance(row, Alert):
            self._alert(line, row, index.model(), option)
        else:
            line.text(16, 22, str(row), "small_strong", self._look.colours.text2, rect.width() - 32)
        paint.hairline(painter, self._look, rect)
        painter.restore()

    def _alert(self, line: Leading, alert: Alert, model: object, option: QStyleOptionViewItem) -> None:
        colours, painter, rect = self._look.colours, line.painter, line.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._look.colour("select"))
            line.fill(0, 3, self._look.colour("select_edge"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._look.colour("hover"))
        tone, icon = alert_look(alert.code)
        tile = QRectF(line.x(30, 34), rect.top() + 10, 34, 34)
        paint.draw_tile(painter, self._look, tile, icon, colours.tone(tone), colours.tint(tone))
        if not alert.read:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(paint.ink(colours.accent))
            painter.drawEllipse(QRectF(line.x(12, 8), rect.top() + 23, 8, 8))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        title = model.title(alert) if isinstance(model, AlertModel) else ""
        when = time_text(alert.at)
        wide = paint.advance(when, "small")
        width = int(rect.width() - 76 - wide - 32)
        role, colour = ("body", colours.text2) if alert.read else ("body_strong", colours.text)
        line.text(76, 23, title, role, colour, width)
        line.text(76, 41, alert_detail(alert), "small", colours.text2, rect.width() - 92)
        line.text(rect.width() - wide - 16, 23, when, "small", colours.text2, 80)
