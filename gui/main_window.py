"""The window: the rail, the pages, and what passes between them; it navigates and does nothing else."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from core.errors import DotlocalError, EnvironmentProblem
from core.events import Event, NetworkListening
from core.model.authority import AuthorityView
from core.model.certificate import Certificate
from core.model.plan import Action
from core.model.store_state import StoreState
from core.model.text import display
from core.paths import is_frozen
from gui.actions import install_actions
from gui.bridge import Bridge
from gui.dialogs.certificate import CertificateDialog
from gui.dialogs.change_trust import ChangeTrustDialog
from gui.dialogs.create_authority import CreateAuthorityDialog
from gui.dialogs.issue import IssueDialog
from gui.dialogs.reasons_help import ReasonsHelp
from gui.dialogs.share_root import ShareRootDialog
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.messages import problem_text
from gui.models.device_model import DeviceModel
from gui.navigation import PLACES
from gui.pages.authority import AuthorityPage
from gui.pages.devices import DevicesPage
from gui.pages.trust import TrustPage
from gui.theme.look import Look
from gui.theme.tokens import MINIMUM, NARROW_BELOW, START_SIZE, Tone
from gui.widgets.rail import Rail
from gui.widgets.surfaces import Toast


class MainWindow(QMainWindow):
    """One window over one bridge."""

    closing = Signal()

    def __init__(self, look: Look, bridge: Bridge, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._look, self._bridge, self._clock = look, bridge, clock
        self._authority: AuthorityView | None = None
        self.setWindowTitle(tr("Dotlocal, sample network") if bridge.sample else "Dotlocal")
        self.setMinimumSize(*MINIMUM)
        self.resize(*START_SIZE)
        self.model = DeviceModel(clock, self)
        self.rail = Rail(look)
        self.devices = DevicesPage(look, self.model, clock)
        self.trust = TrustPage(look, bridge, clock)
        self.authority = AuthorityPage(look, bridge, clock)
        self._pages = QStackedWidget()
        self._by_key = {"devices": self.devices, "trust": self.trust, "authority": self.authority}
        for page in self._by_key.values():
            self._pages.addWidget(page)
        central = QWidget()
        layout = QHBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(central)
        self.toast = Toast(self)
        self.rail.show_status(Tone.INFO, tr("Starting"), tr("Sample network") if bridge.sample else "")
        self._connect()
        self.actions_by_key = install_actions(self, self._calls())
        self.go("devices")
        self.devices.table.view.setFocus()

    def _calls(self) -> dict[str, Callable[[], None]]:
        pages = {f"page-{n}": self._goer(place.key) for n, place in enumerate(PLACES, start=1)}
        others = {
            "search": self._search, "refresh": self._ask_again, "theme": self._switch_theme, "quit": self._quit,
            "help": self.explain_reasons,
        }  # fmt: skip
        return {**pages, **others}

    def _goer(self, key: str) -> Callable[[], None]:
        return lambda: self.go(key)

    def _connect(self) -> None:
        bridge, devices, detail = self._bridge, self.devices, self.devices.detail
        bridge.events.connect(self._take)
        bridge.ready.connect(self._start_up)
        bridge.failed.connect(self._fail)
        self.model.counts_changed.connect(self._show_count)
        self.rail.chosen.connect(self.go)
        self.rail.theme_wanted.connect(self._switch_theme)
        devices.issue_wanted.connect(self.issue)
        devices.first_run.create_wanted.connect(self.create_authority)
        devices.first_run.install_wanted.connect(self.install)
        devices.first_run.refresh_wanted.connect(self._ask_again)
        devices.first_run.sample_wanted.connect(self._open_sample)
        detail.issue_wanted.connect(self.issue)
        detail.install_wanted.connect(self.install)
        detail.retry_wanted.connect(self._check_again)
        devices.looked_at.connect(self._look_at)
        detail.open_wanted.connect(self._open_url)
        detail.certificate_wanted.connect(self._show_certificate)
        detail.help_wanted.connect(self.explain_reasons)
        self.trust.create_wanted.connect(self.create_authority)
        self.trust.install_wanted.connect(self._install_in)
        self.trust.remove_wanted.connect(self._remove_from)
        self.trust.undo_wanted.connect(self._undo_trust)
        self.trust.share_wanted.connect(self._share_root)
        self.trust.export_wanted.connect(self._export_root)
        self.trust.states_read.connect(self._show_trusted)
        self.authority.create_wanted.connect(self.create_authority)
        self.authority.issue_wanted.connect(self._issue_any)
        self.authority.export_wanted.connect(self._export_root)
        self.authority.certificate_wanted.connect(self._show_certificate)
        for source in (detail, self.trust):
            source.copied.connect(self._copy)

    def go(self, key: str) -> None:
        """Show a page; Trust and Authority read anew when they are shown."""
        self._pages.setCurrentWidget(self._by_key[key])
        self.rail.choose(key)
        if key == "trust":
            self.trust.refresh()
        elif key == "authority":
            self.authority.refresh()

    def create_authority(self) -> None:
        """Ask for what a new authority needs, and create it."""
        sheet = CreateAuthorityDialog(self._look, self, self._bridge)
        sheet.created.connect(self._authority_created)
        sheet.present()

    def issue(self, host: str) -> None:
        """Ask what to issue, for a device if one is named; without an authority, that comes first."""
        if self._authority is None:
            self.create_authority()
            return
        record = self.model.record(host) if host else None
        sheet = IssueDialog(self._look, self, self._bridge, self._authority, self._clock(), record)
        sheet.issued.connect(self.authority.refresh)
        sheet.copied.connect(self._copy)
        sheet.present()

    def install(self) -> None:
        """Show the plan for every store, then install."""
        self._install_in(())

    def _issue_any(self) -> None:
        self.issue("")

    def _install_in(self, stores: tuple[str, ...]) -> None:
        if self._authority is None:
            self.create_authority()
            return
        self._change(Action.INSTALL, stores)

    def _share_root(self) -> None:
        ShareRootDialog(self._look, self, self._bridge).present()

    def _undo_trust(self) -> None:
        self._change(Action.UNDO, ())

    def _remove_from(self, stores: tuple[str, ...]) -> None:
        self._change(Action.REMOVE, stores)

    def _change(self, action: Action, stores: tuple[str, ...]) -> None:
        sheet = ChangeTrustDialog(self._look, self, self._bridge, action, stores)
        sheet.changed.connect(self.trust.refresh)
        sheet.present()

    def _start_up(self) -> None:
        self._bridge.run(self, lambda core: core.authority.view(), self._show_authority, self._authority_unreadable)
        self.trust.refresh()

    def _authority_created(self, view: AuthorityView) -> None:
        self._show_authority(view)
        self.trust.refresh()
        self.authority.refresh()
        self._bridge.post(lambda core: core.devices.trust_changed())
        self.toast.tell(tr("Created %1").replace("%1", display(view.root.common_name, 60)))

    def _show_authority(self, view: AuthorityView | None) -> None:
        self._authority = view
        self.trust.show_authority(view)
        self.authority.show_authority(view)
        self.devices.first_run.show_authority(exists=view is not None, trusted=False)
        self.authority.refresh()

    def _authority_unreadable(self, problem: DotlocalError) -> None:
        self.trust.show_unreadable(problem)
        self.authority.show_unreadable(problem)

    def _show_trusted(self, states: tuple[StoreState, ...]) -> None:
        usable = [s for s in states if s.available and not s.optional]
        trusted = bool(usable) and all(s.trusted for s in usable)
        self.devices.first_run.show_authority(exists=self._authority is not None, trusted=trusted)

    def _take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, NetworkListening):
                self._show_network(event)
        self.devices.take(events)

    def _show_network(self, event: NetworkListening) -> None:
        if event.problem:
            self.rail.show_status(Tone.BAD, tr("No network"), display(event.problem, 40))
            self.devices.show_problem(tr("No network"), display(event.problem, 300))
            return
        count = len(event.interfaces)
        detail = tr("1 interface") if count == 1 else tr("%1 interfaces").replace("%1", str(count))
        if self._bridge.sample:
            detail = tr("Sample on this computer")
        self.rail.show_status(Tone.OK, tr("Listening"), detail)

    def _show_count(self) -> None:
        self.rail.items["devices"].set_count(self.model.count("all"))

    def _fail(self, problem: object) -> None:
        if not isinstance(problem, DotlocalError):
            problem = EnvironmentProblem(f"{type(problem).__name__}: {problem}", hint=tr("Start Dotlocal again."))
        text = problem_text(problem)
        self.rail.show_status(Tone.BAD, tr("Stopped"), display(problem.message, 40))
        self.devices.show_problem(tr("Dotlocal's engine stopped: what is shown is from before"), text)
        sheet = Sheet(self._look, self, "problem", tr("Dotlocal can't go on"), text, width=520)
        sheet.cancel.setText(tr("Close"))
        sheet.present()

    def _show_certificate(self, certificate: Certificate) -> None:
        sheet = CertificateDialog(self._look, self, certificate)
        sheet.copied.connect(self._copy)
        sheet.present()

    def explain_reasons(self) -> None:
        """Open the help on every reason."""
        ReasonsHelp(self._look, self).present()

    def _export_root(self) -> None:
        chooser = QFileDialog(self, tr("Export the public root"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.selectFile("dotlocal-root.crt.pem")
        chooser.fileSelected.connect(self._export_to)
        chooser.open()

    def _export_to(self, file: str) -> None:
        self._bridge.run(
            self, lambda core: core.authority.export_root(Path(file)),
            lambda _: self.toast.tell(tr("Root exported")), lambda problem: self.toast.tell(problem_text(problem)),
        )  # fmt: skip

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.toast.tell(tr("Copied"))

    def _open_url(self, url: str) -> None:
        self.toast.tell(url)
        QDesktopServices.openUrl(QUrl(url))

    def _check_again(self, host: str) -> None:
        self._bridge.post(lambda core: core.devices.check_again(host))

    def _look_at(self, host: str) -> None:
        self._bridge.post(lambda core: core.devices.look_at([host] if host else []))

    def _ask_again(self) -> None:
        self._bridge.post(lambda core: core.devices.refresh())
        self.toast.tell(tr("Asking the network again"))

    def _open_sample(self) -> None:
        """Open the sample network in a window of its own; this one goes on as it is."""
        own = [] if is_frozen() else ["-m", "gui"]
        started = QProcess.startDetached(sys.executable, [*own, "--demo"])
        self.toast.tell(tr("Opening the sample network") if started else tr("The sample window can't be started"))

    def _search(self) -> None:
        self.go("devices")
        self.devices.focus_search()

    def _switch_theme(self) -> None:
        self._look.set_theme("light" if self._look.colours.dark else "dark")

    def _quit(self) -> None:
        self.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_narrow(narrow=self.width() < NARROW_BELOW)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
