"""The certificate path: a list that shows every node and link, and that a screen reader can read."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy

from core.events import ChainJudged
from gui.delegates.path_item import PathItemDelegate
from gui.i18n import tr
from gui.models.path_model import ITEM, PathItem, PathModel, build_path
from gui.theme.look import Look
from gui.theme.tokens import LINK, NODE
from gui.widgets.enter_key import open_by_enter


class ChainView(QListView):
    """Shows one judged chain; emits the certificate of a node that was opened."""

    opened = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._model = PathModel(self)
        self.setModel(self._model)
        self._delegate = PathItemDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Certificate path"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(self._tell)
        open_by_enter(self)
        look.changed.connect(self.viewport().update)

    def show_chain(self, judged: ChainJudged | None, device_icon: str = "cpu") -> None:
        """Show a chain, or nothing."""
        items = build_path(judged, device_icon) if judged is not None else ()
        self._model.show(items)
        self.setFixedHeight(sum(LINK if item.is_link else NODE for item in items) + 2)
        self.setVisible(bool(items))

    def items(self) -> tuple[PathItem, ...]:
        """Return what is shown."""
        return self._model.items()

    def _tell(self, index: QModelIndex) -> None:
        item = index.data(ITEM)
        if isinstance(item, PathItem) and item.certificate is not None:
            self.opened.emit(item.certificate)
