"""The rail at the left: mark, pages, and what the network side is doing."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.navigation import PLACES, Place
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.tokens import RADIUS_CONTROL, RAIL_ITEM, RAIL_NARROW, RAIL_WIDTH, Tone
from gui.widgets.controls import PaintedButton
from gui.widgets.surfaces import Ground
from gui.widgets.text import label, set_text, tip


class RailItem(PaintedButton):
    """One page in the rail, with a count that may be empty."""

    def __init__(self, look: Look, place: Place) -> None:
        super().__init__()
        self._look, self._place, self._count = look, place, ""
        self.setText(tr(place.title))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(RAIL_ITEM)
        self.setAccessibleName(tr(place.title))
        tip(self, tr(place.title))
        look.changed.connect(self.update)

    def set_count(self, count: int) -> None:
        """Show a count behind the name, and say it too."""
        self._count = str(count) if count else ""
        self.setAccessibleName(f"{self.text()}, {count}" if count else self.text())
        self.update()

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
            x = (self.width() - 18) / 2 if narrow else 11
            paint.draw_icon(painter, self._place.icon, colours.accent if checked else colours.text2, x, 9, 18)
            if not narrow:
                role, colour = ("body_strong", colours.text) if checked else ("body", colours.text2)
                paint.draw_text(painter, 40, 23, self.text(), role, colour)
                width = paint.metrics("small").horizontalAdvance(self._count)
                paint.draw_text(painter, self.width() - 12 - width, 23, self._count, "small", colours.text2)
            if self.shows_focus:
                paint.focus_ring(painter, self._look, QRectF(self.rect()), RADIUS_CONTROL)


class Logo(QWidget):
    """The mark and the name."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedHeight(40)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_mark(painter, QRectF(3, 5, 30, 30))
            if self.width() > 100:
                paint.draw_text(painter, 44, 26, "Dotlocal", "head", self._look.colours.text)


class Dot(QWidget):
    """A disc in its halo: green while listening."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.tone = Tone.MUTE
        self.setFixedSize(14, 14)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        colour = QColor(self._look.colours.tone(self.tone))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            halo = QColor(colour)
            halo.setAlphaF(0.22)
            painter.setBrush(halo)
            painter.drawEllipse(0, 0, 14, 14)
            painter.setBrush(colour)
            painter.drawEllipse(3, 3, 8, 8)


class Rail(Ground):
    """Emits `chosen` with a page's key."""

    chosen = Signal(str)
    theme_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__("rail")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 14, 12, 14)
        self._layout.setSpacing(2)
        self._layout.addWidget(Logo(look))
        self._layout.addSpacing(10)
        self._group = QButtonGroup(self)
        self.items: dict[str, RailItem] = {}
        for place in PLACES:
            item = RailItem(look, place)
            item.clicked.connect(self._tell)
            self._group.addButton(item)
            self._layout.addWidget(item)
            self.items[place.key] = item
        self._layout.addStretch(1)
        self._theme = RailItem(look, Place("theme", "Light or dark", "sun"))
        self._theme.setCheckable(False)
        self._theme.clicked.connect(self.theme_wanted)
        self._layout.addWidget(self._theme)
        self._layout.addSpacing(6)
        self._status, self._title, self._detail, self._dot = self._make_status(look)
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
        self._title.setVisible(not narrow)
        self._detail.setVisible(not narrow)

    def show_status(self, tone: Tone, title: str, detail: str) -> None:
        """Say what the network side is doing."""
        self._dot.tone = tone
        self._dot.update()
        set_text(self._title, title)
        set_text(self._detail, detail)
        tip(self._status, f"{title}\n{detail}")
        self._status.setAccessibleName(f"{title}, {detail}")

    def _tell(self) -> None:
        key = next(key for key, item in self.items.items() if item is self.sender())
        self.chosen.emit(key)

    @staticmethod
    def _make_status(look: Look) -> tuple[QFrame, QLabel, QLabel, Dot]:
        frame = QFrame()
        frame.setProperty("card", "true")
        frame.setFixedHeight(64)
        title, detail, dot = label("", "body_strong"), label("", "caption"), Dot(look)
        outer = QVBoxLayout(frame)
        outer.setContentsMargins(12, 10, 12, 10)
        outer.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(9)
        top.addWidget(dot)
        top.addWidget(title, 1)
        outer.addLayout(top)
        under = QHBoxLayout()
        under.addSpacing(23)
        under.addWidget(detail, 1)
        outer.addLayout(under)
        return frame, title, detail, dot
