"""Column names over a table: sorted with a click, moved and resized with the mouse, all of it inside the width."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView

from gui.theme import paint
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.theme.paint import Leading
from gui.theme.tokens import HEADER


class FlatHeader(QHeaderView):
    """The column names, with an arrow on the sorted one."""

    menu_wanted = Signal(QPoint)

    def __init__(self, look: Look) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._look = look
        self.setFixedHeight(HEADER)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFont(font("small_strong"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_wanted)
        look.changed.connect(self.viewport().update)
        self.is_dragged = False
        """Whether a person holds the mouse on it now: then a new width is their wish, not ours."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.is_dragged = True
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.is_dragged = False

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  Qt's own name
        colours = self._look.colours
        painter.save()
        painter.fillRect(rect, self._look.colour("surface"))
        cell = Leading(painter, rect, rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        left = 16 if self.visualIndex(logicalIndex) == 0 else 12
        text = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal))
        sorted_here = self.isSortIndicatorShown() and self.sortIndicatorSection() == logicalIndex
        colour = colours.text if sorted_here else colours.text2
        wide = cell.text(left, 24, text, "small_strong", colour, rect.width() - left - (20 if sorted_here else 2))
        if sorted_here:
            ascending = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            cell.icon("arrow-up" if ascending else "arrow-down", colours.text, left + wide + 4, 13, 13)
        paint.hairline(painter, self._look, rect)
        painter.restore()


class FittingColumns:
    """Shares a table's width among its columns: none below its least, what a person chose kept where there is room."""

    def __init__(self, least: Sequence[int], shares: Sequence[int]) -> None:
        self._least, self._shares = tuple(least), tuple(shares)
        self.chosen: dict[int, int] = {}

    def widths(self, shown: Sequence[int], width: int, held: int = -1) -> dict[int, int]:
        """Return the width of each shown column; `held` is one whose width shall not change now. Pixels."""
        wanted = {column: max(self._least[column], self.chosen.get(column, 0)) for column in shown}
        free = width - sum(wanted.values())
        movable = [column for column in shown if column != held]
        if free < 0:
            give = {column: wanted[column] - self._least[column] for column in movable}
            total = sum(give.values())
            for column in movable:
                wanted[column] -= min(give[column], give[column] * -free // total) if total else 0
        elif movable:
            movable = [column for column in movable if column not in self.chosen] or movable
            total = sum(self._shares[column] for column in movable)
            for column in movable:
                wanted[column] += free * self._shares[column] // total
        left = width - sum(wanted.values())
        if movable and 0 < left < len(shown) * 2:
            wanted[movable[-1]] += left  # what the divisions left over
        return wanted
