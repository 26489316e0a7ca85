"""Paint the certificate path: framed nodes, and on the line between them what was verified."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.models.path_model import ITEM, PathItem
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.paint import Leading
from gui.theme.tokens import LINK, NODE, PILL, RADIUS_CARD, Tone

_LINE_X, _TEXT_X = 29, 58
_BADGE_ICONS = {Tone.OK: "check", Tone.WARN: "shield-alert", Tone.BAD: "shield-x", Tone.INFO: "info", Tone.MUTE: "info"}


class PathItemDelegate(QStyledItemDelegate):
    """Draws one node or one link."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        item = index.data(ITEM)
        return QSize(100, LINK if isinstance(item, PathItem) and item.is_link else NODE)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item = index.data(ITEM)
        if not isinstance(item, PathItem):
            return
        rect: QRect = option.rect
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = Leading(painter, rect, rtl=option.direction == Qt.LayoutDirection.RightToLeft)
        if item.is_link:
            self._link(line, item)
        else:
            self._node(line, item)
        if focused:
            paint.focus_ring(painter, self._look, QRectF(rect), RADIUS_CARD)
        painter.restore()

    def _link(self, line: Leading, item: PathItem) -> None:
        colours, painter, rect = self._look.colours, line.painter, line.rect
        colour = QColor(colours.tone(item.tone))
        x, middle = line.x(_LINE_X, 0), rect.top() + rect.height() / 2
        pen = QPen(colour, 2)
        if item.dashed:
            pen.setDashPattern([1.5, 2])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom() + 1))
        painter.setPen(QPen(QColor(colours.surface), 3))
        painter.setBrush(QColor(colours.tint(item.tone)))
        painter.drawEllipse(QPointF(x, middle), 11, 11)
        paint.draw_icon(painter, item.icon, colours.tone(item.tone), x - 6, middle - 6, 12, 2.6)
        text_colour = colours.tone(item.tone) if item.tone is not Tone.OK else colours.text2
        self._two_lines(line, item.title, item.detail, text_colour, colours.text2)

    @staticmethod
    def _two_lines(line: Leading, text: str, mend: str, colour: str, mend_colour: str) -> None:
        """Draw a sentence on one line with what mends it below, or the sentence on two lines where it is longer."""
        width, middle = line.rect.width() - _TEXT_X, line.rect.height() // 2
        if paint.advance(text, "small") <= width:
            line.text(_TEXT_X, middle + (-4 if mend else 4), text, "small", colour, width)
            line.text(_TEXT_X, middle + 12, mend, "caption", mend_colour, width)
            return
        words, first = text.split(" "), ""
        while words and paint.advance(f"{first} {words[0]}".strip(), "small") <= width:
            first = f"{first} {words.pop(0)}".strip()
        line.text(_TEXT_X, middle - 4, first or text, "small", colour, width)
        if first and words:
            line.text(_TEXT_X, middle + 12, " ".join(words), "small", colour, width)

    def _node(self, line: Leading, item: PathItem) -> None:
        colours, painter, rect = self._look.colours, line.painter, line.rect
        in_trouble = item.tone in {Tone.WARN, Tone.BAD} and not item.dashed
        pen = QPen(QColor(colours.tone(item.tone) if in_trouble else colours.border_strong), 1.2)
        if item.dashed:
            pen.setDashPattern([4, 3])
        frame = QRectF(rect).adjusted(0.6, 0.6, -0.6, -0.6)
        painter.setPen(pen)
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(frame, RADIUS_CARD, RADIUS_CARD)
        tile = QRectF(line.x(12, 34), rect.top() + 12, 34, 34)
        tinted = Tone.OK if item.is_device and item.tone is Tone.OK else Tone.MUTE if item.dashed else Tone.INFO
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.tint(tinted)))
        painter.drawRoundedRect(tile, 9, 9)
        paint.draw_icon(painter, item.icon, colours.tone(tinted), tile.x() + 8, tile.y() + 8, 18)
        badge = paint.pill_width(item.badge) if item.badge else 0
        width = rect.width() - _TEXT_X - 12 - (badge + 8 if badge else 0)
        line.text(_TEXT_X, 25, item.title, "body_strong", colours.text, width)
        line.text(_TEXT_X, 43, item.detail, "small", colours.text2, width)
        if badge:
            edge, y = line.x(rect.width() - 12 - badge, 0), rect.top() + (NODE - PILL) / 2
            icon = _BADGE_ICONS[item.tone]
            paint.draw_pill(painter, self._look, edge, y, item.tone, icon, item.badge, rtl=line.rtl)
