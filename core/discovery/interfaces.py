"""The network interfaces of this computer: which can carry multicast DNS, and which one an address lives on."""

import ipaddress
import socket
from dataclasses import dataclass

import ifaddr

from core.errors import NetworkUnavailable, UnknownInterface

_OFF_BY_DEFAULT = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "awdl", "llw", "utun", "cni", "podman")


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface with its own addresses, each with its network."""

    name: str
    index: int
    networks: tuple[ipaddress.IPv4Interface | ipaddress.IPv6Interface, ...]

    @property
    def is_loopback(self) -> bool:
        return any(network.ip.is_loopback for network in self.networks)


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
        found.append(Interface(name, index, tuple(networks)))
    return tuple(found)


def choose(wanted: tuple[str, ...]) -> tuple[Interface, ...]:
    """Return the interfaces to listen on: the wanted names or addresses, or all that people mean by "the network".

    Raises: UnknownInterface for a name that is not there; NetworkUnavailable when nothing is left.
    """
    present = all_interfaces()
    if wanted:
        return tuple(dict.fromkeys(_named(text, present) for text in wanted))
    chosen = tuple(i for i in present if not i.is_loopback and not i.name.startswith(_OFF_BY_DEFAULT))
    if not chosen:
        raise NetworkUnavailable("No network interface is up.")
    return chosen


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


def interface_of(address: str, scope: int | None, listening: tuple[Interface, ...]) -> str:
    """Return the name of the interface that an address was announced on; "" where that cannot be told."""
    if scope:
        return next((i.name for i in listening if i.index == scope), "")
    ip = ipaddress.ip_address(address)
    for interface in listening:
        if not ip.is_link_local and any(ip in n.network for n in interface.networks if n.version == ip.version):
            return interface.name
    return listening[0].name if len(listening) == 1 else ""
