"""Typed events on the core's bus: frozen, in the past tense."""

from collections.abc import Callable
from dataclasses import dataclass

from core.model.alert import Alert
from core.model.certificate import Presented
from core.model.device import Device
from core.model.device_notes import DeviceNotes
from core.model.link_traffic import LinkTraffic
from core.model.network_finding import NetworkFinding
from core.model.plan import Outcome
from core.model.verdict import PathLink, Verdict


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """A device appeared, for the first time or again."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A known device shows other addresses, services or TXT."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceGone:
    """A device said goodbye or its records ran out; `device.online` is False."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceForgotten:
    """A device that had been away for long is not kept any more; `host` is its id."""

    host: str


@dataclass(frozen=True, slots=True)
class DevicesRemembered:
    """Devices of earlier days, as they were last seen, with their notes; all are offline until they are heard."""

    devices: tuple[Device, ...]
    notes: tuple[DeviceNotes, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchingAnew:
    """The engine was started anew: nothing is known to be here until it is heard again."""


@dataclass(frozen=True, slots=True)
class DeviceNoted:
    """What a person, or time, adds to a device is known, or changed."""

    notes: DeviceNotes


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """Something happened that somebody should know of, or such an alert was read."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class HistoryStopped:
    """The inventory cannot be written or read: what happens from now on is not kept. "" means that it is again."""

    problem: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TrafficCounted:
    """What each interface carried since the last count, about once a second."""

    links: tuple[LinkTraffic, ...]


@dataclass(frozen=True, slots=True)
class CheckStarted:
    """A connection to a device's TLS port began; `host` is the device's id."""

    host: str


@dataclass(frozen=True, slots=True)
class ChainJudged:
    """A device's chain was captured (or not) and judged for every client; `host` is the device's id."""

    host: str
    presented: Presented
    verdicts: tuple[Verdict, ...]
    path: tuple[PathLink, ...]


@dataclass(frozen=True, slots=True)
class NetworkListening:
    """The engine listens on these interfaces; none is an empty tuple, and `problem` says why."""

    interfaces: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NetworkFound:
    """Something was seen on the network that somebody should know of; with `finding.over` it does not hold any more."""

    finding: NetworkFinding


@dataclass(frozen=True, slots=True)
class StoreChangeStarted:
    """A change of one trust store began; several can wait for one administrator prompt."""

    store: str


@dataclass(frozen=True, slots=True)
class StoreChangeEnded:
    """A change of one trust store ended, and the store was read back."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PhoneChecked:
    """A device opened the check of a shared root. `trusted` is True only if it did so at its first try."""

    client: str
    trusted: bool | None
    said: str


Event = (
    DeviceSeen | DeviceChanged | DeviceGone | DeviceForgotten | CheckStarted | ChainJudged | NetworkListening
    | NetworkFound | StoreChangeStarted | StoreChangeEnded | PhoneChecked | DevicesRemembered | DeviceNoted
    | AlertRaised | HistoryStopped | TrafficCounted | WatchingAnew
)  # fmt: skip
Listener = Callable[[Event], None]


class Bus:
    """Hands each event to every listener, in order, on the loop that publishes it."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; the returned call takes it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        """Tell every listener."""
        for listener in tuple(self._listeners):
            listener(event)
