"""A timeline: entries on a line, newest first, as a list that can be walked with the keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy

from gui.delegates.timeline_item import HIGH, LOW, TimelineDelegate
from gui.models.timeline_model import Moment, TimelineModel
from gui.theme.look import Look


class Timeline(QListView):
    """Shows moments, as high as they need."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._model = TimelineModel(self)
        self.setModel(self._model)
        self._delegate = TimelineDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.viewport().update)

    def show_moments(self, moments: tuple[Moment, ...]) -> None:
        """Show a timeline, or nothing."""
        self._model.show(moments)
        self.setFixedHeight(sum(HIGH if moment.detail else LOW for moment in moments) + 2)
        self.setVisible(bool(moments))

    def moments(self) -> tuple[Moment, ...]:
        """Return what is shown."""
        return self._model.moments()
