"""Open every dialog of the window, and pass on what came of it.

Dialogs are loaded when they are first opened: the first paint does not wait for them. One is not, which says why.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QProcess, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from core.model.authority import AuthorityView
from core.model.certificate import Certificate
from core.model.device_history import CertificateSeen
from core.model.plan import Action
from core.paths import is_frozen, state_folder
from gui.actions import SPECS, shown_keys
from gui.bridge import Bridge
from gui.dialogs.start_again import StartAgainSheet
from gui.doings import Doings
from gui.i18n import date_text, tr
from gui.messages import problem_text
from gui.models.device_model import DeviceModel
from gui.models.device_record import DeviceRecord
from gui.outside import start_again
from gui.theme.look import Look

if TYPE_CHECKING:
    from gui.dialogs.inspect import InspectDialog

MOST_PASTED = 4_000_000


class DialogsOpener(QObject):
    """Knows which dialog serves what; `authority` is the one in force, None before there is any."""

    authority_created = Signal(object)
    trust_changed = Signal()
    issued = Signal()
    device_added = Signal(str)
    crash_read = Signal()
    quit_wanted = Signal()

    def __init__(
        self,
        window: QWidget,
        look: Look,
        bridge: Bridge,
        model: DeviceModel,
        doings: Doings,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(window)
        self._window, self._look, self._bridge, self._model, self._doings = window, look, bridge, model, doings
        self._clock = clock
        self.authority: AuthorityView | None = None
        self.authority_unread = tr("Your authority is still being read. Try again in a moment.")
        """Why it is not known whether there is an authority; "" once it is."""
        self.is_replaced: Callable[[], bool] = lambda: False
        self._start_offered_for = ""

    def create_authority(self) -> None:
        """Ask for what a new authority needs, and create it."""
        from gui.dialogs.create_authority import CreateAuthorityDialog

        sheet = CreateAuthorityDialog(self._look, self._window, self._bridge)
        sheet.created.connect(self.authority_created)
        sheet.present()

    def issue(self, host: str) -> None:
        """Ask what to issue, for a device if one is named; without an authority, that comes first."""
        from gui.dialogs.issue import IssueDialog

        if not self._has_authority() or self.authority is None:
            return
        record = self._model.record(host) if host else None
        sheet = IssueDialog(self._look, self._window, self._bridge, self.authority, self._clock(), record)
        sheet.issued.connect(self._tell_issued)
        sheet.copied.connect(self._doings.copy)
        sheet.present()

    def _tell_issued(self) -> None:
        self.issued.emit()

    def install(self) -> None:
        """Show the plan for every store, then install."""
        self.install_in(())

    def install_in(self, stores: tuple[str, ...]) -> None:
        """Show the plan for some stores, then install."""
        if self._has_authority():
            self._change(Action.INSTALL, stores)

    def _has_authority(self) -> bool:
        """Say whether there is an authority; where there is surely none, offer to create it."""
        if self.authority is None and self.authority_unread:
            self._doings.tell(self.authority_unread)
        elif self.authority is None:
            self.create_authority()
        return self.authority is not None

    def remove(self) -> None:
        """Show the plan for a removal everywhere, then remove."""
        self.remove_from(())

    def remove_from(self, stores: tuple[str, ...]) -> None:
        """Show the plan for a removal, then remove."""
        self._change(Action.REMOVE, stores)

    def undo_trust(self) -> None:
        """Show what putting back would do, then do it."""
        self._change(Action.UNDO, ())

    def _change(self, action: Action, stores: tuple[str, ...]) -> None:
        from gui.dialogs.change_trust import ChangeTrustDialog

        sheet = ChangeTrustDialog(self._look, self._window, self._bridge, action, stores)
        sheet.changed.connect(self.trust_changed)
        sheet.present()

    def share_root(self) -> None:
        """Open the page for phones."""
        from gui.dialogs.share_root import ShareRootDialog

        ShareRootDialog(self._look, self._window, self._bridge).present()

    def export_root(self) -> None:
        """Ask where to write the public root."""
        chooser = QFileDialog(self._window, tr("Export the public root"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.selectFile("dotlocal-root.crt.pem")
        chooser.fileSelected.connect(self._export_to)
        chooser.open()

    def _export_to(self, file: str) -> None:
        tell = self._doings.tell
        self._bridge.run(
            self._window, lambda core: core.authority.export_root(Path(file)),
            lambda _: tell(tr("Root exported")), lambda problem: tell(problem_text(problem)),
        )  # fmt: skip

    def show_certificate(self, certificate: Certificate) -> None:
        """Show every field of a certificate."""
        from gui.dialogs.certificate import CertificateDialog

        sheet = CertificateDialog(self._look, self._window, certificate)
        sheet.copied.connect(self._doings.copy)
        sheet.present()

    def compare(self, seen: CertificateSeen, record: DeviceRecord) -> None:
        """Show what differs between a certificate from before and the one of now."""
        from gui.dialogs.compare import CompareDialog

        chain = record.judged.presented.chain if record.judged else ()
        now = chain[0].der if chain else seen.der
        titles = (tr("seen %1").replace("%1", date_text(seen.last_seen)), tr("now"))
        CompareDialog(self._look, self._window, seen.der, now, titles).present()

    def review_identity(self, host: str) -> None:
        """Let the person decide about a changed key."""
        from gui.dialogs.review_identity import ReviewIdentityDialog

        record = self._model.record(host)
        if record is None:
            return
        sheet = ReviewIdentityDialog(self._look, self._window, record)
        port, shown = sheet.port, sheet.key

        def decide(accept: bool) -> None:
            told = tr("The new key is taken") if accept else tr("The old key stays the wanted one")
            changed = tr("It shows yet another key by now. Look again.")
            self._bridge.run(
                self._window, lambda core: core.decide_identity(host, port, shown, accept=accept),
                lambda decided: self._doings.tell(told if decided else changed),
                lambda problem: self._doings.tell(problem_text(problem)),
            )  # fmt: skip

        sheet.decided.connect(decide)
        sheet.present()

    def add_device(self) -> None:
        """Ask for a device that does not announce itself."""
        from gui.dialogs.add_device import AddDeviceDialog

        sheet = AddDeviceDialog(self._look, self._window)
        sheet.chosen.connect(self.device_added)
        sheet.present()

    def inspect(self) -> None:
        """Open the dialog that inspects a file or a host."""
        self._inspector()

    def _inspector(self) -> "InspectDialog":
        from gui.dialogs.inspect import InspectDialog

        sheet = InspectDialog(self._look, self._window, self._bridge)
        sheet.certificate_wanted.connect(self.show_certificate)
        sheet.copied.connect(self._doings.copy)
        sheet.present()
        return sheet

    def take_drop(self, dropped: QMimeData) -> None:
        """Inspect a file, an address or PEM that was dropped on the window."""
        urls = dropped.urls()
        if urls and urls[0].isLocalFile():
            self._inspector().look_at_file(Path(urls[0].toLocalFile()))
            return
        text = dropped.text()[:MOST_PASTED].strip()
        if "-----BEGIN" in text:
            self._inspector().look_at_content(text.encode(), tr("dropped text"))
        elif text:
            sheet = self._inspector()
            sheet.target.setText(text.partition("\n")[0][:300])
            sheet.start()

    def explain_reasons(self) -> None:
        """Open the help on every reason."""
        from gui.dialogs.reasons_help import ReasonsHelp

        ReasonsHelp(self._look, self._window).present()

    def show_keys(self) -> None:
        """Show which keys do what."""
        from gui.dialogs.keys_help import KeysHelp

        KeysHelp(self._look, self._window).present()

    def show_about(self) -> None:
        """Show versions and licences."""
        from gui.dialogs.about import AboutDialog

        sheet = AboutDialog(self._look, self._window, state_folder(), self.open_folder)
        sheet.copied.connect(self._doings.copy)
        sheet.present()

    def open_folder(self) -> None:
        """Show the state folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(state_folder())))

    def show_palette(self, calls: dict[str, Callable[[], None]], show_device: Callable[[str], None]) -> None:
        """Offer every action, and every device by name."""
        from gui.dialogs.palette import Command, Palette

        commands = [
            Command(tr(spec.text), "", spec.icon, shown_keys(spec), calls[spec.key])
            for spec in SPECS
            if spec.key in calls and spec.key != "commands"
        ]
        Palette(self._look, self._window, commands, self._model.records(), show_device).present()

    def show_crash(self, error: BaseException) -> None:
        """Say that this is a bug, with a report; where the program was replaced, it is none, and to be expected."""
        if self.is_replaced():
            self._offer_start().finished.connect(self.crash_read)
            return
        from gui.crash import report_of
        from gui.dialogs.about import version_of
        from gui.dialogs.crash import CrashDialog

        sheet = CrashDialog(self._look, self._window, report_of(error, version_of("dotlocal")))
        sheet.copied.connect(self._doings.copy)
        sheet.quit_wanted.connect(self._window.close)
        sheet.finished.connect(self.crash_read)
        sheet.present()

    def offer_start(self, program: str) -> None:
        """Say once of each program that replaced this one, where the window is to be seen, and over no other dialog.

        All that this needs is loaded from the start: what is not loaded yet is another version's by now.
        """
        is_known = program == self._start_offered_for
        if not is_known and self._window.isVisible() and QApplication.activeModalWidget() is None:
            self._start_offered_for = program
            self._offer_start()

    def _offer_start(self) -> StartAgainSheet:
        sheet = StartAgainSheet(self._look, self._window)
        sheet.wanted.connect(self._start_again)
        sheet.present()
        return sheet

    def _start_again(self) -> None:
        if start_again(sys.argv[1:]):
            self.quit_wanted.emit()
        else:
            self._doings.tell(tr("It can't be started. Close this window and open Dotlocal again."))

    def open_sample(self) -> None:
        """Open the sample network in a window of its own; this one goes on as it is."""
        own = [] if is_frozen() else ["-m", "gui"]
        started = QProcess.startDetached(sys.executable, [*own, "--demo"])
        self._doings.tell(tr("Opening the sample network") if started else tr("The sample window can't be started"))
