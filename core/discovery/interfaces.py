"""The network interfaces of this computer: which can carry multicast DNS, and which one an address lives on."""

import ipaddress
import socket
import struct
import sys
import time
from dataclasses import dataclass

import ifaddr

from core.discovery import windows_adapters
from core.errors import NetworkUnavailable, UnknownInterface

_OFF_BY_DEFAULT = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "podman")
_OFF_ON_DARWIN = ("awdl", "llw", "utun", "anpi", "ap1", "ipsec", "ppp", "feth")  # radio links of its own, tunnels
_OFF_ON_WINDOWS = (
    "vEthernet (Default Switch)", "vEthernet (WSL", "Microsoft Wi-Fi Direct Virtual", "Bluetooth Device",
    "VMware Virtual Ethernet", "VirtualBox Host-Only",
)  # fmt: skip
_ZONES_COUNT_S = 30.0
_UP, _POINT_TO_POINT, _RUNNING, _MULTICAST, _GET_FLAGS = 0x1, 0x10, 0x40, 0x1000, 0x8913  # linux/if.h, linux/sockios.h


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface with its own addresses, each with its network."""

    name: str
    index: int
    networks: tuple[ipaddress.IPv4Interface | ipaddress.IPv6Interface, ...]
    also: str = ""
    """Another name that people know it by: on Windows its maker's, beside the connection's."""

    @property
    def zone(self) -> str:
        """Return what stands behind "%" in a link-local address (RFC 4007): on Windows a number, elsewhere the name."""
        return str(self.index) if sys.platform == "win32" else self.name

    def is_called(self, text: str) -> bool:
        """Say whether a person means this one: by a name, or by an address of it."""
        return text in {self.name, self.also} - {""} or any(text == str(n.ip) for n in self.networks)

    @property
    def is_loopback(self) -> bool:
        return any(network.ip.is_loopback for network in self.networks)

    @property
    def families(self) -> tuple[int, ...]:
        """Return 4, 6 or both: what it has addresses of; IPv6 counts where there is a link-local one."""
        has4 = any(n.version == 4 for n in self.networks)
        has6 = any(n.version == 6 and n.ip.is_link_local for n in self.networks)
        return (*((4,) if has4 else ()), *((6,) if has6 else ()))

    @property
    def prefixes(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Return the networks that are on the link."""
        return tuple(n.network for n in self.networks)


def all_interfaces() -> tuple[Interface, ...]:
    """Return every interface that has an address, in the system's order."""
    found = []
    for adapter in ifaddr.get_adapters():
        networks = []
        for entry in adapter.ips:
            text = entry.ip if isinstance(entry.ip, str) else entry.ip[0]
            networks.append(ipaddress.ip_interface(f"{text}/{entry.network_prefix}"))
        name, also = adapter.nice_name, ""
        if sys.platform == "win32" and adapter.ips:  # ifaddr keeps the connection's name, "Wi-Fi", with each address
            name, also = adapter.ips[0].nice_name, adapter.nice_name
        index = adapter.index if adapter.index is not None else _index_of(name)
        found.append(Interface(name, index, tuple(sorted(networks, key=lambda n: (n.version, str(n)))), also))
    return tuple(found)


_zones: tuple[float, dict[str, str]] = (0.0, {})


def scoped(address: str, interface: str) -> str:
    """Return an address as a program connects to it: a link-local one names its interface's zone."""
    if not address.startswith("fe80:") or not interface:
        return address
    if sys.platform != "win32":
        return f"{address}%{interface}"
    global _zones
    made_at, zones = _zones
    if interface not in zones or time.monotonic() - made_at > _ZONES_COUNT_S:
        _zones = time.monotonic(), {one.name: one.zone for one in all_interfaces()}
    return f"{address}%{_zones[1].get(interface, interface)}"


def choose(wanted: tuple[str, ...]) -> tuple[Interface, ...]:
    """Return the interfaces to listen on: the wanted names or addresses, or all that people mean by "the network".

    Raises: UnknownInterface for a name that is not there; NetworkUnavailable when nothing is left.
    """
    present = all_interfaces()
    if wanted:
        return tuple(dict.fromkeys(_named(text, present) for text in wanted))
    chosen = usual(present)
    if not chosen:
        raise NetworkUnavailable("No network interface is up.")
    return chosen


def present(wanted: tuple[str, ...]) -> tuple[Interface, ...]:
    """Return those of the wanted interfaces that are there now; with none wanted, all the usual ones."""
    there = all_interfaces()
    if not wanted:
        return usual(there)
    named = (i for i in there if any(map(i.is_called, wanted)))
    return tuple(i for i in named if i.is_loopback or _can_multicast(i))


def usual(interfaces: tuple[Interface, ...]) -> tuple[Interface, ...]:
    """Return the interfaces that people mean by "the network": up, not loopback, no tunnel, no bridge of containers."""
    others = {"darwin": _OFF_ON_DARWIN, "win32": _OFF_ON_WINDOWS}.get(sys.platform, ())
    off = (*_OFF_BY_DEFAULT, *others)
    meant = (i for i in interfaces if not i.is_loopback and not i.name.startswith(off) and not i.also.startswith(off))
    return tuple(i for i in meant if _can_multicast(i))


def _can_multicast(interface: Interface) -> bool:
    if sys.platform == "win32":
        usable = windows_adapters.usable()
        return usable is None or interface.index in usable
    if not sys.platform.startswith("linux"):
        return True
    import fcntl

    request = struct.pack("16sH14x", interface.name.encode()[:15], 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        try:
            (flags,) = struct.unpack_from("H", fcntl.ioctl(asker, _GET_FLAGS, request), 16)
        except OSError:
            return False
    return bool(flags & _UP and flags & _RUNNING and flags & _MULTICAST and not flags & _POINT_TO_POINT)


def _named(text: str, present: tuple[Interface, ...]) -> Interface:
    for interface in present:
        if interface.is_called(text):
            return interface
    names = ", ".join(i.name for i in present) or "none"
    raise UnknownInterface(f"No interface is called {text!r}.", hint=f"This computer has: {names}.")


def _index_of(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0
