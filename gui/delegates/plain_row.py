"""Paint the cells of a plain table: one line of text each, hairlines between rows."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import paint
from gui.theme.look import Look
from gui.theme.paint import Leading

HEIGHT = 40


class PlainRowDelegate(QStyledItemDelegate):
    """Draws text cells; `mono` columns take the mono face."""

    def __init__(self, look: Look, parent: QObject, mono: frozenset[int] = frozenset()) -> None:
        super().__init__(parent)
        self._look, self._mono = look, mono

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, self._look.colour("select"))
        first = index.column() == 0
        role = "mono" if index.column() in self._mono else "body_strong" if first else "body"
        colour = self._look.colours.text if first else self._look.colours.text2
        left = 16 if first else 12
        text = str(index.data() or "")
        cell = Leading(painter, rect, rtl=option.direction == Qt.LayoutDirection.RightToLeft)
        cell.text(left, 25, text, role, colour, rect.width() - left - 8)
        paint.hairline(painter, self._look, rect)
