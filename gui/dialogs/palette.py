"""The command palette: every action and every device, found as it is typed; Enter does it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QWidget

from gui.delegates.command_item import COMMAND, CommandDelegate
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.models.device_record import DeviceRecord
from gui.theme.fonts import font
from gui.theme.look import Look

Index = QModelIndex | QPersistentModelIndex
MOST, ROWS = 60, 9


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do. `kind` is a word such as "Go to"; `keys` are shown."""

    text: str
    detail: str
    icon: str
    keys: str
    call: Callable[[], None]

    @property
    def haystack(self) -> str:
        """Return what the words typed are looked for in."""
        return f"{self.text}\t{self.detail}".lower()


class CommandModel(QAbstractListModel):
    """The commands that fit what is typed, then the devices that do."""

    def __init__(
        self, commands: list[Command], records: Sequence[DeviceRecord], show: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._commands, self._records, self._show = commands, records, show
        self._fitting = commands[:MOST]

    def narrow(self, text: str) -> None:
        """Show only what holds every word; commands that begin with the text come first."""
        wanted = text.lower()
        words = wanted.split()
        fitting = [c for c in self._commands if all(word in c.haystack for word in words)]
        fitting.sort(key=lambda c: not c.haystack.startswith(wanted))
        self.beginResetModel()
        self._fitting = [*fitting, *self._devices(words, MOST - len(fitting))]
        self.endResetModel()

    def _devices(self, words: list[str], most: int) -> Iterator[Command]:
        """Yield what shows a device, for the first that fit."""
        found = (r for r in self._records if all(word in r.haystack for word in words))
        for record in islice(found, max(0, most)):
            yield Command(record.name, record.shown_host, record.icon, "", partial(self._show, record.host))

    def command(self, row: int) -> Command | None:
        """Return the command of a row."""
        return self._fitting[row] if 0 <= row < len(self._fitting) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._fitting)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        command = self.command(index.row())
        if command is None:
            return None
        if role == COMMAND:
            return (command.text, command.detail, command.icon, command.keys)
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return ", ".join(part for part in (command.text, command.detail) if part)
        return None


class Palette(Sheet):
    """Asks what to do; does it after it closed."""

    def __init__(
        self, look: Look, parent: QWidget, commands: list[Command], records: Sequence[DeviceRecord],
        show: Callable[[str], None],
    ) -> None:  # fmt: skip
        super().__init__(look, parent, "palette", tr("Commands"), tr("Actions and devices"), width=600)
        self._model = CommandModel(commands, records, show, self)
        self._chosen = False
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Type what to do, or a device"))
        self.search.setAccessibleName(tr("Search commands"))
        self.search.setFixedHeight(34)
        self.search.setFont(font("body"))
        self.list = QListView()
        self.list.setModel(self._model)
        self._delegate = CommandDelegate(look, self)
        self.list.setItemDelegate(self._delegate)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFixedHeight(self._delegate.HEIGHT * ROWS)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.search)
        self.body.addWidget(self.list)
        self.cancel.hide()
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._do_current)
        self.list.activated.connect(self._do_current)
        self.list.clicked.connect(self._do_current)
        self.search.installEventFilter(self)
        self._narrow("")
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
            if event.key() in step:
                self._move(step[Qt.Key(event.key())])
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        row = max(0, min(self._model.rowCount() - 1, self.list.currentIndex().row() + by))
        self.list.setCurrentIndex(self._model.index(row))

    def _narrow(self, text: str) -> None:
        self._model.narrow(text)
        self.list.setCurrentIndex(self._model.index(0))

    def _do_current(self) -> None:
        command = self._model.command(self.list.currentIndex().row())
        if command is not None and not self._chosen:
            self._chosen = True  # where one click activates, it does so beside being a click
            self.accept()
            command.call()
