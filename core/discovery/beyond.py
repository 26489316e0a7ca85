"""What is seen without multicast: devices that a DNS server knows, and devices that somebody added by hand."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.discovery.board import Change, What
from core.model.by_hand import ByHand
from core.model.device import Address, Device, Presence, Service

LOOK_EVERY_S, PATIENCE_S = 30.0, 3.0
RESOLV_CONF = Path("/etc/resolv.conf")
Tell = Callable[[list[Change]], None]


class BeyondTheLink:
    """Gathers both sources; each works on a thread of its own and none waits for the other."""

    def __init__(
        self, by_hand: tuple[ByHand, ...] = (), domains: tuple[str, ...] = (), servers: tuple[str, ...] = (),
        *, search: bool = True, round_s: float = 60.0,
    ) -> None:  # fmt: skip
        self._by_hand, self._domains, self._servers = by_hand, domains, servers
        self._search, self._round_s = search, round_s
        self._known: dict[str, Device] = {}
        self._stop = threading.Event()
        self._closers: list[Callable[[], None]] = [self._stop.set]
        self._tell: Tell = lambda changes: None

    def start(self, tell: Tell) -> None:
        """Begin; `tell` is called on the sources' threads."""
        self._tell = tell
        if self._by_hand:
            threading.Thread(target=self._look_after, name="by-hand", daemon=True).start()
        if self._domains or (self._search and system_search_domains()):
            from core.discovery.wide_area import WideArea  # dnspython is loaded where it is used

            area = WideArea(
                self._domains or system_search_domains(), self._take_area, self._servers, round_s=self._round_s
            )
            self._closers.append(area.close)
            area.start()

    def close(self) -> None:
        """Stop."""
        for close in self._closers:
            close()

    def _take_area(self, devices: tuple[Device, ...]) -> None:
        there = {device.id: device for device in devices}
        changes = [c for d in devices if (c := self._change(d)) is not None]
        for key, held in tuple(self._known.items()):
            if held.through == "DNS" and key not in there:
                gone = replace(self._known.pop(key), online=False, presence=Presence.GONE)
                changes.append(Change(What.GONE, gone))
        if changes:
            self._tell(changes)

    def _change(self, device: Device) -> Change | None:
        before = self._known.get(device.id)
        self._known[device.id] = device
        if before is not None and replace(before, last_seen=device.last_seen) == device:
            return None
        if before is None or (device.online and not before.online):
            return Change(What.SEEN, device)
        return Change(What.GONE if before.online and not device.online else What.CHANGED, device)

    def _look_after(self) -> None:
        begun = datetime.now(UTC)
        last: dict[str, datetime] = {}
        while not self._stop.is_set():
            for entry in self._by_hand:
                address = entry.address or _resolved(entry.host)
                here = bool(address) and answers(address, entry.port)
                now = datetime.now(UTC)
                if here:
                    last[entry.host] = now
                change = self._change(_device(entry, address, begun, last.get(entry.host, begun), here=here))
                if change is not None and not self._stop.is_set():
                    self._tell([change])
            self._stop.wait(LOOK_EVERY_S)


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


def answers(address: str, port: int, timeout_s: float = PATIENCE_S) -> bool:
    """Say whether a device is there: it takes a connection, or refuses it itself."""
    try:
        with socket.create_connection((address, port), timeout_s):
            return True
    except ConnectionRefusedError:
        return True
    except OSError:
        return False


def _resolved(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        return ""


def _device(entry: ByHand, address: str, first: datetime, last: datetime, *, here: bool) -> Device:
    addresses = (Address(address),) if address else ()
    kind = "_https._tcp" if entry.port != 80 else "_http._tcp"
    return Device(
        host=entry.host, name=entry.host.removesuffix(".local"), addresses=addresses,
        services=(Service(kind, entry.host, entry.port),), online=here, first_seen=first, last_seen=last,
        presence=Presence.HERE if here else Presence.GONE, through="by hand",
    )  # fmt: skip
