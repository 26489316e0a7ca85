"""Stand between the engine's thread and the core's loop: events on the bus, devices at hand."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from core.discovery.beyond import BeyondTheLink
from core.discovery.board import Change, What
from core.discovery.engine import Batch, Engine
from core.discovery.interfaces import choose
from core.discovery.service_types import COMMON_TYPES
from core.discovery.traffic import TrafficMeter
from core.errors import NetworkUnavailable
from core.events import Bus, DeviceChanged, DeviceForgotten, DeviceGone, DeviceSeen, NetworkFound, NetworkListening
from core.model.device import Device
from core.model.link_traffic import LinkTraffic
from core.model.network_finding import Findings, NetworkFinding

_EVENTS: dict[What, type[DeviceSeen | DeviceChanged | DeviceGone]] = {
    What.SEEN: DeviceSeen, What.CHANGED: DeviceChanged, What.GONE: DeviceGone,
}  # fmt: skip


class Browser:
    """Follows every service type of every link and publishes what changes; all calls belong to the core's loop."""

    def __init__(
        self,
        bus: Bus,
        interfaces: tuple[str, ...] = (),
        types: Iterable[str] = (),
        beyond: BeyondTheLink | None = None,
    ) -> None:
        self._beyond = beyond
        self._bus, self._wanted = bus, interfaces
        self._types = tuple(dict.fromkeys((*types, *COMMON_TYPES)))
        self._devices: dict[str, Device] = {}
        self._others: dict[str, Device] = {}
        """What is known beyond the link, by id; the link's own word on a device that is here comes first."""
        self._findings, self._traffic = Findings(), TrafficMeter()
        self._engine: Engine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Open the sockets and begin to listen.

        Raises: UnknownInterface, or NetworkUnavailable when no interface can carry multicast DNS.
        """
        self._loop = asyncio.get_running_loop()
        chosen = choose(self._wanted)
        engine = Engine(self._deliver, self._wanted, self._types)
        try:
            engine.start(chosen)
        except OSError as error:
            raise NetworkUnavailable(f"Multicast DNS cannot be opened: {error.strerror or error}.") from error
        self._engine = engine
        self._bus.publish(NetworkListening(tuple(i.name for i in chosen)))
        if self._beyond is not None:
            self._beyond.start(self._take_beyond)

    async def run(self) -> None:
        """Wait until cancelled: the engine works on its own thread."""
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Close the sockets."""
        engine, self._engine = self._engine, None
        if self._beyond is not None:
            self._beyond.close()
        if engine is not None:
            await asyncio.to_thread(engine.close)

    def refresh(self) -> None:
        """Ask for everything anew."""
        if self._engine is not None:
            self._engine.refresh()

    def watch(self, hosts: Iterable[str]) -> None:
        """Follow these hosts closely: somebody looks at them. The last call counts."""
        if self._engine is not None:
            self._engine.watch(frozenset(hosts))

    def confirm(self, host: str) -> None:
        """A host could not be reached: ask for it, and let it go if it stays silent."""
        if self._engine is not None:
            self._engine.confirm(host)

    def devices(self) -> tuple[Device, ...]:
        """Return every device known now, by id; those that went are offline."""
        return tuple(self._devices[key] for key in sorted(self._devices))

    def findings(self) -> tuple[NetworkFinding, ...]:
        """Return what was told of the network and is not over, oldest first."""
        return self._findings.all()

    def traffic(self) -> tuple[LinkTraffic, ...]:
        """Return what each interface carried since the last call."""
        return self._traffic.since_last(self._engine.sockets()) if self._engine is not None else ()

    def types(self) -> tuple[str, ...]:
        """Return the service types that were heard, to be remembered."""
        return self._engine.types() if self._engine is not None else ()

    def _deliver(self, batch: Batch) -> None:
        """Take a batch on the engine's thread and hand it to the loop."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._publish, batch)

    def _publish(self, batch: Batch) -> None:
        for change in batch.changes:
            if change.what is What.FORGOTTEN:
                self._devices.pop(change.device.id, None)
                self._bus.publish(DeviceForgotten(change.device.id))
            else:
                self._show(change)
                other = self._others.get(change.device.id)
                if change.what is What.GONE and other is not None and other.online:
                    self._show(Change(What.SEEN, other))
        for finding in batch.findings:
            self._findings.take(finding)
            self._bus.publish(NetworkFound(finding))
        if batch.interfaces is not None:
            problem = "" if batch.interfaces else "No network interface is up."
            self._bus.publish(NetworkListening(batch.interfaces, problem))

    def _take_beyond(self, changes: list[Change]) -> None:
        """Take what was found beyond the link, on whatever thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed
                self._loop.call_soon_threadsafe(self._publish_beyond, changes)

    def _publish_beyond(self, changes: list[Change]) -> None:
        for change in changes:
            key = change.device.id
            before = self._devices.get(key)
            ours = before is None or before is self._others.get(key) or not before.online
            self._others[key] = change.device
            if ours:
                self._show(change)
            if not change.device.online and change.device.through == "DNS":
                del self._others[key]

    def _show(self, change: Change) -> None:
        self._devices[change.device.id] = change.device
        self._bus.publish(_EVENTS[change.what](change.device))
