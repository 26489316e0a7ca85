"""What is seen without multicast: devices that a DNS server lists, and devices that somebody added by hand."""

import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.discovery.board import Change, What
from core.model.by_hand import ByHand
from core.model.device import Address, Device, Presence, Service

LOOK_EVERY_S, PATIENCE_S = 30.0, 3.0
RESOLV_CONF = Path("/etc/resolv.conf")
Tell = Callable[[list[Change]], None]
_TYPES = {22: "_ssh._tcp", 80: "_http._tcp", 8080: "_http._tcp"}


class BeyondTheLink:
    """Gathers both sources; each works on a thread of its own and none waits for the other.

    Without `look` nothing is connected to: devices added by hand are listed and not looked for.
    """

    def __init__(
        self,
        by_hand: Iterable[ByHand] = (),
        domains: tuple[str, ...] = (),
        servers: tuple[str, ...] = (),
        *,
        search: bool = True,
        look: Callable[[str], bool] = lambda host: True,
        round_s: float = 60.0,
    ) -> None:
        self._by_hand: dict[str, list[ByHand]] = {}
        for entry in by_hand:
            self._by_hand.setdefault(entry.host, []).append(entry)
        self._domains, self._servers = domains, servers
        self._search, self._may_look, self._round_s = search, look, round_s
        self._listed: dict[str, Device] = {}
        self._seen: dict[str, Device] = {}
        self._stop = threading.Event()
        self._closers: list[Callable[[], None]] = [self._stop.set]
        self._tell: Tell = lambda changes: None

    def start(self, tell: Tell) -> None:
        """Begin; `tell` is called on the sources' threads."""
        self._tell = tell
        if self._by_hand:
            threading.Thread(target=self._look_after, name="by-hand", daemon=True).start()
        domains = self._domains or (system_search_domains() if self._search else ())
        if domains:
            from core.discovery.wide_area import WideArea  # dnspython is loaded where it is used

            area = WideArea(domains, self._take_area, self._servers, round_s=self._round_s)
            self._closers.append(area.close)
            area.start()

    def close(self) -> None:
        """Stop; nobody waits for a question or a connection that is on its way."""
        for close in self._closers:
            close()

    def _take_area(self, devices: tuple[Device, ...]) -> None:
        there = {device.id: device for device in devices}
        changes = [c for d in devices if (c := _change(self._listed, d)) is not None]
        for key in [k for k in self._listed if k not in there]:
            gone = replace(self._listed.pop(key), online=False, presence=Presence.GONE)
            changes.append(Change(What.GONE, gone))
        if changes:
            self._tell(changes)

    def _look_after(self) -> None:
        begun = datetime.now(UTC)
        while not self._stop.is_set():
            for host, entries in self._by_hand.items():
                device = self._look_at(host, entries, begun)
                change = _change(self._seen, device)
                if change is not None and not self._stop.is_set():
                    self._tell([change])
            self._stop.wait(LOOK_EVERY_S)

    def _look_at(self, host: str, entries: list[ByHand], begun: datetime) -> Device:
        """Return a device as it stands: here only if one of its ports took a connection."""
        given = [e.address for e in entries if e.address]
        looks = self._may_look(host)
        addresses = tuple(dict.fromkeys(given or ([found] if looks and (found := _resolved(host)) else [])))
        here = looks and any(takes_connection(a, e.port) for e in entries for a in addresses)
        before = self._seen.get(host)
        services = tuple(Service(_TYPES.get(e.port, "_https._tcp"), host, e.port) for e in entries)
        return Device(
            host=host, name=host.removesuffix(".local"), addresses=tuple(Address(a) for a in addresses),
            services=services, online=here, first_seen=begun,
            last_seen=datetime.now(UTC) if here else before.last_seen if before else begun,
            presence=Presence.HERE if here else Presence.GONE if looks else Presence.LISTED, through="by hand",
        )  # fmt: skip


def _change(known: dict[str, Device], device: Device) -> Change | None:
    before = known.get(device.id)
    known[device.id] = device
    if before is not None and replace(before, last_seen=device.last_seen) == device:
        return None
    if device.online and (before is None or not before.online):
        return Change(What.SEEN, device)
    return Change(What.GONE if before is not None and before.online and not device.online else What.CHANGED, device)


def system_search_domains() -> tuple[str, ...]:
    """Return the domains that the system's resolver searches, without those that mean "here"; empty on Windows."""
    try:
        lines = RESOLV_CONF.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    words = [word for line in lines if line.startswith(("search ", "domain ", "search\t")) for word in line.split()[1:]]
    names = (word.strip(".").lower() for word in words)
    here = {"local", "localdomain", "lan", "home", "internal", ""}
    return tuple(n for n in dict.fromkeys(names) if n not in here and not n.endswith((".local", ".arpa")))


def takes_connection(address: str, port: int, timeout_s: float = PATIENCE_S) -> bool:
    """Say whether a port takes a connection."""
    try:
        with socket.create_connection((address, port), timeout_s):
            return True
    except OSError:
        return False


def _resolved(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        return ""
