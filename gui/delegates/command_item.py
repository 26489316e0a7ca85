"""Paint one entry of the command palette: icon, words, detail, keys."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import paint
from gui.theme.look import Look
from gui.theme.paint import Leading

COMMAND = int(Qt.ItemDataRole.UserRole) + 1
"""The role of (text, detail, icon, keys)."""


class CommandDelegate(QStyledItemDelegate):
    """Draws commands."""

    HEIGHT = 38

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, self.HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        text, detail, icon, keys = index.data(COMMAND)
        colours, rect = self._look.colours, option.rect
        line = Leading(painter, rect, rtl=option.direction == Qt.LayoutDirection.RightToLeft)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._look.colour("select"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._look.colour("hover"))
        line.icon(icon, colours.text2, 10, 10, 18)
        wide = paint.advance(keys, "caption")
        line.text(rect.width() - wide - 14, 24, keys, "caption", colours.text2, 120)
        width = int(rect.width() - 40 - wide - 30)
        used = line.text(40, 24, text, "body_strong", colours.text, width)
        line.text(40 + used + 10, 24, detail, "small", colours.text2, max(1, int(width - used - 10)))
        painter.restore()
