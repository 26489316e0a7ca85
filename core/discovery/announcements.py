"""Turn validated records into devices: what is known, what is missing, what ran out; pure, time is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.model.device import Address, Device, Service, TxtValue

MAX_HOSTS = 20_000
MAX_INSTANCES = 60_000
MAX_PER_HOST = 256
MAX_TXT = 8_900
REFRESH_S = 24.0
"""A record of 120 s is asked for again when a fifth of its life is left."""


@dataclass(frozen=True, slots=True)
class PointerHeard:
    """A service type points to an instance; `ttl_s` 0 is a goodbye. `instance` is the raw label."""

    type: str
    instance: str
    ttl_s: float


@dataclass(frozen=True, slots=True)
class LocationHeard:
    """An instance lives on a host and port (SRV)."""

    type: str
    instance: str
    host: str
    port: int
    ttl_s: float


@dataclass(frozen=True, slots=True)
class TextHeard:
    """An instance's TXT record, as bytes."""

    type: str
    instance: str
    data: bytes
    ttl_s: float


@dataclass(frozen=True, slots=True)
class AddressHeard:
    """A host has an address."""

    host: str
    address: Address
    ttl_s: float


Heard = PointerHeard | LocationHeard | TextHeard | AddressHeard
Key = tuple[str, str]


@dataclass
class _Instance:
    pointer_until: float = 0.0
    host: str = ""
    port: int = 0
    located_until: float = 0.0
    txt: bytes | None = None


@dataclass
class _Host:
    name: str
    first_seen: float
    last_seen: float
    addresses: dict[Address, float] = field(default_factory=dict)
    instances: set[Key] = field(default_factory=set)
    shown: Device | None = None


class Announcements:
    """The table of what was announced. Times are seconds since the epoch, always given by the caller."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}
        self._instances: dict[Key, _Instance] = {}

    def apply(self, heard: Iterable[Heard], now: float) -> tuple[Device, ...]:
        """Take records in and return the devices that look different now (offline ones included)."""
        touched: set[str] = set()
        for record in heard:
            if isinstance(record, AddressHeard):
                touched |= self._apply_address(record, now)
            else:
                touched |= self._apply_instance(record, now)
        return self._changed(touched, now)

    def expire(self, now: float) -> tuple[Device, ...]:
        """Drop what outlived its TTL and return the devices that look different now."""
        touched = {
            host.name
            for host in self._hosts.values()
            if any(until <= now for until in host.addresses.values())
            or any(
                min(i.pointer_until, i.located_until) <= now for k in host.instances if (i := self._instances.get(k))
            )
        }
        return self._changed(touched, now)

    def missing(self, now: float) -> tuple[list[Key], list[str]]:
        """Return instances without a location and hosts without an address, to be asked for."""
        unlocated = [
            key
            for key, i in self._instances.items()
            if i.pointer_until > now and not (i.host and i.located_until > now)
        ]
        unaddressed = [
            h.name for h in self._hosts.values() if h.instances and not any(t > now for t in h.addresses.values())
        ]
        return unlocated, unaddressed

    def due_for_refresh(self, now: float) -> tuple[list[Key], list[str]]:
        """Return instances and hosts whose location or last address is about to run out (RFC 6762 section 5.2)."""
        instances = [key for key, i in self._instances.items() if i.host and 0 < i.located_until - now < REFRESH_S]
        hosts = [
            h.name for h in self._hosts.values() if h.addresses and 0 < max(h.addresses.values()) - now < REFRESH_S
        ]
        return instances, hosts

    def devices(self, now: float) -> tuple[Device, ...]:
        """Return every device that was ever complete, by host name."""
        return tuple(shown for name in sorted(self._hosts) if (shown := self._view(self._hosts[name], now)) is not None)

    def _apply_address(self, record: AddressHeard, now: float) -> set[str]:
        host = self._host(record.host, now)
        if host is None:
            return set()
        if record.ttl_s <= 0:
            host.addresses.pop(record.address, None)
        elif record.address in host.addresses or len(host.addresses) < MAX_PER_HOST:
            host.addresses[record.address] = now + record.ttl_s
            host.last_seen = now
        return {host.name}

    def _apply_instance(self, record: PointerHeard | LocationHeard | TextHeard, now: float) -> set[str]:
        key = (record.type, record.instance)
        instance = self._instances.get(key)
        if instance is None:
            if record.ttl_s <= 0 or (len(self._instances) >= MAX_INSTANCES and not self._forget_instances(now)):
                return set()
            instance = self._instances[key] = _Instance()
        touched = {instance.host} if instance.host else set()
        until = now + record.ttl_s if record.ttl_s > 0 else 0.0
        if isinstance(record, PointerHeard):
            instance.pointer_until = until
        elif isinstance(record, TextHeard):
            instance.txt = record.data[:MAX_TXT] if until else instance.txt
        elif until:
            touched |= self._locate(key, instance, record, until, now)
        else:
            instance.located_until = 0.0
        for name in touched:
            if until and name in self._hosts:
                self._hosts[name].last_seen = now
        return touched

    def _locate(self, key: Key, instance: _Instance, record: LocationHeard, until: float, now: float) -> set[str]:
        host = self._host(record.host, now)
        if host is None:
            return set()
        if key not in host.instances and len(host.instances) >= MAX_PER_HOST:
            self._forget_instances(now)
            if len(host.instances) >= MAX_PER_HOST:
                return set()
        if instance.host and instance.host != record.host:
            self._hosts[instance.host].instances.discard(key)
        instance.host, instance.port, instance.located_until = record.host, record.port, until
        if not instance.pointer_until:
            instance.pointer_until = until
        host.instances.add(key)
        return {record.host}

    def _host(self, name: str, now: float) -> _Host | None:
        host = self._hosts.get(name)
        if host is None and len(self._hosts) >= MAX_HOSTS:
            self._forget_hosts(now)
        if host is None and len(self._hosts) < MAX_HOSTS:
            host = self._hosts[name] = _Host(name, now, now)
        return host

    def _forget_instances(self, now: float) -> bool:
        """Make room: drop instances that have run out. Say whether there is room now."""
        gone = [key for key, i in self._instances.items() if max(i.pointer_until, i.located_until) <= now]
        for key in gone:
            instance = self._instances.pop(key)
            if instance.host in self._hosts:
                self._hosts[instance.host].instances.discard(key)
        return len(self._instances) < MAX_INSTANCES

    def _forget_hosts(self, now: float) -> None:
        """Make room: drop a tenth of the hosts, those that have been silent longest, if they are gone."""
        silent = [h for h in self._hosts.values() if not any(until > now for until in h.addresses.values())]
        silent.sort(key=lambda h: h.last_seen)
        for host in silent[: MAX_HOSTS // 10]:
            for key in host.instances:
                self._instances.pop(key, None)
            del self._hosts[host.name]

    def _changed(self, names: set[str], now: float) -> tuple[Device, ...]:
        changed = []
        for name in sorted(names):
            host = self._hosts.get(name)
            if host is None:
                continue
            view = self._view(host, now)
            if view is not None and (host.shown is None or not _looks_same(view, host.shown)):
                host.shown = view
                changed.append(view)
        return tuple(changed)

    def _view(self, host: _Host, now: float) -> Device | None:
        """Return the host as a device; gone parts stay visible while it is offline."""
        addresses = tuple(sorted(a for a, until in host.addresses.items() if until > now))
        services = tuple(sorted((s for k in host.instances if (s := self._service(k, now))), key=_service_order))
        online = bool(addresses) and (bool(services) or not host.instances)
        if host.shown is None and not (addresses and (services or not host.instances)):
            return None
        last = host.shown
        if not online and last is not None:
            addresses, services = addresses or last.addresses, services or last.services
        return Device(
            host=host.name,
            name=_friendly_name(host.name, services),
            addresses=addresses,
            services=services,
            online=online,
            first_seen=datetime.fromtimestamp(host.first_seen, UTC),
            last_seen=datetime.fromtimestamp(host.last_seen, UTC),
        )

    def _service(self, key: Key, now: float) -> Service | None:
        instance = self._instances.get(key)
        if instance is None or instance.pointer_until <= now or instance.located_until <= now:
            return None
        return Service(key[0], key[1], instance.port, parse_txt(instance.txt or b""))


def _service_order(service: Service) -> tuple[str, str, int]:
    return service.type, service.instance, service.port


def _looks_same(one: Device, other: Device) -> bool:
    return (one.addresses, one.services, one.online, one.name) == (
        other.addresses, other.services, other.online, other.name,
    )  # fmt: skip


def _friendly_name(host: str, services: tuple[Service, ...]) -> str:
    """Return a name for people: the instance name that most services share, else the host's first label."""
    counted: dict[str, int] = {}
    for service in services:
        counted[service.instance] = counted.get(service.instance, 0) + 1
    return max(counted, key=lambda name: (counted[name], -len(name), name)) if counted else host.partition(".")[0]


def parse_txt(data: bytes) -> tuple[tuple[str, TxtValue], ...]:
    """Return a TXT record's keys and values (RFC 6763 section 6): first key wins, missing keys are skipped."""
    pairs: dict[str, TxtValue] = {}
    position = 0
    while position < len(data):
        size = data[position]
        entry = data[position + 1 : position + 1 + size]
        position += 1 + size
        key, separator, value = entry.partition(b"=")
        if not key:
            continue
        pairs.setdefault(key.decode("ascii", "backslashreplace"), _txt_value(value) if separator else None)
    return tuple(pairs.items())


def _txt_value(value: bytes) -> TxtValue:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value
