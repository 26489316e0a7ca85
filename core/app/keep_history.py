"""Keep what the network shows: devices, their changes and certificates, and alerts; on disk, by one writer."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from core.app.workers import Worker
from core.clock import Clock
from core.errors import DotlocalError, StateCorrupt, StateUnwritable
from core.events import (
    AlertRaised,
    Bus,
    ChainJudged,
    DeviceChanged,
    DeviceGone,
    DeviceNoted,
    DeviceSeen,
    DevicesRemembered,
    Event,
    HistoryStopped,
    NetworkFound,
)
from core.inventory import alert_rules
from core.inventory.alert_rules import Reported
from core.inventory.alerts import AlertBook
from core.inventory.database import Database
from core.inventory.devices import DeviceBook, ShownCertificate
from core.model.alert import Alert, AlertCode
from core.model.device import Device, Presence
from core.model.device_history import DeviceHistory
from core.model.device_notes import DeviceNotes
from core.settings import AlertSettings
from core.tls.certificate import try_parse

T = TypeVar("T")
log = logging.getLogger(__name__)

WRITE_EVERY_S, SIGHT_EVERY_S, RETRY_EVERY_S = 1.0, 60.0, 5.0
MOST_REPORTS, MOST_CHANGED = 500, 20_000


class HistoryDesk:
    """The inventory, for the window. Begins with start(); what comes before a write is kept until one succeeds."""

    def __init__(self, folder: Path, bus: Bus, worker: Worker, clock: Clock, alerts: AlertSettings) -> None:
        self._bus, self._worker, self._clock, self._settings = bus, worker, clock, alerts
        self._database = Database(folder)
        self._devices, self._alerts = DeviceBook(self._database), AlertBook(self._database)
        self._changed: dict[str, Device] = {}
        self._online: set[str] = set()
        self._judged: dict[str, ChainJudged] = {}
        self._reports: dict[Reported, None] = {}
        self._stopped = self._hint = ""
        self._opened = False
        self._writing = asyncio.Lock()
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self) -> None:
        """Open the inventory and tell what it remembers; where that fails, it is told and tried again later."""
        self._unsubscribe = self._bus.subscribe(self._take)
        await self._open()

    async def _open(self) -> None:
        now = self._clock()

        def read() -> tuple[tuple[Device, ...], tuple[DeviceNotes, ...], tuple[Alert, ...]]:
            self._database.open(now)
            return *self._devices.load(now), self._alerts.all()

        try:
            devices, notes, alerts = await self._worker.run(read)
        except DotlocalError as problem:
            self._tell_stopped(problem)
            return
        except Exception as error:  # the border: a history that cannot be read stops no discovery
            log.exception("The history cannot be opened")
            self._tell_stopped(StateCorrupt(f"The history cannot be read: {error}."))
            return
        self._opened = True
        self._tell_going()
        aside = self._database.set_aside
        if aside is not None:
            self._bus.publish(HistoryStopped(f"The history was damaged; it was moved to {aside} and a new one begun."))
        self._bus.publish(DevicesRemembered(devices, notes))
        for alert in reversed(alerts):
            self._bus.publish(AlertRaised(alert))

    async def run(self) -> None:
        """Write what changed, about once a second, until cancelled."""
        sights_at = asyncio.get_running_loop().time() + SIGHT_EVERY_S
        while True:
            await asyncio.sleep(RETRY_EVERY_S if self._stopped else WRITE_EVERY_S)
            if not self._opened:
                await self._open()
                continue
            await self._write()
            if asyncio.get_running_loop().time() > sights_at:
                sights_at = asyncio.get_running_loop().time() + SIGHT_EVERY_S
                await self._try(lambda: self._devices.still_here(tuple(self._online), self._clock()))
                for notes in await self._try(lambda: self._devices.grown_old(self._clock())) or ():
                    self._bus.publish(DeviceNoted(notes))

    async def aclose(self) -> None:
        """Write what is left and close the file."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._opened:
            await self._write()
            await self._try(lambda: self._devices.still_here(tuple(self._online), self._clock()))
        await self._worker.run(self._database.close)

    def report(self, reports: Iterable[Reported]) -> None:
        """Take in what may become alerts."""
        for each in reports:
            if len(self._reports) < MOST_REPORTS or each.code is AlertCode.IDENTITY_CHANGED:
                self._reports[each] = None

    def _take(self, event: Event) -> None:
        if isinstance(event, DeviceSeen | DeviceChanged | DeviceGone):
            device = event.device
            if device.presence is Presence.ARRIVING:
                return
            if len(self._changed) < MOST_CHANGED or device.id in self._changed:
                self._changed[device.id] = device
            (self._online.add if device.online else self._online.discard)(device.id)
        elif isinstance(event, ChainJudged):
            if event.presented.chain and event.presented.key_proved:
                self._judged[event.host] = event
            self.report(alert_rules.of_chain(event, self._clock()))
        elif isinstance(event, NetworkFound):
            self.report(alert_rules.of_finding(event.finding))

    async def _write(self) -> None:
        """Keep what changed. What cannot be kept now waits; nothing that came later is overwritten by it."""
        async with self._writing:
            if self._opened:
                await self._write_changes()
                await self._write_alerts()

    async def _write_changes(self) -> None:
        changed, judged = self._changed, self._judged
        if not changed and not judged:
            return
        self._changed, self._judged = {}, {}
        now, kept = self._clock(), False
        try:
            notes = await self._try(lambda: self._devices.record(changed.values(), map(_shown, judged.values()), now))
            kept = notes is not None
        finally:
            if not kept:  # also where this was cancelled
                self._changed, self._judged = {**changed, **self._changed}, {**judged, **self._judged}
        for each in notes or ():
            self._bus.publish(DeviceNoted(each))
            if each.is_new and self._settings.new_devices:
                self.report(alert_rules.of_new(changed[each.device]))

    async def _write_alerts(self) -> None:
        reports, now = tuple(self._reports), self._clock()
        raised = await self._try(lambda: self._alerts.report(reports, now)) if reports else None
        if raised is None:
            return
        for each in reports:
            self._reports.pop(each, None)
        for alert in raised:
            self._bus.publish(AlertRaised(alert))

    async def _try(self, call: Callable[[], T]) -> T | None:
        """Run a write; a failure is told once and is over with the first success."""
        try:
            result = await self._worker.run(call)
        except DotlocalError as problem:
            self._tell_stopped(problem)
            return None
        except Exception as error:  # the border: what cannot be kept stops no discovery
            log.exception("The history could not be written")
            self._tell_stopped(StateUnwritable(f"The history could not be written: {type(error).__name__}."))
            return None
        self._tell_going()
        return result

    def _tell_going(self) -> None:
        if self._stopped:
            self._stopped = ""
            self._bus.publish(HistoryStopped(""))

    def _asked(self) -> None:
        """Raise why there is no history, where there is none."""
        if not self._opened:
            raise StateUnwritable(self._stopped or "The history is not open yet.", hint=self._hint)

    def _tell_stopped(self, problem: DotlocalError) -> None:
        if problem.message != self._stopped:
            self._stopped, self._hint = problem.message, problem.hint
            self._bus.publish(HistoryStopped(problem.message, problem.hint))

    async def of(self, device: str) -> DeviceHistory:
        """Return what happened to a device.

        Raises: StateUnwritable, StateCorrupt.
        """
        self._asked()
        await self._write()
        return await self._worker.run(lambda: self._devices.history(device))

    async def annotate(self, device: str, **changes: str | bool) -> DeviceNotes | None:
        """Change notes on a device (`friendly`, `note`, `hidden`, `acknowledged`); return those from before.

        None: the device is not known to the inventory. Raises: StateUnwritable, StateCorrupt.
        """
        self._asked()
        await self._write()
        before = self._devices.notes(device)
        after = await self._worker.run(lambda: self._devices.annotate(device, **changes))
        if after is not None:
            self._bus.publish(DeviceNoted(after))
        return before

    async def alerts(self) -> tuple[Alert, ...]:
        """Return every alert, newest first.

        Raises: StateUnwritable, StateCorrupt.
        """
        self._asked()
        return await self._worker.run(self._alerts.all)

    async def mark_read(self, numbers: Iterable[int], *, read: bool = True) -> None:
        """Mark alerts as read, or not, and tell it.

        Raises: StateUnwritable, StateCorrupt.
        """
        self._asked()
        chosen = frozenset(numbers)
        await self._worker.run(lambda: self._alerts.mark_read(chosen, read=read))
        for alert in await self.alerts():
            if alert.number in chosen:
                self._bus.publish(AlertRaised(alert))

    async def mute(self, code: AlertCode, subject: str = "", *, muted: bool = True) -> None:
        """Tell no more alerts like this, or tell them again.

        Raises: StateUnwritable, StateCorrupt.
        """
        self._asked()
        await self._worker.run(lambda: self._alerts.mute(code, subject, muted=muted))

    async def muted(self) -> tuple[tuple[AlertCode, str], ...]:
        """Return what is muted.

        Raises: StateUnwritable, StateCorrupt.
        """
        self._asked()
        return await self._worker.run(self._alerts.muted)


def _shown(event: ChainJudged) -> ShownCertificate:
    """Return the certificate that a judged chain begins with, as the inventory keeps it."""
    presented = event.presented
    leaf = presented.chain[0]
    parsed = try_parse(leaf.der)
    key = hashlib.sha256(parsed.spki).hexdigest() if parsed is not None else ""
    return ShownCertificate(event.host, presented.port, leaf.sha256, key, leaf.issuer, leaf.der, presented.seen_at)
