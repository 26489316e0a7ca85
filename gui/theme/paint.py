"""Painting pieces that delegates and widgets share: pills, icons, cards, text on one line."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.theme import icons
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.theme.tokens import PILL, Tone


@lru_cache(maxsize=64)
def metrics(role: str) -> QFontMetricsF:
    """Return the metrics of a text role."""
    return QFontMetricsF(font(role))


@lru_cache(maxsize=20_000)
def elided(text: str, role: str, width: int, middle: bool = False) -> str:
    """Return `text` cut to `width` px with "…"; kept, since cutting at each paint is dear."""
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    return metrics(role).elidedText(text, mode, width)


def draw_text(
    painter: QPainter, x: float, baseline: float, text: str, role: str, colour: QColor | str, width: int = 0
) -> float:
    """Draw one line of text and return its width; cut to `width` if one is given."""
    shown = elided(text, role, width) if width else text
    painter.setFont(font(role))
    painter.setPen(ink(colour) if isinstance(colour, str) else colour)
    painter.drawText(QPointF(x, baseline), shown)
    return advance(shown, role)


@lru_cache(maxsize=256)
def ink(colour: str) -> QColor:
    """Return a colour by its hex value."""
    return QColor(colour)


@lru_cache(maxsize=20_000)
def advance(text: str, role: str) -> float:
    """Return how wide one line of text is."""
    return metrics(role).horizontalAdvance(text)


class Leading:
    """Draws inside a rectangle from the edge where reading begins: left, or right where the language says so."""

    def __init__(self, painter: QPainter, rect: QRect, *, rtl: bool) -> None:
        self.painter, self.rect, self.rtl = painter, rect, rtl

    def x(self, offset: float, width: float) -> float:
        """Return where something of a width begins that stands `offset` px from the leading edge."""
        return self.rect.right() + 1 - offset - width if self.rtl else self.rect.left() + offset

    def text(self, offset: float, baseline: float, text: str, role: str, colour: str, width: int) -> float:
        """Draw one line cut to a width; return its own width."""
        if not text:
            return 0.0
        shown = elided(text, role, max(1, width))
        wide = advance(shown, role)
        draw_text(self.painter, self.x(offset, wide), self.rect.top() + baseline, shown, role, colour)
        return wide

    def icon(self, name: str, colour: str, offset: float, y: float, size: int, stroke: float = 1.75) -> None:
        """Draw an icon."""
        draw_icon(self.painter, name, colour, self.x(offset, size), self.rect.top() + y, size, stroke)

    def fill(self, offset: float, width: int, colour: QColor) -> None:
        """Fill a column as high as the rectangle."""
        self.painter.fillRect(QRect(round(self.x(offset, width)), self.rect.top(), width, self.rect.height()), colour)


def draw_icon(painter: QPainter, name: str, colour: str, x: float, y: float, size: int, stroke: float = 1.75) -> None:
    """Draw an icon with its top-left corner at x, y."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(x, y), icons.pixmap(name, colour, size, ratio, stroke))


def pill_width(text: str) -> int:
    """Return the width that a pill needs for its text."""
    return int(28 + advance(text, "small_strong") + 10)


def draw_pill(
    painter: QPainter,
    look: Look,
    x: float,
    y: float,
    tone: Tone,
    icon: str,
    text: str,
    width: int = 0,
    *,
    rtl: bool = False,
) -> None:
    """Draw a verdict pill: tint, icon, word. With `rtl`, x is its right edge."""
    full = pill_width(text)
    used = min(full, width) if width else full
    colours = look.colours
    x = x - used if rtl else x
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(colours.tint(tone)))
    painter.drawRoundedRect(QRectF(x, y, used, PILL), PILL / 2, PILL / 2)
    inside = Leading(painter, QRect(round(x), round(y), used, PILL), rtl=rtl)
    inside.icon(icon, colours.tone(tone), 8, 5, 14, 2.1)
    inside.text(28, 16, text, "small_strong", colours.tone(tone), used - 34 if used < full else used)


def draw_tile(painter: QPainter, look: Look, rect: QRectF, icon: str, colour: str, ground: str, size: int = 18) -> None:
    """Draw a rounded square with an icon in its middle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.colour("border"), 1))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 9, 9)
    offset = (rect.width() - size) / 2
    draw_icon(painter, icon, colour, rect.x() + offset, rect.y() + offset, size)


def hairline(painter: QPainter, look: Look, rect: QRect) -> None:
    """Draw a crisp line of one pixel at the bottom of a rectangle."""
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look.colour("border"))


def focus_ring(painter: QPainter, look: Look, rect: QRectF, radius: float) -> None:
    """Draw the ring that shows where the keyboard is."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.colour("accent"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)
