"""Put devices together from what every link knows: one row a host, and changes of it; pure, time is passed in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address

from core.discovery.claims import Claim
from core.discovery.describe import Description, describe
from core.discovery.host_refresh import REFRESH_AT
from core.discovery.link import Link
from core.discovery.owners import Host, Instance
from core.model.device import Address, Device, Presence, Service
from core.model.txt import parse_txt

MAX_ROWS = 30_000
SPLIT_AFTER_S = 2.0
IN_VAIN = 2
"""A host that did not answer so many questions for its address is gone when that runs out, not just stale."""


class What(Enum):
    """What became of a device."""

    SEEN = "seen"
    CHANGED = "changed"
    GONE = "gone"
    FORGOTTEN = "forgotten"
    """It has been away for long and made room for others."""


@dataclass(frozen=True, slots=True)
class Change:
    """A device that looks different now."""

    what: What
    device: Device


@dataclass(frozen=True, slots=True)
class _Place:
    """A host on one link, as it stands."""

    interface: str
    link: Link
    host: Host
    addresses: tuple[Address, ...]
    services: tuple[Service, ...]
    presence: Presence


class Board:
    """Every device that was ever complete, by id, and what was last said of it."""

    def __init__(
        self,
        links: Mapping[str, Link],
        wall: Callable[[float], datetime],
        mac_of: Callable[[str], str] = lambda address: "",
        vendor_of: Callable[[str], str] = lambda mac: "",
    ) -> None:
        self._links, self._wall, self._mac_of, self._vendor_of = links, wall, mac_of, vendor_of
        self._shown: dict[str, Device] = {}
        self._ids: dict[str, tuple[str, ...]] = {}
        self._disagree_since: dict[str, float] = {}
        self._apart: set[str] = set()

    def devices(self) -> tuple[Device, ...]:
        """Return every device, by id."""
        return tuple(self._shown[key] for key in sorted(self._shown))

    def speakers(self, interface: str) -> Iterator[str]:
        """Yield through whom each device on an interface is seen that somebody else speaks for."""
        for device in self._shown.values():
            if device.online and device.through and any(a.interface == interface for a in device.addresses):
                yield device.through

    def device(self, key: str) -> Device | None:
        """Return one device."""
        return self._shown.get(key)

    def update(self, hosts: set[str], now: float) -> list[Change]:
        """Look at these hosts again and return what changed."""
        changes: list[Change] = []
        for name in hosts:
            places = [p for link in self._links.values() if (p := _place(link, name, now)) is not None]
            groups = self._groups(name, places, now)
            apart = name in self._apart
            ids = []
            for group in groups:
                device = self._device(name, group, now, network=group[0].interface if apart else "")
                ids.append(device.id)
                changes += self._change(device)
            changes += self._left_over(name, ids)
            if ids:
                self._ids[name] = tuple(ids)
        return changes + self._make_room()

    def unsettled(self, now: float) -> set[str]:
        """Return the hosts that two networks have spoken of differently for long enough to be two devices."""
        return {name for name, since in self._disagree_since.items() if now - since >= SPLIT_AFTER_S}

    def _groups(self, name: str, places: list[_Place], now: float) -> list[list[_Place]]:
        """Return the devices of a name; what disagrees only for a moment, while news spread, is one device still."""
        groups = _grouped(places)
        if name in self._apart:
            if len(places) <= 1 and len(self._ids.get(name, ())) <= 1:
                self._apart.discard(name)
            return groups
        if len(groups) <= 1:
            self._disagree_since.pop(name, None)
            return groups
        if name not in self._ids or now - self._disagree_since.setdefault(name, now) >= SPLIT_AFTER_S:
            self._disagree_since.pop(name, None)
            self._apart.add(name)
            return groups
        return [places]

    def _make_room(self) -> list[Change]:
        """Drop the rows of devices that went first, where there are too many of those."""
        if len(self._shown) <= MAX_ROWS:
            return []
        away = sorted((d for d in self._shown.values() if not d.online), key=lambda d: d.last_seen)
        changes = []
        for device in away[: max(1, len(self._shown) - MAX_ROWS)]:
            del self._shown[device.id]
            self._ids.pop(device.host, None)
            self._apart.discard(device.host)
            changes.append(Change(What.FORGOTTEN, device))
        return changes

    def _left_over(self, name: str, ids: list[str]) -> list[Change]:
        """A host that was one device and is two now, or went with its interface: the old row is gone."""
        changes = []
        for key in self._ids.get(name, ()):
            if key not in ids and (held := self._shown.get(key)) is not None:
                if ids:
                    del self._shown[key]
                if held.online or held.presence is Presence.ARRIVING:
                    gone = replace(held, online=False, presence=Presence.GONE)
                    if not ids:
                        self._shown[key] = gone
                    changes.append(Change(What.GONE, gone))
        return changes

    def _change(self, device: Device) -> list[Change]:
        before = self._shown.get(device.id)
        if before is None and not device.online and device.presence is not Presence.ARRIVING:
            return []
        self._shown[device.id] = device
        if before is not None and _looks_same(before, device):
            return []
        if before is None or (device.online and not before.online):
            return [Change(What.SEEN, device)]
        if not device.online and (before.online or before.presence is Presence.ARRIVING):
            return [Change(What.GONE, device)]
        return [Change(What.CHANGED, device)]

    def _device(self, name: str, places: list[_Place], now: float, network: str) -> Device:
        first = min(places, key=lambda p: _ORDER[p.presence])
        here = [p for p in places if p.presence is first.presence] or places
        addresses = tuple(sorted({a for p in here for a in p.addresses}))
        services = _united(here)
        key = f"{name}%{network}" if network else name
        before = self._shown.get(key)
        online = first.presence in {Presence.HERE, Presence.STALE} and bool(addresses)
        if not online and before is not None and first.presence is not Presence.ARRIVING:
            addresses, services = addresses or before.addresses, services or before.services
        mac = next((m for a in addresses if (m := self._mac_of(a.address))), before.mac if before else "")
        told = describe(services) if services else Description("", "", "")
        through = _through(here)
        return Device(
            host=name,
            name=_friendly_name(name, services),
            addresses=addresses,
            services=services,
            online=online,
            first_seen=before.first_seen if before else self._wall(min(p.host.first_seen for p in places)),
            last_seen=self._wall(max(p.host.last_seen for p in places)),
            presence=first.presence if online or first.presence is not Presence.HERE else Presence.GONE,
            network=network,
            kind=told.kind,
            vendor=told.vendor or (self._vendor_of(mac) if mac and not through else ""),
            model=told.model,
            mac=mac,
            through=through,
        )


_ORDER = {
    Presence.HERE: 0, Presence.STALE: 1, Presence.LEAVING: 2, Presence.ARRIVING: 3, Presence.GONE: 4,
}  # fmt: skip


def _place(link: Link, name: str, now: float) -> _Place | None:
    host = link.table.hosts.get(name)
    if host is None:
        return None
    interface = link.interface.name
    services: list[Service] = []
    leaving = bool(host.instances)
    for key in host.instances:
        instance = link.table.instances.get(key)
        if instance is not None and (service := _service(instance, name, now)) is not None:
            services.append(service)
            leaving = leaving and any(c.leaving for c in instance.pointers)
    live = [c for held in host.sets() for c in held if c.until > now]
    shown = [c for held in host.sets() for c in ([k for k in held if k.until > now] or held)]
    addresses = tuple(Address(_address_text(c.rdata), interface) for c in shown)
    services.sort(key=_service_order)
    presence = _presence(host, live, services, leaving=leaving and bool(services), now=now)
    return _Place(interface, link, host, addresses, tuple(services), presence)


def _presence(
    host: Host, claims: list[Claim[bytes]], services: list[Service], *, leaving: bool, now: float
) -> Presence:
    if host.arriving_until > now and not claims:
        return Presence.ARRIVING
    if leaving or (claims and all(c.leaving for c in claims)):
        return Presence.LEAVING
    if host.bereft_at and not any(c.heard_at > host.bereft_at for c in claims):
        return Presence.LEAVING if now < host.bereft_at + 1.0 else Presence.GONE
    if host.asked_in_vain >= len(REFRESH_AT):
        return Presence.GONE
    if claims:
        return Presence.HERE
    if services and host.asked_in_vain < IN_VAIN and (host.ipv4 or host.ipv6):
        return Presence.STALE
    return Presence.GONE


def _service(instance: Instance, host: str, now: float) -> Service | None:
    """Return an instance that is pointed to and lives on this host."""
    if not instance.pointers.is_live(now):
        return None
    place = instance.locations.latest(now)
    if place is None:
        return None
    port = place[1] if place[0] == host else next((c.rdata[1] for c in instance.locations if c.rdata[0] == host), 0)
    octets = instance.texts.latest(now) or b""
    return Service(instance.key[0], instance.label, port, parse_txt(octets), octets, instance.subtypes)


def _grouped(places: list[_Place]) -> list[list[_Place]]:
    """Return places that are one device together: same addresses, or the same services with the same texts.

    A name that two networks use is two devices until what they say agrees.
    """
    groups: list[list[_Place]] = []
    for place in places:
        home = next((g for g in groups if any(_agree(place, other) for other in g)), None)
        if home is None:
            groups.append([place])
        else:
            home.append(place)
    return groups


def _agree(one: _Place, other: _Place) -> bool:
    if {a.address for a in one.addresses} & {a.address for a in other.addresses}:
        return True
    mine, theirs = set(_essence(one)), set(_essence(other))
    if not mine or not theirs:
        return not mine and not theirs and not one.addresses and not other.addresses
    return mine <= theirs or theirs <= mine


def _essence(place: _Place) -> list[tuple[str, str, int, bytes]]:
    return [(s.type, s.instance, s.port, s.txt_octets) for s in place.services]


def _united(places: list[_Place]) -> tuple[Service, ...]:
    if len(places) == 1:
        return places[0].services
    found = {(s.type, s.instance): s for place in places for s in place.services}
    return tuple(sorted(found.values(), key=_service_order))


def _through(places: list[_Place]) -> str:
    """Return the sender that speaks for a host without having one of its addresses; "" where the host speaks itself."""
    for place in places:
        claims = [c for held in place.host.sets() for c in held]
        own = {a.address for a in place.addresses}
        senders = {s for c in claims for s in c.senders}
        if not senders or senders & own:
            return ""
    speakers = sorted({s for p in places for held in p.host.sets() for c in held for s in c.senders})
    off_link = any(not p.link.is_on_link(a.address) for p in places for a in p.addresses)
    return speakers[0] if speakers and off_link else ""


def _service_order(service: Service) -> tuple[str, str, int]:
    return service.type, service.instance, service.port


def _looks_same(one: Device, other: Device) -> bool:
    return replace(one, last_seen=other.last_seen) == other


def _friendly_name(host: str, services: tuple[Service, ...]) -> str:
    """Return a name for people: the instance name that most services share, else the host's first label."""
    if len(services) == 1:
        return services[0].instance
    counted: dict[str, int] = {}
    for service in services:
        counted[service.instance] = counted.get(service.instance, 0) + 1
    return max(counted, key=lambda name: (counted[name], -len(name), name)) if counted else host.partition(".")[0]


@lru_cache(4_096)
def _address_text(packed: bytes) -> str:
    return str(ip_address(packed))
