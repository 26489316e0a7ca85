"""The network interfaces of this computer: which can carry multicast DNS, and which one an address lives on."""

import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass

import ifaddr

from core.errors import NetworkUnavailable, UnknownInterface

_OFF_BY_DEFAULT = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "awdl", "llw", "utun", "cni", "podman")
_UP, _POINT_TO_POINT, _RUNNING, _MULTICAST, _GET_FLAGS = 0x1, 0x10, 0x40, 0x1000, 0x8913  # linux/if.h, linux/sockios.h


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface with its own addresses, each with its network."""

    name: str
    index: int
    networks: tuple[ipaddress.IPv4Interface | ipaddress.IPv6Interface, ...]

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
        name = adapter.nice_name
        index = adapter.index if adapter.index is not None else _index_of(name)
        found.append(Interface(name, index, tuple(sorted(networks, key=lambda n: (n.version, str(n))))))
    return tuple(found)


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
    named = (i for i in there if any(w == i.name or any(w == str(n.ip) for n in i.networks) for w in wanted))
    return tuple(i for i in named if i.is_loopback or _can_multicast(i.name))


def usual(interfaces: tuple[Interface, ...]) -> tuple[Interface, ...]:
    """Return the interfaces that people mean by "the network": up, not loopback, no tunnel, no bridge of containers."""
    return tuple(
        i for i in interfaces if not i.is_loopback and not i.name.startswith(_OFF_BY_DEFAULT) and _can_multicast(i.name)
    )


def _can_multicast(name: str) -> bool:
    if not sys.platform.startswith("linux"):
        return True
    import fcntl

    request = struct.pack("16sH14x", name.encode()[:15], 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        try:
            (flags,) = struct.unpack_from("H", fcntl.ioctl(asker, _GET_FLAGS, request), 16)
        except OSError:
            return False
    return bool(flags & _UP and flags & _RUNNING and flags & _MULTICAST and not flags & _POINT_TO_POINT)


def _named(text: str, present: tuple[Interface, ...]) -> Interface:
    for interface in present:
        if text == interface.name or any(text == str(network.ip) for network in interface.networks):
            return interface
    names = ", ".join(i.name for i in present) or "none"
    raise UnknownInterface(f"No interface is called {text!r}.", hint=f"This computer has: {names}.")


def _index_of(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0
