"""A page that scrolls: the area and the layout of what it scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout

from gui.widgets.ground import Ground


def make_scrolled(page: Ground, name: str) -> QVBoxLayout:
    """Put a scroll area on a page and return the layout of what it scrolls; `name` is what a screen reader says."""
    inside = Ground("window")
    layout = QVBoxLayout(inside)
    layout.setContentsMargins(32, 20, 32, 20)
    layout.setSpacing(12)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setAccessibleName(name)
    scroll.setWidget(inside)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll)
    return layout
