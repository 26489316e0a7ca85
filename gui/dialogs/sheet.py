"""The base of every dialog: a sheet over a scrim with a title, content and buttons; Esc cancels."""

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from core.errors import DotlocalError
from gui.i18n import tr
from gui.messages import problem_text, problem_title
from gui.theme.look import Look
from gui.theme.tokens import RADIUS_DIALOG, Tone
from gui.widgets.controls import Button, IconButton
from gui.widgets.surfaces import Banner, Scrim
from gui.widgets.text import label

SIDE, AROUND, LEAST_BODY = 28, 16, 160


class Sheet(QDialog):
    """A dialog with a title, a subtitle, `body` for content, a banner for problems, and `footer` for buttons."""

    def __init__(self, look: Look, parent: QWidget, name: str, title: str, subtitle: str, *, width: int = 700) -> None:
        super().__init__(parent)
        self.look = look
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setModal(True)
        self._frame = frame = QFrame()
        frame.setProperty("dialog", "true")
        frame.setFixedWidth(width)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(SIDE, 24, SIDE, 22)
        layout.setSpacing(14)
        layout.addLayout(self._make_head(title, subtitle))
        content = QWidget()
        self._content = QVBoxLayout(content)
        self._content.setContentsMargins(2, 2, 2, 2)
        self.body = QVBoxLayout()
        self.body.setSpacing(14)
        self._content.addLayout(self.body)
        self._content.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setAccessibleName(title)
        self._scroll.setWidget(content)
        layout.addWidget(self._scroll)
        self.problem = Banner(look, Tone.BAD, "circle-alert")
        self.problem.hide()
        layout.addWidget(self.problem)
        self.footer = QHBoxLayout()
        self.footer.setSpacing(8)
        self.footer.addStretch(1)
        self.cancel = Button(look, tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.footer.addWidget(self.cancel)
        layout.addSpacing(6)
        layout.addLayout(self.footer)
        self._scrim: Scrim | None = None
        self._busy = False

    def _make_head(self, title: str, subtitle: str) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(title, "title"))
        self.subtitle = label(subtitle, "body2", wrap=True)
        texts.addWidget(self.subtitle)
        self._close = close = IconButton(self.look, "x", tr("Close"))
        close.clicked.connect(self.reject)
        head = QHBoxLayout()
        head.addLayout(texts, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the corners off: a screen without a compositor paints what is transparent black."""
        super().resizeEvent(event)
        if QGuiApplication.platformName() != "xcb":
            return  # elsewhere there is always a compositor
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), RADIUS_DIALOG, RADIUS_DIALOG)
        self.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def present(self) -> None:
        """Open the sheet in the middle of its window, over a scrim."""
        window = self.parentWidget()
        if window is not None:
            self._scrim = Scrim(self.look, window)
        self.open()
        if self.focusWidget() in {None, self._close}:
            self.cancel.setFocus()
        self.place()

    def place(self) -> None:
        """Take the size of the content and stay in the middle of the window.

        Once now, and once when what is new has got its fonts and sizes.
        """
        self._fit()
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        window = self.parentWidget()
        layout = self._frame.layout()
        self._content.activate()
        inner = self._frame.width() - 2 * SIDE
        wanted = _height_of(self._content, inner) if self.body.count() else 0
        self._scroll.setVisible(bool(self.body.count()))
        self._scroll.setFixedHeight(wanted)
        if layout is not None:
            layout.activate()
            height = _height_of(layout, self._frame.width())
            most = window.height() - 2 * AROUND if window is not None else height
            fits = height <= most
            bar = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
            self._scroll.setVerticalScrollBarPolicy(bar)
            if not fits:
                self._scroll.setFixedHeight(max(LEAST_BODY, wanted - (height - most)))
                layout.activate()
                height = _height_of(layout, self._frame.width())
            self._frame.setFixedHeight(height)
        self.adjustSize()
        if window is not None:
            centre = window.mapToGlobal(window.rect().center())
            self.move(centre.x() - self.width() // 2, max(0, centre.y() - self.height() // 2))

    def show_problem(self, problem: DotlocalError) -> None:
        """Say what happened and what to do next; the sheet stays open with everything typed."""
        self.problem.show_state(Tone.BAD, "circle-alert", problem_title(problem), problem_text(problem))
        self.problem.show()
        self.place()

    def set_busy(self, *, busy: bool) -> None:
        """Keep the sheet open while work runs, so that its outcome has somewhere to go."""
        self._busy = busy
        self.cancel.setEnabled(not busy)
        self._close.setEnabled(not busy)

    def reject(self) -> None:
        if not self._busy:
            super().reject()

    def clear_problem(self) -> None:
        """Take the banner away."""
        if self.problem.isVisible():
            self.problem.hide()
            self.place()

    def done(self, result: int) -> None:
        if self._scrim is not None:
            self._scrim.deleteLater()
            self._scrim = None
        super().done(result)


def _height_of(layout: QLayout, width: int) -> int:
    """Return the height that a layout needs at a width, whether or not its height depends on it."""
    return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()


def clear_layout(layout: QLayout) -> None:
    """Remove every widget and layout of a layout, however deep."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear_layout(inner)
