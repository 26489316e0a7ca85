"""The rail at the left: mark, pages, and what the network side is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.navigation import AT_THE_BOTTOM, PLACES, Place
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.mark import draw_mark
from gui.theme.tokens import RADIUS_CARD, RADIUS_CONTROL, RAIL_ITEM, RAIL_NARROW, RAIL_WIDTH, Tone
from gui.widgets.ground import Ground
from gui.widgets.painted_button import PaintedButton
from gui.widgets.text import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QPaintEvent


class RailItem(PaintedButton):
    """One page in the rail, with a count that may be empty."""

    def __init__(self, look: Look, place: Place) -> None:
        super().__init__()
        self._look, self._place, self._count, self._badge = look, place, "", False
        self.setText(tr(place.title))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(RAIL_ITEM)
        self.setAccessibleName(tr(place.title))
        look.changed.connect(self.update)

    def set_count(self, count: int, *, badge: bool = False) -> None:
        """Show a count behind the name, or as a badge that asks to be looked at, and say it too."""
        self._count, self._badge = (str(count) if count < 1000 or not badge else "999+") if count else "", badge
        spoken = tr("%1 unread").replace("%1", str(count)) if badge else str(count)
        self.setAccessibleName(f"{self.text()}, {spoken}" if count else self.text())
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        tip(self, self.text())
        super().enterEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(RAIL_WIDTH - 24, RAIL_ITEM)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            checked = self.isChecked()
            if checked:
                painter.setPen(QPen(QColor(colours.border), 1))
                painter.setBrush(QColor(colours.raised if colours.dark else colours.surface))
                painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
            elif self.underMouse():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.border))
                painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
            narrow = self.width() < 100
            inside = paint.Leading(painter, self.rect(), rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
            offset = (self.width() - 18) / 2 if narrow else 11
            inside.icon(self._place.icon, colours.accent if checked else colours.text2, offset, 9, 18)
            if not narrow:
                role, colour = ("body_strong", colours.text) if checked else ("body", colours.text2)
                inside.text(40, 23, self.text(), role, colour, self.width() - 80)
            self._paint_count(inside, narrow=narrow)
            if self.shows_focus:
                paint.focus_ring(painter, self._look, QRectF(self.rect()), RADIUS_CONTROL)

    def _paint_count(self, inside: paint.Leading, *, narrow: bool) -> None:
        if not self._count:
            return
        colours = self._look.colours
        wide = paint.advance(self._count, "small_strong" if self._badge else "small")
        if self._badge:
            side = max(20.0, wide + 12)
            x = inside.x(self.width() - (side if narrow else side + 8), side)
            inside.painter.setPen(Qt.PenStyle.NoPen)
            inside.painter.setBrush(paint.ink(colours.tone(Tone.BAD)))
            inside.painter.drawRoundedRect(QRectF(x, 0 if narrow else 8, side, 20), 10, 10)
            offset = self.width() - (side if narrow else side + 8) + (side - wide) / 2
            inside.text(offset, 14 if narrow else 22, self._count, "small_strong", colours.on_bad, 60)
        elif not narrow:
            inside.text(self.width() - 12 - wide, 23, self._count, "small", colours.text2, 60)


class Logo(QWidget):
    """The mark and the name."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedHeight(40)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            inside = paint.Leading(painter, self.rect(), rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
            draw_mark(painter, QRectF(inside.x(3, 30), 5, 30, 30))
            if self.width() > 100:
                inside.text(44, 26, "Dotlocal", "head", self._look.colours.text, 140)


class StatusCard(PaintedButton):
    """What the network side is doing; a click leads to Network health."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._tone, self._title, self._detail = Tone.MUTE, "", ""
        self.setFixedHeight(64)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self.update)

    def show_status(self, tone: Tone, title: str, detail: str) -> None:
        """Show another state; nothing happens if it is the same."""
        if (tone, title, detail) != (self._tone, self._title, self._detail):
            self._tone, self._title, self._detail = tone, title, detail
            self.setAccessibleName(", ".join(part for part in (title, detail) if part))
            self.setAccessibleDescription(tr("Opens Network health"))
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        tip(self, f"{self._title}\n{self._detail}")
        super().enterEvent(event)

    @property
    def text_shown(self) -> str:
        """Return title and detail."""
        return f"{self._title}, {self._detail}"

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.setBrush(QColor(colours.hover if self.underMouse() else colours.surface))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
            inside = paint.Leading(painter, self.rect(), rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
            narrow = self.width() < 100
            top = 25 if narrow else 14
            x = inside.x((self.width() - 14) / 2 if narrow else 12, 14)
            halo = QColor(colours.tone(self._tone))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(paint.ink(colours.tone(self._tone)))
            painter.drawEllipse(QRectF(x + 3, top + 3, 8, 8))
            halo.setAlphaF(0.22)
            painter.setBrush(halo)
            painter.drawEllipse(QRectF(x, top, 14, 14))
            if not narrow:
                inside.text(35, 26, self._title, "body_strong", colours.text, self.width() - 44)
                inside.text(35, 46, self._detail, "caption", colours.text3, self.width() - 44)
            if self.shows_focus:
                paint.focus_ring(painter, self._look, QRectF(self.rect()), RADIUS_CARD)


class Rail(Ground):
    """Emits `chosen` with a page's key."""

    chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__("rail")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 14, 12, 14)
        self._layout.setSpacing(2)
        self._layout.addWidget(Logo(look))
        self._layout.addSpacing(10)
        self._group = QButtonGroup(self)
        self.items: dict[str, RailItem] = {}
        for place in sorted(PLACES, key=lambda place: place.key in AT_THE_BOTTOM):
            if place.key in AT_THE_BOTTOM:
                self._layout.addStretch(1)
            item = RailItem(look, place)
            item.clicked.connect(self._tell)
            self._group.addButton(item)
            self._layout.addWidget(item)
            self.items[place.key] = item
        self._layout.addSpacing(6)
        self._status = StatusCard(look)
        self._status.clicked.connect(self._tell_health)
        self._layout.addWidget(self._status)
        self.set_narrow(narrow=False)

    def choose(self, key: str) -> None:
        """Mark a page as the one shown."""
        self.items[key].setChecked(True)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show icons alone where the window is narrow."""
        self.setFixedWidth(RAIL_NARROW if narrow else RAIL_WIDTH)
        margin = 8 if narrow else 12
        self._layout.setContentsMargins(margin, 14, margin, 14)

    def show_status(self, tone: Tone, title: str, detail: str) -> None:
        """Say what the network side is doing."""
        self._status.show_status(tone, title, detail)

    def _tell_health(self) -> None:
        self.chosen.emit("health")

    def _tell(self) -> None:
        key = next(key for key, item in self.items.items() if item is self.sender())
        self.chosen.emit(key)
