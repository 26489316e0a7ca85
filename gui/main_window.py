"""The window: the rail, the pages, and what passes between them; it navigates and does nothing else."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from core.errors import DotlocalError, EnvironmentProblem
from core.events import AlertRaised, Event, HistoryStopped, NetworkListening, TrafficCounted
from core.model.authority import AuthorityView
from core.model.store_state import StoreState
from core.model.text import display
from core.settings import Settings
from gui.actions import install_actions
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet
from gui.dialogs_opener import DialogsOpener
from gui.doings import Doings
from gui.i18n import counted, tr
from gui.messages import alert_detail, problem_text
from gui.models.alert_model import AlertModel
from gui.models.device_model import SETTLE_MS, DeviceModel
from gui.navigation import PLACES
from gui.pages.alerts import AlertsPage
from gui.pages.authority import AuthorityPage
from gui.pages.devices import DevicesPage
from gui.pages.health import HealthPage
from gui.pages.settings import SettingsPage
from gui.pages.trust import TrustPage
from gui.theme.look import Look
from gui.theme.tokens import MINIMUM, NARROW_BELOW, START_SIZE, Tone
from gui.tray import Tray
from gui.widgets.rail import Rail
from gui.widgets.surfaces import Toast
from gui.window_memory import WindowMemory

GEOMETRY = "window/geometry"


class MainWindow(QMainWindow):
    """One window over one bridge."""

    closing = Signal()

    def __init__(
        self, look: Look, bridge: Bridge, clock: Callable[[], datetime], settings: Settings | None = None,
        memory: WindowMemory | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._look, self._bridge, self._clock = look, bridge, clock
        self._memory, settings = memory or WindowMemory(), settings or Settings()
        self._been: list[str] = []
        self._interfaces = 0
        self.setWindowTitle(tr("Dotlocal, sample network") if bridge.sample else "Dotlocal")
        self.setMinimumSize(*MINIMUM)
        self.resize(*START_SIZE)
        self.setAcceptDrops(True)
        self.toast = Toast(self)
        self.model = DeviceModel(clock, self, settle_ms=SETTLE_MS)
        self.alert_model = AlertModel(clock, self._name_of, self)
        self.doings = Doings(self, look, bridge, self.model, self.toast, clock)
        self.rail = Rail(look)
        self.devices = DevicesPage(look, self.model, clock, self.doings, self._memory)
        self.trust = TrustPage(look, bridge, clock)
        self.authority = AuthorityPage(look, bridge, clock)
        self.alerts = AlertsPage(look, bridge, self.alert_model)
        self.health = HealthPage(look)
        self.settings = SettingsPage(look, bridge, settings)
        self.tray = Tray(self)
        self.dialogs = DialogsOpener(self, look, bridge, self.model, self.doings, clock)
        self._by_key: dict[str, QWidget] = {
            "devices": self.devices, "trust": self.trust, "authority": self.authority, "alerts": self.alerts,
            "health": self.health, "settings": self.settings,
        }  # fmt: skip
        self._lay_out()
        self.rail.show_status(Tone.INFO, tr("Starting"), tr("Sample network") if bridge.sample else "")
        self._connect()
        self._connect_pages()
        self.actions_by_key = install_actions(self, self.calls())
        self._take_settings(settings)
        self.restoreGeometry(self._memory.octets(GEOMETRY))
        self.go("devices")
        self.devices.table.view.setFocus()

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        for page in self._by_key.values():
            self._pages.addWidget(page)
        central = QWidget()
        layout = QHBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(central)
        self.toast.raise_()

    def calls(self) -> dict[str, Callable[[], None]]:
        """Return what each action does, by its key."""
        dialogs = self.dialogs
        others: dict[str, Callable[[], None]] = {
            "search": self._search, "refresh": self._ask_again, "theme": self._switch_theme, "quit": self._quit,
            "help": dialogs.explain_reasons, "keys": dialogs.show_keys, "about": dialogs.show_about,
            "commands": self._show_commands, "back": self._go_back, "pause": self.devices.toggle_pause,
            "issue": self._issue_chosen, "install": dialogs.install, "create": dialogs.create_authority,
            "inspect": dialogs.inspect, "add": dialogs.add_device, "export": self._export, "undo": self.doings.undo,
            "acknowledge": self._acknowledge_all, "density": self._switch_density, "sample": dialogs.open_sample,
        }  # fmt: skip
        return {**{f"page-{place.key}": self._goer(place.key) for place in PLACES}, **others}

    def _goer(self, key: str) -> Callable[[], None]:
        return lambda: self.go(key)

    def _connect(self) -> None:
        bridge, dialogs = self._bridge, self.dialogs
        bridge.events.connect(self._take)
        bridge.ready.connect(self._start_up)
        bridge.failed.connect(self._fail)
        self.model.counts_changed.connect(self._show_count)
        self.alert_model.counts_changed.connect(self._show_unread)
        self.rail.chosen.connect(self.go)
        self.doings.issue_wanted.connect(dialogs.issue)
        dialogs.authority_created.connect(self._authority_created)
        dialogs.trust_changed.connect(self.trust.refresh)
        dialogs.issued.connect(self.authority.refresh)
        dialogs.device_added.connect(self._add_device)
        self.tray.open_wanted.connect(self.come_forward)
        self.tray.message_opened.connect(self._show_alerts)
        self.tray.pause_wanted.connect(self.devices.toggle_pause)
        self.tray.quit_wanted.connect(self._quit)

    def _connect_pages(self) -> None:
        dialogs, devices, detail = self.dialogs, self.devices, self.devices.detail
        devices.issue_wanted.connect(dialogs.issue)
        devices.health_wanted.connect(self._goer("health"))
        devices.density_wanted.connect(self._set_density)
        devices.add_wanted.connect(dialogs.add_device)
        devices.looked_at.connect(self._look_at)
        first = devices.first_run
        first.create_wanted.connect(dialogs.create_authority)
        first.install_wanted.connect(dialogs.install)
        first.health_wanted.connect(self._goer("health"))
        first.add_wanted.connect(dialogs.add_device)
        first.sample_wanted.connect(dialogs.open_sample)
        detail.issue_wanted.connect(dialogs.issue)
        detail.install_wanted.connect(dialogs.install)
        detail.retry_wanted.connect(self.doings.check_again)
        detail.review_wanted.connect(dialogs.review_identity)
        detail.certificate_wanted.connect(dialogs.show_certificate)
        detail.compare_wanted.connect(dialogs.compare)
        detail.help_wanted.connect(dialogs.explain_reasons)
        detail.history_wanted.connect(self._ask_history)
        self.trust.create_wanted.connect(dialogs.create_authority)
        self.trust.install_wanted.connect(dialogs.install_in)
        self.trust.remove_wanted.connect(dialogs.remove_from)
        self.trust.undo_wanted.connect(dialogs.undo_trust)
        self.trust.share_wanted.connect(dialogs.share_root)
        self.trust.export_wanted.connect(dialogs.export_root)
        self.trust.states_read.connect(self._show_trusted)
        self.authority.create_wanted.connect(dialogs.create_authority)
        self.authority.issue_wanted.connect(self._issue_any)
        self.authority.export_wanted.connect(dialogs.export_root)
        self.authority.certificate_wanted.connect(dialogs.show_certificate)
        self.alerts.device_wanted.connect(self.show_device)
        self.alerts.stores_wanted.connect(self._goer("trust"))
        self.alerts.told.connect(self.toast.tell)
        self.health.refresh_wanted.connect(self._ask_again)
        self.settings.changed.connect(self._take_settings)
        self.settings.network_changed.connect(self._bridge.restart)
        self.settings.folder_wanted.connect(dialogs.open_folder)
        self.settings.about_wanted.connect(dialogs.show_about)
        for source in (detail, self.trust, self.alerts, self.health):
            source.copied.connect(self.doings.copy)

    def go(self, key: str) -> None:
        """Show a page; Trust and Authority read anew when they are shown."""
        current = next((k for k, page in self._by_key.items() if page is self._pages.currentWidget()), "")
        if current != key:
            self._been = [*self._been, current][-20:]
        self._pages.setCurrentWidget(self._by_key[key])
        self.rail.choose(key)
        if key == "trust":
            self.trust.refresh()
        elif key == "authority":
            self.authority.refresh()

    def _go_back(self) -> None:
        while self._been:
            key = self._been.pop()
            if key:
                self.go(key)
                self._been.pop()
                return

    def show_device(self, host: str) -> None:
        """Show a device beside the list."""
        self.go("devices")
        if self.model.record(host) is None:
            self.toast.tell(tr("%1 is not in the list.").replace("%1", display(host, 80)))
        else:
            self.devices.show_device(host)

    def _name_of(self, host: str) -> str:
        record = self.model.record(host)
        return record.name if record else ""

    def _issue_any(self) -> None:
        self.dialogs.issue("")

    def _issue_chosen(self) -> None:
        self.dialogs.issue(self.devices.detail.host if self.devices.detail.isVisible() else "")

    def _export(self) -> None:
        self.doings.export([record.host for record in self.model.shown_records()])

    def _acknowledge_all(self) -> None:
        new = [record.host for record in self.model.records() if record.is_new]
        if new:
            self.doings.acknowledge(new)

    def _show_commands(self) -> None:
        self.dialogs.show_palette(self.calls(), self.show_device)

    def _start_up(self) -> None:
        self._bridge.run(self, lambda core: core.authority.view(), self._show_authority, self._authority_unreadable)
        self._bridge.run(self, lambda core: core.settings.current(), self.settings.show_settings, lambda _: None)
        self.trust.refresh()

    def _authority_created(self, view: AuthorityView) -> None:
        self._show_authority(view)
        self.trust.refresh()
        self._bridge.post(lambda core: core.devices.trust_changed())
        self.toast.tell(tr("Created %1").replace("%1", display(view.root.common_name, 60)))

    def _show_authority(self, view: AuthorityView | None) -> None:
        self.dialogs.authority = view
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
        self.devices.first_run.show_authority(exists=self.dialogs.authority is not None, trusted=trusted)

    def _take(self, events: list[Event]) -> None:
        alerts = [event.alert for event in events if isinstance(event, AlertRaised)]
        for event in events:
            if isinstance(event, NetworkListening):
                self._show_network(event)
            elif isinstance(event, TrafficCounted):
                self._show_traffic(event)
            elif isinstance(event, HistoryStopped):
                self.alerts.show_stopped(event.problem, event.hint)
        self.devices.take(events)
        self.health.take(events)
        self.alert_model.take(alerts)
        new = [alert for alert in alerts if not alert.read and (self._clock() - alert.at).total_seconds() < 60]
        if new and self.settings.settings.alerts.desktop and not self.isActiveWindow():
            more = counted(len(new) - 1, tr("and 1 more"), tr("and %1 more")) if len(new) > 1 else alert_detail(new[0])
            self.tray.say(self.alert_model.title(new[0]), more)

    def _show_network(self, event: NetworkListening) -> None:
        if event.problem:
            self.rail.show_status(Tone.BAD, tr("No network"), display(event.problem, 40))
            self.devices.show_problem(tr("No network"), display(event.problem, 300))
            return
        self._interfaces = len(event.interfaces)
        detail = counted(self._interfaces, tr("1 interface"), tr("%1 interfaces"))
        if self._bridge.sample:
            detail = tr("Sample on this computer")
        self.rail.show_status(Tone.OK, tr("Listening"), detail)

    def _show_traffic(self, event: TrafficCounted) -> None:
        if not self._interfaces or not event.links:
            return
        where = counted(self._interfaces, tr("1 interface"), tr("%1 interfaces"))
        if self._bridge.sample:
            where = tr("Sample")
        rate = counted(round(sum(link.rate for link in event.links)), tr("1 packet/s"), tr("%1 packets/s"))
        title = tr("Paused") if self.model.paused else tr("Listening")
        self.rail.show_status(Tone.WARN if self.model.paused else Tone.OK, title, f"{where} · {rate}")
        self.tray.set_status(f"{title}, {where}")

    def _show_count(self) -> None:
        self.rail.items["devices"].set_count(self.model.count("all"))

    def _show_unread(self) -> None:
        self.rail.items["alerts"].set_count(len(self.alert_model.unread()), badge=True)

    def _fail(self, problem: object) -> None:
        if not isinstance(problem, DotlocalError):
            problem = EnvironmentProblem(f"{type(problem).__name__}: {problem}", hint=tr("Start Dotlocal again."))
        text = problem_text(problem)
        self.rail.show_status(Tone.BAD, tr("Stopped"), display(problem.message, 40))
        self.devices.show_problem(tr("Dotlocal's engine stopped: what is shown is from before"), text)
        sheet = Sheet(self._look, self, "problem", tr("Dotlocal can't go on"), text, width=520)
        sheet.cancel.setText(tr("Close"))
        sheet.present()

    def _ask_history(self, host: str) -> None:
        detail = self.devices.detail
        self._bridge.run(detail, lambda core: core.history.of(host), detail.show_history, lambda _: None)

    def _look_at(self, host: str) -> None:
        self._bridge.post(lambda core: core.devices.look_at([host] if host else []))

    def _ask_again(self) -> None:
        self._bridge.post(lambda core: core.devices.refresh())
        self.toast.tell(tr("Asking the network again"))

    def _add_device(self, line: str) -> None:
        devices = self.settings.settings.network.devices
        if line not in devices:
            self.settings.change("network", "devices", (*devices, line))
            self.toast.tell(tr("Added %1").replace("%1", display(line, 80)))

    def _search(self) -> None:
        self.go("devices")
        self.devices.focus_search()

    def _switch_theme(self) -> None:
        self.settings.change("appearance", "theme", "light" if self._look.colours.dark else "dark")

    def _switch_density(self) -> None:
        self._set_density("comfortable" if self.devices.table.compact else "compact")

    def _set_density(self, density: str) -> None:
        self.settings.change("appearance", "density", density)

    def _take_settings(self, settings: Settings) -> None:
        appearance = settings.appearance
        if appearance.theme != self._look.theme:
            self._look.set_theme(appearance.theme)
        self.devices.table.set_compact(compact=appearance.density == "compact")
        self.tray.set_kept(kept=appearance.tray)

    def _show_alerts(self) -> None:
        self.come_forward()
        self.go("alerts")

    def come_forward(self) -> None:
        """Show the window in front of others."""
        self.showNormal() if self.isMinimized() else self.show()
        self.raise_()
        self.activateWindow()

    def _quit(self) -> None:
        self.tray.set_kept(kept=False)
        self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.dialogs.take_drop(event.mimeData())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_narrow(narrow=self.width() < NARROW_BELOW)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._memory.keep_octets(GEOMETRY, self.saveGeometry())
        if self.tray.is_shown and event.spontaneous():
            event.ignore()
            self.hide()
            return
        self.closing.emit()
        super().closeEvent(event)
