"""Buttons, chips, tiles and fields."""

import sys

from PySide6.QtCore import QRectF, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.theme import icons, paint
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.theme.tokens import BUTTON, BUTTON_SMALL, CHIP, RADIUS_CARD
from gui.widgets.painted_button import PaintedButton
from gui.widgets.text import label, tip

_GAP = 6
_ICON_COLOURS = {"primary": "on_accent", "secondary": "text", "ghost": "text2", "danger": "text"}


class Button(QPushButton):
    """A push button with an icon that follows the theme. Kinds: primary, secondary, ghost, danger."""

    def __init__(
        self, look: Look, text: str, icon: str = "", kind: str = "secondary", *, small: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(text, parent)
        self._look, self._icon, self._kind = look, icon, kind
        self.setProperty("kind", kind)
        self.setFont(font("body_strong"))
        self.setFixedHeight(BUTTON_SMALL if small else BUTTON)
        self.setIconSize(QSize(16 + _GAP, 16))
        self.setAccessibleName(text)
        look.changed.connect(self._tint)
        self._tint()

    def set_kind(self, kind: str) -> None:
        """Change what the button looks like."""
        if kind != self._kind:
            self._kind = kind
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
            self._tint()

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        if icon != self._icon:
            self._icon = icon
            self._tint()

    def _tint(self) -> None:
        if self._icon:
            self.setIcon(icons.icon(self._icon, getattr(self._look.colours, _ICON_COLOURS[self._kind]), gap=_GAP))


class IconButton(QToolButton):
    """A square button that is an icon alone; its name is its tooltip and what a screen reader says."""

    def __init__(self, look: Look, icon: str, name: str, *, size: int = 30, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._icon = look, icon
        self.setFixedSize(size, size)
        self.setIconSize(QSize(16, 16))
        self.setAccessibleName(name)
        tip(self, name)
        look.changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        self.setIcon(icons.icon(self._icon, self._look.colours.text2))


class Chip(PaintedButton):
    """A filter that can be on, with an icon and a count."""

    def __init__(self, look: Look, text: str, icon: str = "", tone_colour: str = "text2") -> None:
        super().__init__()
        self._look, self._icon, self._tone_colour = look, icon, tone_colour
        self._count = 0
        self._text = text
        self.setText(text)
        self.setCheckable(True)
        self.setFixedHeight(CHIP)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self.update)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Show another count, in the picture and in the spoken name."""
        if count == self._count and self.accessibleName():
            return
        self._count = count
        self.setAccessibleName(f"{self._text}, {count}")
        self.setFixedWidth(self.sizeHint().width())
        self.update()

    def sizeHint(self) -> QSize:
        icon = 22 if self._icon else 0
        texts = paint.advance(self._text, "small_strong") + 8 + paint.advance(str(self._count), "small_strong")
        return QSize(int(12 + icon + texts + 12) + 1, CHIP)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            checked = self.isChecked()
            painter.setPen(QPen(QColor(colours.select_edge if checked else colours.border_strong), 1))
            ground = colours.select if checked else colours.hover if self.underMouse() else colours.surface
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(frame, CHIP / 2, CHIP / 2)
            inside = paint.Leading(painter, self.rect(), rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
            x = 12.0
            if self._icon:
                inside.icon(self._icon, colours.named(self._tone_colour), x, 8, 14, 2.0)
                x += 22
            x += inside.text(x, 19, self._text, "small_strong", colours.text, 400)
            count_colour = colours.accent if checked else colours.text3
            inside.text(x + 8, 19, str(self._count), "small_strong", count_colour, 80)
            if self.shows_focus:
                paint.focus_ring(painter, self._look, QRectF(self.rect()), CHIP / 2)


class ChoiceTile(PaintedButton):
    """A large square choice with a tick box; several may be ticked."""

    def __init__(self, look: Look, title: str, detail: str, icon: str) -> None:
        super().__init__()
        self._look, self._detail, self._icon = look, detail, icon
        self.setText(title)
        self.setCheckable(True)
        self.setFixedHeight(72)
        self.setMinimumWidth(150)
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        checked = self.isChecked()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.setPen(QPen(QColor(colours.accent if checked else colours.border_strong), 1.6 if checked else 1))
            painter.setBrush(QColor(colours.select if checked else colours.surface))
            painter.drawRoundedRect(frame, RADIUS_CARD, RADIUS_CARD)
            inside = paint.Leading(painter, self.rect(), rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
            inside.icon(self._icon, colours.accent if checked else colours.text2, 14, 14, 18)
            inside.text(40, 28, self.text(), "body_strong", colours.text, self.width() - 80)
            inside.text(14, 52, self._detail, "small", colours.text2, self.width() - 28)
            draw_tick(painter, self._look, QRectF(inside.x(self.width() - 31, 17), 14, 17, 17), ticked=checked)
            if self.shows_focus:
                paint.focus_ring(painter, self._look, QRectF(self.rect()), RADIUS_CARD)


class TickBox(PaintedButton):
    """A box that can be ticked, with its text beside it."""

    def __init__(self, look: Look, text: str) -> None:
        super().__init__()
        self._look = look
        self.setText(text)
        self.setCheckable(True)
        self.setFixedHeight(24)
        self.setAccessibleName(text)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        with QPainter(self) as painter:
            inside = paint.Leading(painter, self.rect(), rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
            box = QRectF(inside.x(1, 17), 3.5, 17, 17)
            draw_tick(painter, self._look, box, ticked=self.isChecked(), enabled=self.isEnabled())
            colour = colours.text if self.isEnabled() else colours.text3
            inside.text(28, 17, self.text(), "body_strong", colour, self.width() - 30)
            if self.shows_focus:
                paint.focus_ring(painter, self._look, QRectF(self.rect()), 6)


def draw_tick(painter: QPainter, look: Look, box: QRectF, *, ticked: bool, enabled: bool = True) -> None:
    """Draw a square tick box."""
    colours = look.colours
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if enabled:
        edge, ground = colours.accent if ticked else colours.text3, colours.accent if ticked else colours.surface
    else:
        edge = ground = colours.border
    painter.setPen(QPen(QColor(edge), 1.2))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(box, 5, 5)
    if ticked:
        mark = colours.on_accent if enabled else colours.text3
        paint.draw_icon(painter, "check", mark, box.x() + 2.5, box.y() + 2.5, 12, 3)


class SearchField(QLineEdit):
    """The search field with its icon and its key; offers ways to go on with what is typed."""

    completions_wanted = Signal(str)

    def __init__(self, look: Look, placeholder: str, name: str) -> None:
        super().__init__()
        self._look = look
        self._offered = QStringListModel(self)
        completer = QCompleter(self._offered, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setCompleter(completer)
        self.textEdited.connect(self.completions_wanted)
        self.setProperty("search", "true")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(200)
        self.setMaximumWidth(252)
        look.changed.connect(self.update)

    def offer(self, texts: tuple[str, ...]) -> None:
        """Offer whole texts below the field."""
        self._offered.setStringList(list(texts))

    def show_wrong(self, *, wrong: bool) -> None:
        """Mark what is typed as not understood."""
        if bool(self.property("wrong") == "true") != wrong:
            self.setProperty("wrong", "true" if wrong else "false")
            self.style().unpolish(self)
            self.style().polish(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colours = self._look.colours
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        with QPainter(self) as painter:
            edge = paint.Leading(painter, self.rect(), rtl=rtl)
            edge.icon("search", colours.text3, 10, (self.height() - 16) / 2, 16)
            if self.text() or self.hasFocus():
                return
            box = QRectF(8 if rtl else self.width() - 52, (self.height() - 18) / 2, 44, 18)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.border_strong), 1))
            painter.setBrush(QColor(colours.window))
            painter.drawRoundedRect(box, 4, 4)
            key = "⌘F" if sys.platform == "darwin" else "Ctrl F"
            width = paint.metrics("caption").horizontalAdvance(key)
            paint.draw_text(painter, box.center().x() - width / 2, box.y() + 13, key, "caption", colours.text2)


class Choice(QComboBox):
    """A drop-down list with our own arrow."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFont(font("body"))
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            edge = paint.Leading(painter, self.rect(), rtl=rtl)
            edge.icon("chevron-down", self._look.colours.text2, self.width() - 28, (self.height() - 16) / 2, 16)


class Field(QWidget):
    """A labelled input with a hint below it."""

    def __init__(self, title: str, control: QWidget, hint: str = "") -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        heading = label(title, "small_strong")
        heading.setBuddy(control)
        control.setAccessibleName(title)
        layout.addWidget(heading)
        layout.addWidget(control)
        self.hint = label(hint, "small", wrap=True)
        self.hint.setVisible(bool(hint))
        layout.addWidget(self.hint)
