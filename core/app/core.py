"""Core: builds the services from the settings, owns their tasks, starts and stops them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from core.app.beyond_the_link import open_beyond
from core.app.change_settings import SettingsDesk
from core.app.change_trust import TrustDesk
from core.app.check_updates import UpdateDesk, channel_of_this_build
from core.app.inspect_device import Inspection, inspect, inspect_chain
from core.app.judge_chain import ChainJudge, system_refusal
from core.app.keep_history import HistoryDesk
from core.app.known_types import KnownTypes
from core.app.manage_authority import AuthorityDesk
from core.app.outside_chain import OutsideDesk
from core.app.probe_policy import ProbePolicy, refuse_forbidden
from core.app.prove_in_browser import open_issuer, prove
from core.app.share_root import MINUTES, Share, share
from core.app.sweep_subnet import Found, sweep, swept_network
from core.app.watch_devices import DeviceWatch
from core.app.workers import Worker
from core.clock import Clock, utc_now
from core.discovery.browser import Browser
from core.errors import DotlocalError, NetworkUnavailable
from core.events import Bus, ChainJudged, NetworkListening, PhoneChecked
from core.inventory.alert_rules import of_stores
from core.inventory.identity import Identities
from core.model.device import Device
from core.model.handoff import Shared
from core.model.network_finding import NetworkFinding
from core.model.verdict import Verdict
from core.paths import state_folder
from core.secrets import Ask, Passphrases
from core.settings import Settings, load
from core.trust.proof.listener import Visit
from core.trust.registry import Machine, find_stores, reopen
from core.trust.store import AskPassword, TrustStore

log = logging.getLogger(__name__)

LOST_ROOTS_AFTER_S, LOST_ROOTS_EVERY_S = 20.0, 900.0


@dataclass(frozen=True)
class CoreConfig:
    """Everything that a core works on; `of_this_machine` gives the real one, a sample brings its own.

    With `keeps_history` devices and alerts are kept on disk: a window does, a command that looks once does not. Only
    where `asks_outside` is newer versions asked for: a sample never leaves this computer.
    """

    folder: Path
    settings: Settings
    machine: Machine
    passphrases: Passphrases
    ask_password: AskPassword | None = None
    clock: Clock = field(default=utc_now)
    keeps_history: bool = False
    asks_outside: bool = False

    @classmethod
    def of_this_machine(cls, ask: Ask | None = None, ask_password: AskPassword | None = None) -> "CoreConfig":
        """Return the configuration of this user on this machine.

        Raises: StateCorrupt for settings that cannot be read.
        """
        folder = state_folder()
        return cls(folder, load(folder), Machine.this_one(), Passphrases.of_this_machine(ask), ask_password,
                   asks_outside=True)  # fmt: skip


class Core:
    """The engine behind one window or one command. Use it as an async context manager, or start() and aclose()."""

    def __init__(self, config: CoreConfig) -> None:
        self.config = config
        self.bus = Bus()
        self._trust_worker, self._authority_worker = Worker("trust"), Worker("authority")
        network = config.settings.network
        self._known_types = KnownTypes(config.folder)
        self.authority = AuthorityDesk(config.folder, config.passphrases, self._authority_worker, config.clock)
        self._identities = Identities(config.folder)
        self._judge = ChainJudge(
            self._stores, self.authority.certificates, config.clock, identities=self._identities,
            lists=self.authority.revocation_lists, issued=self.authority.issued_here,
        )  # fmt: skip
        self.devices = DeviceWatch(
            self.bus, Browser(self.bus, network.interfaces, self._known_types.read(), open_beyond(network)),
            self._judge, self._trust_worker, ProbePolicy(network), timeout_s=network.probe_timeout_s,
        )  # fmt: skip
        self.trust = TrustDesk(
            config.folder, self._stores, self._reopen, self._trust_worker, self.bus, self.devices.trust_changed,
            config.clock,
        )  # fmt: skip
        self._history_worker = Worker("history")
        self.history = HistoryDesk(config.folder, self.bus, self._history_worker, config.clock, config.settings.alerts)
        self.settings = SettingsDesk(config.folder, self._history_worker)
        channel = channel_of_this_build() if config.asks_outside else None
        self.updates = UpdateDesk(config.folder, config.clock, channel)
        self.outside = OutsideDesk(
            lambda target: self.inspect(target, remember=False), self.inspect_chain, config.clock
        )
        self._closed = False
        self._watching: list[asyncio.Task[None]] = []
        self._share: Share | None = None

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to watch the network in `tasks`; a network that cannot be used is told on the bus, not raised."""
        if self.config.keeps_history:
            await self.history.start()
            self._watching.append(tasks.create_task(self.history.run(), name="history"))
            self._watching.append(tasks.create_task(self._look_for_lost_roots(), name="lost roots"))
        try:
            await self.devices.start()
        except NetworkUnavailable as problem:
            self.bus.publish(NetworkListening((), problem.message))
            return
        self._watching.append(tasks.create_task(self.devices.run(), name="devices"))

    async def _look_for_lost_roots(self) -> None:
        """Look now and then whether a store lost the root that was put there."""
        await asyncio.sleep(LOST_ROOTS_AFTER_S)
        while True:
            try:
                view = await self.authority.view()
                if view is not None:
                    states, history = await self.trust.states(), await self.trust.history()
                    self.history.report(of_stores(states, history, view.root.sha256, self.config.clock()))
            except DotlocalError as problem:
                log.info("The stores could not be looked at: %s", problem)
            except Exception:
                log.exception("The look for lost roots failed")  # the border of the loop: the next look may go well
            await asyncio.sleep(LOST_ROOTS_EVERY_S)

    async def decide_identity(self, host: str, port: int, key: str, *, accept: bool) -> bool:
        """Take a port's changed key as its own, or keep wanting the one from before; then judge anew.

        `key` is the beginning of the key that was looked at, in hex; False if another one is shown by now.
        """
        decided = await self._trust_worker.run(lambda: self._identities.decide(f"{host}:{port}", key, accept=accept))
        self.devices.trust_changed()
        return decided

    async def settled(self) -> None:
        """Wait until no check of a device is waiting or running."""
        await self.devices.settled()

    def rows(self) -> tuple[tuple[Device, ChainJudged | None], ...]:
        """Return every device with its last judgement."""
        return self.devices.devices()

    def findings(self) -> tuple[NetworkFinding, ...]:
        """Return what was told of the network and is not over."""
        return self.devices.findings()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop watching and let running work end; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        for task in self._watching:
            task.cancel()
        self._watching.clear()
        await self.stop_sharing()
        await asyncio.to_thread(self._known_types.remember, self.devices.types())
        await self.devices.aclose()
        await self.history.aclose()
        await self._history_worker.aclose()
        await self._trust_worker.run(self._identities.flush)
        await self._trust_worker.aclose()
        await self._authority_worker.aclose()

    async def inspect(
        self,
        target: str,
        address: str = "",
        *,
        at: datetime | None = None,
        starttls: str = "",
        dtls: bool = False,
        ask_outside: bool = False,
        remember: bool = True,
    ) -> Inspection:
        """Look at one host's chain now, and judge it now or as of another time.

        Raises: BadName, UnknownInterface; SettingManaged where an administrator forbade it.
        """
        network = self.config.settings.network
        refuse_forbidden(self.config.settings, target)
        self._judge.ask_anew()
        return await inspect(
            target, address, self._judge, self._trust_worker,
            interfaces=network.interfaces, timeout_s=network.probe_timeout_s, clock=self.config.clock,
            at=at, starttls=starttls, dtls=dtls, ask_outside=ask_outside, remember=remember,
        )  # fmt: skip

    async def sweep(self, network: str, ports: Sequence[int], rate: float) -> tuple[Found, ...]:
        """Try the ports of a private subnet and judge what answers, in the order found.

        Raises: BadAddress; SettingManaged where an administrator forbade it.
        """
        refuse_forbidden(self.config.settings, "")
        chosen, timeout_s = swept_network(network), self.config.settings.network.probe_timeout_s
        looked = sweep(chosen, ports, rate, self._judge, self._trust_worker, timeout_s=timeout_s)
        return tuple([found async for found in looked])

    async def inspect_chain(self, chain: Sequence[bytes], name: str, at: datetime | None = None) -> Inspection:
        """Judge a chain from a file (device first) as every client of this computer would."""
        return await inspect_chain(chain, name, self._judge, self._trust_worker, at or self.config.clock())

    async def prove_in_browsers(
        self, ids: Sequence[str] = (), passphrases: Passphrases | None = None
    ) -> tuple[Verdict, ...]:
        """Let the real browsers of the named stores (or of all) open a page under the site's root, unseen.

        Raises: UnknownStore, AuthorityMissing, StateCorrupt, PassphraseWrong, KeychainMissing.
        """
        config, stores = self.config, await self.trust.chosen(ids)
        places = passphrases or config.passphrases
        issuer = await self._authority_worker.run(lambda: open_issuer(config.folder, places, config.clock))
        return await self._trust_worker.run(lambda: prove(stores, issuer, config.clock))

    async def share_root(
        self, address: str = "", minutes: int = MINUTES, passphrases: Passphrases | None = None
    ) -> Shared:
        """Open the page for phones, or one anew; checks are told on the bus. It closes by itself, or by stop_sharing().

        Raises: AuthorityMissing, PassphraseWrong, KeychainMissing, BadAddress, OutsideLimits, NetworkUnavailable.
        """
        await self.stop_sharing()
        config = self.config
        self._share = await share(
            config.folder, passphrases or config.passphrases, config.clock, self._authority_worker, address=address,
            interfaces=config.settings.network.interfaces, minutes=minutes, told=self._phone_checked,
        )  # fmt: skip
        return self._share.shared

    async def shared_until_over(self) -> None:
        """Wait until the page closes by itself."""
        if self._share is not None:
            await self._share.until_over()

    async def stop_sharing(self) -> None:
        """Close the page for phones, if it is open."""
        opened, self._share = self._share, None
        if opened is not None:
            await opened.aclose()

    def _phone_checked(self, visit: Visit) -> None:
        self.bus.publish(PhoneChecked(visit.client, visit.trusted, visit.said))

    def _reopen(self, address: Mapping[str, object]) -> TrustStore | None:
        return reopen(address, self.config.machine, system_refusal, self.config.ask_password)

    def _stores(self) -> Sequence[TrustStore]:
        return find_stores(self.config.machine, system_refusal, self.config.ask_password)
