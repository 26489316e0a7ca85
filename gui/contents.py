"""What fills the window: the pages, and what passes between them and the engine."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Self

from PySide6.QtCore import QObject, QTimer

from core.errors import DotlocalError, EnvironmentProblem
from core.events import AlertRaised, Event, HistoryStopped, NetworkListening, TrafficCounted
from core.model.authority import AuthorityView
from core.model.store_state import StoreState
from core.model.text import display
from core.model.update import UpdateAnswer
from core.paths import state_folder
from core.settings import Settings
from gui.actions import install_actions
from gui.appearance import remember
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet
from gui.dialogs_opener import DialogsOpener
from gui.doings import Doings
from gui.i18n import counted, tr
from gui.main_window import MainWindow
from gui.messages import alert_detail, problem_text
from gui.models.alert_model import AlertModel
from gui.models.device_model import SETTLE_MS, DeviceModel
from gui.navigation import PLACES
from gui.outside import Outside
from gui.pages.alerts import AlertsPage
from gui.pages.authority import AuthorityPage
from gui.pages.devices import DevicesPage
from gui.pages.health import HealthPage
from gui.pages.settings import SettingsPage
from gui.pages.trust import TrustPage
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.tray import Tray
from gui.widgets.surfaces import Toast

UPDATES_EVERY_MS = 3_600_000
"""How often it is looked whether a question for newer versions is due; it is once a day."""


class Contents(QObject):
    """Everything in one window over one bridge."""

    def __init__(
        self, window: MainWindow, look: Look, bridge: Bridge, clock: Callable[[], datetime],
        settings: Settings | None = None,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self.window, self.rail = window, window.rail
        self._look, self._bridge, self._clock = look, bridge, clock
        self.outside = Outside(self)
        self._first_settings = settings or Settings()
        self._told_theme = self._first_settings.appearance.theme
        self._interfaces = 0

    @classmethod
    def at_once(
        cls, window: MainWindow, look: Look, bridge: Bridge, clock: Callable[[], datetime],
        settings: Settings | None = None,
    ) -> Self:  # fmt: skip
        """Return the contents, all of them made."""
        made = cls(window, look, bridge, clock, settings)
        for _ in made.turns():
            pass
        return made

    def turns(self) -> Iterator[None]:
        """Make the contents, one piece a turn, so that the window answers in between."""
        window, look, bridge, clock = self.window, self._look, self._bridge, self._clock
        self.toast = Toast(window)
        self.model = DeviceModel(clock, self, settle_ms=SETTLE_MS)
        self.alert_model = AlertModel(clock, self._name_of, self)
        self.doings = Doings(window, look, bridge, self.model, self.toast, clock)
        yield
        self.devices = DevicesPage(look, self.model, clock, self.doings, window.memory)
        yield
        self.trust = TrustPage(look, bridge, clock)
        yield
        self.authority = AuthorityPage(look, bridge, clock)
        self.alerts = AlertsPage(look, bridge, self.alert_model)
        self.health = HealthPage(look)
        yield
        self.settings = SettingsPage(look, bridge, self._first_settings)
        self.tray = Tray(window)
        self.dialogs = DialogsOpener(window, look, bridge, self.model, self.doings, clock)
        yield
        self._connect()
        self._connect_pages()
        self.actions_by_key = install_actions(window, self.calls())
        self._take_settings(self._first_settings)
        self._settings_saved(self._first_settings)
        window.add_page("devices", self.devices)
        window.go("devices")
        self.devices.table.view.setFocus()
        for key, page in (
            ("trust", self.trust), ("authority", self.authority), ("alerts", self.alerts), ("health", self.health),
            ("settings", self.settings),
        ):  # fmt: skip
            yield
            window.add_page(key, page)
        window.all_there()

    def calls(self) -> dict[str, Callable[[], None]]:
        """Return what each action does, by its key."""
        dialogs = self.dialogs
        others: dict[str, Callable[[], None]] = {
            "search": self._search, "refresh": self._ask_again, "theme": self._switch_theme, "quit": self.quit,
            "help": dialogs.explain_reasons, "keys": dialogs.show_keys, "about": dialogs.show_about,
            "commands": self._show_commands, "back": self.window.go_back, "pause": self.devices.toggle_pause,
            "issue": self._issue_chosen, "install": dialogs.install, "remove": dialogs.remove,
            "create": dialogs.create_authority,
            "inspect": dialogs.inspect, "add": dialogs.add_device, "export": self._export, "undo": self.doings.undo,
            "acknowledge": self._acknowledge_all, "density": self._switch_density, "sample": dialogs.open_sample,
        }  # fmt: skip
        return {**{f"page-{place.key}": self._goer(place.key) for place in PLACES}, **others}

    def go(self, key: str) -> None:
        """Show a page."""
        self.window.go(key)

    def _goer(self, key: str) -> Callable[[], None]:
        return lambda: self.window.go(key)

    def _connect(self) -> None:
        bridge, dialogs = self._bridge, self.dialogs
        bridge.events.connect(self._take)
        bridge.ready.connect(self._start_up)
        bridge.failed.connect(self._fail)
        self.model.counts_changed.connect(self._show_count)
        self.alert_model.counts_changed.connect(self._show_unread)
        self.window.shown_page.connect(self._read_anew)
        self.window.dropped.connect(dialogs.take_drop)
        self.doings.issue_wanted.connect(dialogs.issue)
        dialogs.authority_created.connect(self._authority_created)
        dialogs.trust_changed.connect(self.trust.refresh)
        dialogs.issued.connect(self.authority.refresh)
        dialogs.device_added.connect(self._add_device)
        self.tray.open_wanted.connect(self.window.come_forward)
        self.tray.message_opened.connect(self._show_alerts)
        self.tray.pause_wanted.connect(self.devices.toggle_pause)
        self.tray.quit_wanted.connect(self.quit)
        self.outside.policy_changed.connect(bridge.restart)
        self.outside.program_replaced.connect(dialogs.offer_start)
        dialogs.is_replaced = self.outside.is_replaced
        dialogs.quit_wanted.connect(self.quit)
        updates = QTimer(self)
        updates.timeout.connect(self._ask_for_updates)
        updates.start(UPDATES_EVERY_MS)

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
        self.settings.saved.connect(self._settings_saved)
        self.settings.told.connect(self.toast.tell)
        self.settings.network_changed.connect(self._bridge.restart)
        self.settings.folder_wanted.connect(dialogs.open_folder)
        self.settings.about_wanted.connect(dialogs.show_about)
        self.settings.page_wanted.connect(self.doings.open_url)
        self.settings.newer_known.connect(self.rail.items["settings"].set_count)
        for source in (detail, self.trust, self.alerts, self.health):
            source.copied.connect(self.doings.copy)

    def _read_anew(self, key: str) -> None:
        """Trust and Authority read anew when they are shown."""
        if key == "trust":
            self.trust.refresh()
        elif key == "authority":
            self.authority.refresh()

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
        take = self.settings.show_settings if self._bridge.sample else self.settings.take
        self._bridge.run(self, lambda core: core.settings.current(), take, lambda _: None)
        self.trust.refresh()
        self._ask_for_updates()

    def _ask_for_updates(self) -> None:
        """Ask whether there is a newer version, where that is allowed and due; no answer is no news."""
        self._bridge.run(self, lambda core: core.updates.ask_when_due(), self._tell_update, lambda _: None)

    def _tell_update(self, answer: UpdateAnswer | None) -> None:
        if answer is not None and answer.newer:
            self.settings.tell_update(answer)
            if self.settings.settings.alerts.desktop:
                self.tray.say(tr("Newest version"), f"Dotlocal {answer.release.version}")

    def _authority_created(self, view: AuthorityView) -> None:
        self._show_authority(view)
        self.trust.refresh()
        self._bridge.post(lambda core: core.devices.trust_changed())
        self.toast.tell(tr("Created %1").replace("%1", display(view.root.common_name, 60)))

    def _show_authority(self, view: AuthorityView | None) -> None:
        self.dialogs.authority, self.dialogs.authority_unread = view, ""
        self.trust.show_authority(view)
        self.authority.show_authority(view)
        self.devices.first_run.show_authority(exists=view is not None, trusted=False)
        self.authority.refresh()

    def _authority_unreadable(self, problem: DotlocalError) -> None:
        self.dialogs.authority_unread = problem_text(problem)
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
        if new and self.settings.settings.alerts.desktop and not self.window.isActiveWindow():
            more = counted(len(new) - 1, tr("and 1 more"), tr("and %1 more")) if len(new) > 1 else alert_detail(new[0])
            self.tray.say(self.alert_model.title(new[0]), more)

    def _show_network(self, event: NetworkListening) -> None:
        if event.problem:
            self.rail.show_status(Tone.BAD, tr("No network"), display(event.problem, 40))
            self.devices.show_problem(tr("No network"), display(event.problem, 300))
            self._interfaces = 0
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
        sheet = Sheet(self._look, self.window, "problem", tr("Dotlocal can't go on"), text, width=520)
        sheet.cancel.setText(tr("Close"))
        sheet.cancel.setAccessibleName(tr("Close"))
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
            told = tr("Added %1").replace("%1", display(line, 80))
            self.settings.change("network", "devices", (*devices, line), told=told)

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
        if appearance.theme != self._told_theme:  # what the command line asked for holds until the setting changes
            self._look.set_theme(appearance.theme)
            self._told_theme = appearance.theme
        self.devices.table.set_compact(compact=appearance.density == "compact")
        self.model.ask_every_tcp(every=settings.network.probe_services == "all")
        self.tray.set_kept(kept=appearance.tray)
        self.window.may_stay = self._tray_leads_back

    def _tray_leads_back(self) -> bool:
        return self.tray.is_shown

    def _settings_saved(self, settings: Settings) -> None:
        remember(state_folder(), self.window.memory, settings)

    def _show_alerts(self) -> None:
        self.window.come_forward()
        self.go("alerts")

    def quit(self) -> None:
        """Close the window and end, whatever stays in the tray."""
        self.window.may_stay = None
        self.tray.set_kept(kept=False)
        self.window.close()
