"""Grounds, cards, banners, lines, the scrim, and the toast that tells of a copy."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.model.text import display
from gui.i18n import tr
from gui.theme import icons, paint
from gui.theme.look import Look
from gui.theme.tokens import SCRIM, Tone
from gui.widgets.flow import Flow
from gui.widgets.text import label, set_text, set_tone

TOAST_MS, UNDO_MS = 1800, 8000


def card() -> QFrame:
    """Return a framed surface."""
    made = QFrame()
    made.setProperty("card", "true")
    return made


def line() -> QFrame:
    """Return a hairline."""
    made = QFrame()
    made.setProperty("line", "true")
    made.setFixedHeight(1)
    return made


class IconLabel(QLabel):
    """An icon as a label, in the colour of a tone or of the text."""

    def __init__(self, look: Look, icon: str, size: int, colour: str = "text2", tone: Tone | None = None) -> None:
        super().__init__()
        self._look, self._icon, self._size, self._colour, self._tone = look, icon, size, colour, tone
        self.setFixedSize(size, size)
        look.changed.connect(self._draw)
        self._draw()

    def show_icon(self, icon: str, tone: Tone | None) -> None:
        """Show another icon in the colour of a tone."""
        self._icon, self._tone = icon, tone
        self._draw()

    def _draw(self) -> None:
        colours = self._look.colours
        colour = colours.tone(self._tone) if self._tone is not None else getattr(colours, self._colour)
        self.setPixmap(icons.pixmap(self._icon, colour, self._size, self.devicePixelRatioF()))


class Tile(QWidget):
    """A rounded square with an icon: what a device, a root or a store is."""

    def __init__(self, look: Look, icon: str, side: int, icon_size: int, tone: Tone | None = None) -> None:
        super().__init__()
        self._look, self._icon, self._icon_size, self._tone = look, icon, icon_size, tone
        self.setFixedSize(side, side)
        look.changed.connect(self.update)

    def show_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon = icon
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        ground = colours.tint(self._tone) if self._tone else colours.raised if colours.dark else colours.window
        colour = colours.tone(self._tone) if self._tone else colours.text2
        with QPainter(self) as painter:
            paint.draw_tile(painter, self._look, QRectF(self.rect()), self._icon, colour, ground, self._icon_size)


class Banner(QFrame):
    """A tinted box: an icon, a title, a sentence, and room for buttons below it, or beside it."""

    def __init__(
        self, look: Look, tone: Tone, icon: str, title: str = "", text: str = "", *, beside: bool = False
    ) -> None:
        super().__init__()
        self._beside = beside
        self._icon = IconLabel(look, icon, 20, tone=tone)
        self.title = label(title, "body_strong")
        self.text = label(text, "small", wrap=True)
        self.title.setWordWrap(True)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.title)
        texts.addWidget(self.text)
        self.buttons: QLayout = QHBoxLayout() if beside else Flow()
        self.buttons.setSpacing(8)
        self.buttons.setContentsMargins(0, 0, 0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 13, 14, 14)
        layout.setSpacing(14)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        if beside:
            layout.setContentsMargins(16, 9, 12, 9)
            layout.addLayout(self.buttons)
        else:
            texts.addLayout(self.buttons)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.show_state(tone, icon, title, text)

    def add_button(self, button: QWidget) -> None:
        """Put a button below, or beside, the sentence."""
        self.buttons.addWidget(button)
        if not self._beside:
            self.buttons.setContentsMargins(0, 8, 0, 0)

    def show_state(self, tone: Tone, icon: str, title: str, text: str) -> None:
        """Show another state in place."""
        set_text(self.title, title)
        set_text(self.text, text)
        set_tone(self.title, tone.value)
        self._icon.show_icon(icon, tone)
        self.text.setVisible(bool(text))
        if self.property("banner") != tone.value:
            self.setProperty("banner", tone.value)
            self.style().unpolish(self)
            self.style().polish(self)


class Scrim(QWidget):
    """Darkens the window behind a dialog and follows its size."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        colour = QColor(SCRIM)
        colour.setAlpha(self._look.colours.scrim_alpha)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), colour)


class Toast(QFrame):
    """Says briefly what happened, at the bottom of the window, with a way back where there is one.

    Never takes the focus.
    """

    undo_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("card", "true")
        self._text = label("", "small_strong")
        self._undo = QPushButton(tr("Undo"))
        self._undo.setProperty("kind", "ghost")
        self._undo.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._undo.setAccessibleName(tr("Undo"))
        self._undo.clicked.connect(self._want_undo)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.addWidget(self._text)
        layout.addWidget(self._undo)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def _want_undo(self) -> None:
        self.hide()
        self.undo_wanted.emit()

    def tell(self, text: str, *, undo: bool = False) -> None:
        """Show a short text for a moment."""
        set_text(self._text, display(text, 160))
        self._undo.setVisible(undo)
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 24)
        self.show()
        self.raise_()
        self._timer.start(UNDO_MS if undo else TOAST_MS)
