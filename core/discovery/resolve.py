"""Find the addresses of one .local host by multicast DNS, where the system's resolver cannot."""

import select
import time
from ipaddress import ip_address

from core.discovery.interfaces import Interface, choose
from core.discovery.packets import AddressHeard, Link, Message, read
from core.discovery.query import AAAA, A, Question, labels_of, question_packets
from core.discovery.sockets import LinkSocket
from core.errors import NetworkUnavailable

ASK_AT_S = (0.0, 0.3, 1.0)
LINGER_S = 0.15
"""How long the other family's address, or another sender's answer, is waited for once one came."""


def resolve(host: str, interfaces: tuple[str, ...] = (), timeout_s: float = 3.0) -> tuple[str, ...]:
    """Return the addresses that a host announces, IPv4 first, link-local ones with their interface; blocks.

    Empty if nobody answers in time. Raises: NetworkUnavailable, UnknownInterface.
    """
    chosen = choose(interfaces)
    opened, problem = _open(chosen)
    if not opened:
        raise NetworkUnavailable(f"Multicast DNS cannot be opened: {problem}.")
    try:
        found = _ask(host.rstrip(".").lower(), opened, timeout_s)
    finally:
        for one in opened:
            one.close()
    return tuple(sorted(found, key=lambda a: (":" in a, a.startswith("fe80"), a)))


def _open(chosen: tuple[Interface, ...]) -> tuple[list[LinkSocket], str]:
    opened, problem = [], "no interface has an address"
    for interface in chosen:
        for family in interface.families:
            try:
                opened.append(LinkSocket(interface, family))
            except OSError as error:
                problem = error.strerror or str(error)
    return opened, problem


def _ask(host: str, opened: list[LinkSocket], timeout_s: float) -> set[str]:
    found: set[str] = set()
    begun = time.monotonic()
    until = begun + timeout_s
    asks = [begun + wait for wait in ASK_AT_S]
    while (now := time.monotonic()) < until:
        if asks and now >= asks[0]:
            asks.pop(0)
            unicast = len(asks) == 2 and all(one.hears_unicast for one in opened)
            packets = question_packets([Question(labels_of(host), kind, unicast=unicast) for kind in (A, AAAA)])
            _send(packets, opened)
        wait = min(until, asks[0] if asks else until) - now
        for one in select.select(opened, [], [], max(0.0, wait))[0]:
            link = Link(one.interface.prefixes, one.interface.is_loopback)
            for octets, source in one.receive():
                message = read(octets, source, link)
                if isinstance(message, Message) and not message.questions:
                    found |= _addresses(message, host, one.interface.zone)
        if found:
            until = min(until, time.monotonic() + LINGER_S)
    return found


def _send(packets: list[bytes], opened: list[LinkSocket]) -> None:
    for one in opened:
        for packet in packets:
            try:
                one.send(packet)
            except OSError:
                continue  # one interface that cannot send hides no other


def _addresses(message: Message, host: str, zone: str) -> set[str]:
    found = set()
    for record in message.records:
        if isinstance(record, AddressHeard) and record.host == host and record.ttl_s:
            ip = ip_address(record.packed)
            found.add(f"{ip}%{zone}" if ip.version == 6 and ip.is_link_local else str(ip))
    return found
