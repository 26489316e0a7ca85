"""What a person does with devices, the same from menus, keys and the palette; what can be undone is."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import DotlocalError
from core.model.device_notes import DeviceNotes
from core.model.text import display
from gui.bridge import Bridge
from gui.dialogs.rename import RenameDialog
from gui.i18n import counted, tr
from gui.messages import problem_text
from gui.models.device_export import FORMATS
from gui.models.device_model import DeviceModel
from gui.models.device_record import DeviceRecord
from gui.theme.look import Look
from gui.widgets.surfaces import Toast

MOST_UNDONE = 50


@dataclass(frozen=True, slots=True)
class Undo:
    """How to take something back, and what to say then."""

    text: str
    call: Callable[[], None]


class Doings(QObject):
    """Carries out what is chosen for devices; keeps how to undo the last of them."""

    issue_wanted = Signal(str)
    _exported = Signal(str)

    def __init__(
        self,
        window: QWidget,
        look: Look,
        bridge: Bridge,
        model: DeviceModel,
        toast: Toast,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(window)
        self._window, self._look, self._bridge, self._model, self._toast = window, look, bridge, model, toast
        self._clock = clock
        self._undos: list[Undo] = []
        toast.undo_wanted.connect(self.undo)
        self._exported.connect(toast.tell)

    def copy(self, text: str) -> None:
        """Put text on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self._toast.tell(tr("Copied"))

    def open_url(self, url: str) -> None:
        """Open an address that was built from host and port."""
        if url.startswith("https://"):
            self._toast.tell(url)
            QDesktopServices.openUrl(QUrl(url))

    def tell(self, text: str) -> None:
        """Say briefly what happened."""
        self._toast.tell(text)

    def issue(self, host: str) -> None:
        """Issue a certificate for a device."""
        self.issue_wanted.emit(host)

    def check_again(self, host: str) -> None:
        """Connect to a device now, and tell whether the settings allow it."""

        async def ask(core):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return core.devices.check_again(host)

        def tell(asked: bool) -> None:
            self._toast.tell(tr("Checking again") if asked else tr("The settings leave it in peace"))

        self._bridge.run(self._window, ask, tell, self._fail)

    def rename(self, host: str) -> None:
        """Ask for a friendly name and a note."""
        record = self._model.record(host)
        if record is None:
            return
        sheet = RenameDialog(self._look, self._window, record)
        sheet.chosen.connect(lambda friendly, note: self._annotate(
            (host,), tr("Renamed %1").replace("%1", record.name), friendly=friendly, note=note
        ))  # fmt: skip
        sheet.present()

    def set_hidden(self, hosts: Sequence[str], *, hidden: bool) -> None:
        """Put devices out of sight, or show them again."""
        one, many = (tr("1 device hidden"), tr("%1 devices hidden")) if hidden else (
            tr("1 device is shown again"), tr("%1 devices are shown again")
        )  # fmt: skip
        self._annotate(tuple(hosts), counted(len(hosts), one, many), hidden=hidden)

    def acknowledge(self, hosts: Sequence[str]) -> None:
        """Take devices as known: they are not new any more."""
        words = counted(len(hosts), tr("1 device acknowledged"), tr("%1 devices acknowledged"))
        self._annotate(tuple(hosts), words, acknowledged=True)

    def _annotate(self, hosts: tuple[str, ...], told: str, **changes: str | bool) -> None:
        """Change notes on devices; tell it with a way back."""

        async def change(core):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  the core's type is not loaded
            return [await core.history.annotate(host, **changes) for host in hosts]

        def done(before: list[DeviceNotes | None]) -> None:
            if all(notes is None for notes in before):
                self._toast.tell(tr("This device is not in the history yet. Try again in a moment."))
                return
            self._undos.append(Undo(told, lambda: self._put_back(before, tuple(changes))))
            del self._undos[:-MOST_UNDONE]
            self._toast.tell(told, undo=True)

        self._bridge.run(self._window, change, done, self._fail)

    def _put_back(self, before: list[DeviceNotes | None], names: tuple[str, ...]) -> None:
        async def restore(core):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            for notes in before:
                if notes is not None:
                    values = {
                        "friendly": notes.friendly, "note": notes.note, "hidden": notes.hidden,
                        "acknowledged": not notes.is_new,
                    }  # fmt: skip
                    await core.history.annotate(notes.device, **{name: values[name] for name in names})

        def failed(problem: DotlocalError) -> None:
            self._undos.append(Undo("", lambda: self._put_back(before, names)))
            self._fail(problem)

        self._bridge.run(self._window, restore, lambda _: self._toast.tell(tr("Undone")), failed)

    def undo(self) -> None:
        """Take the last of it back."""
        if self._undos:
            self._undos.pop().call()
        else:
            self._toast.tell(tr("There is nothing to undo"))

    def export(self, hosts: Sequence[str]) -> None:
        """Ask where to, and write devices as CSV, JSON or a report."""
        chosen = tuple(hosts)
        chooser = QFileDialog(self._window, tr("Export devices"))
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters([words for words, _ in FORMATS.values()])
        chooser.setDefaultSuffix("csv")
        chooser.selectFile("devices.csv")
        chooser.filterSelected.connect(
            lambda words: chooser.setDefaultSuffix(next(k for k, (w, _) in FORMATS.items() if w == words))
        )
        chooser.fileSelected.connect(lambda file: self.export_to(Path(file), chosen))
        chooser.open()

    def export_to(self, file: Path, hosts: Sequence[str]) -> None:
        """Write devices into a file, on a thread of its own that outlives the window; its ending says the form."""
        records = tuple(record for host in hosts if (record := self._model.record(host)) is not None)
        now = self._clock()

        def write() -> None:
            said = written(file, records, now)
            with suppress(RuntimeError):  # the window is gone already
                self._exported.emit(said)

        threading.Thread(target=write, name="export").start()

    def _fail(self, problem: DotlocalError) -> None:
        self._toast.tell(problem_text(problem))


def written(file: Path, records: Sequence[DeviceRecord], now: datetime) -> str:
    """Write records into a file; return what to say of it."""
    _, form = FORMATS.get(file.suffix.removeprefix(".").lower(), FORMATS["csv"])
    try:
        file.write_text(form(records, now), encoding="utf-8", newline="")
    except OSError as error:
        why = display(error.strerror or str(error))
        return tr("%1 can't be written: %2").replace("%2", why).replace("%1", display(str(file)))
    return counted(len(records), tr("1 device exported"), tr("%1 devices exported"))
