"""Judge one datagram and take it apart: octets and where they came from in, validated records out; pure.

The decoder reads; what it does not check is checked here: RFC 6762 sections 6, 11, 17 and 18, and what may be said
on this link.
"""

import ipaddress
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from zeroconf import DNSAddress, DNSIncoming, DNSNsec, DNSPointer, DNSRecord, DNSService, DNSText

from core.discovery.names import ENUMERATION, base_type, host_name, is_service_type, split_instance, subtype

PORT = 5353
MAX_TTL_S = 86_400
"""No record is believed for longer than a day; the time it claims is kept for who wants to see it."""
_SMALLEST, _LARGEST = 12, 9_000
_IN = 1
_RESPONSE, _TC = 0x8000, 0x0200
_READ_TYPES = frozenset({1, 5, 12, 13, 16, 28, 33, 47})


class Refusal(Enum):
    """Why a datagram or a record was not taken in."""

    SHORT = "shorter than a header"
    LONG = "longer than 9,000 octets"
    PORT = "a response that did not come from port 5353"
    OPCODE = "an operation or a result code other than 0"
    OFF_LINK = "an answer by unicast from outside the link's networks"
    OFF_LINK_QUERY = "a question from outside the link's networks"
    UNASKED = "an answer by unicast that nobody asked for"
    BROKEN = "a message that breaks off or points nowhere"
    CLASS = "a record of another class"
    NAME = "a name outside .local or beyond the limits of labels"
    TARGET = "a PTR to an instance of another type"
    ADDRESS = "an address that no device can have"


class Source(NamedTuple):
    """Where a datagram came from. `interface` is a name; `hops` None where the system does not tell the hop limit."""

    interface: str
    address: str
    port: int = PORT
    unicast: bool = False
    hops: int | None = None


Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


class Link(NamedTuple):
    """What counts as on the link: the prefixes of the interface. Loopback alone may carry loopback addresses."""

    networks: Networks = ()
    is_loopback: bool = False


class PointerHeard(NamedTuple):
    """A type points to an instance (the raw label); TTL 0 is a goodbye. `subtype` is "" for the plain type."""

    type: str
    instance: str
    ttl_s: int
    subtype: str = ""


class LocationHeard(NamedTuple):
    """An instance lives on a host and port (SRV). `flush`: it claims to be the only one."""

    type: str
    instance: str
    host: str
    port: int
    ttl_s: int
    flush: bool = True


class TextHeard(NamedTuple):
    """An instance's TXT record, as octets."""

    type: str
    instance: str
    data: bytes
    ttl_s: int
    flush: bool = True


class AddressHeard(NamedTuple):
    """A host has an address, 4 or 16 octets."""

    host: str
    packed: bytes
    ttl_s: int
    flush: bool = True


class AbsenceHeard(NamedTuple):
    """A host has no address of a family (NSEC, RFC 6762 section 6.1): 4, 6 or both."""

    host: str
    families: frozenset[int]


Heard = PointerHeard | LocationHeard | TextHeard | AddressHeard | AbsenceHeard


class Asked(NamedTuple):
    """A question that somebody asked: name in lower case with final dot, record type."""

    name: str
    kind: int
    unicast: bool = False


@dataclass(slots=True)
class Message:
    """What a datagram said. `probe`: its records are wished for, not announced (RFC 6762 section 8.1)."""

    source: Source
    link: Link
    records: list[Heard] = field(default_factory=list)
    types: dict[str, int] = field(default_factory=dict)
    """Types "_x._tcp.local." that the enumeration names, with the TTL, or that a question asks for, with 0."""
    questions: tuple[Asked, ...] = ()
    known: frozenset[tuple[str, str]] = frozenset()
    query: bool = False
    probe: bool = False
    more_follow: bool = False
    refused: Counter[Refusal] = field(default_factory=Counter)
    shortest_ttl_s: int | None = None
    longest_ttl_s: int | None = None


def read(octets: bytes, source: Source, link: Link, *, asked_lately: bool = True) -> Message | Refusal:
    """Return what a datagram says, or why it is not listened to.

    `asked_lately` says whether a question of ours that allows an answer by
    unicast is fresh. A query never refuses for its port: legacy queriers use any (RFC 6762 section 6.7).
    """
    if not _SMALLEST <= len(octets) <= _LARGEST:
        return Refusal.SHORT if len(octets) < _SMALLEST else Refusal.LONG
    flags = octets[2] << 8 | octets[3]
    if flags & 0x7800 or flags & 0x000F:
        return Refusal.OPCODE
    if not flags & _RESPONSE:
        if not is_on_link(source.address, link.networks) and not link.is_loopback:
            return Refusal.OFF_LINK_QUERY
        return _read_query(octets, source, link, flags)
    if source.port != PORT:
        return Refusal.PORT
    if source.unicast:
        if not is_on_link(source.address, link.networks):
            return Refusal.OFF_LINK
        if not asked_lately:
            return Refusal.UNASKED
    decoded = DNSIncoming(octets)
    if not decoded.valid:
        return Refusal.BROKEN
    answers = decoded.answers()
    announced = decoded.num_answers + decoded.num_authorities + decoded.num_additionals
    if len(answers) < announced and _readable(octets, announced) != len(answers):
        return Refusal.BROKEN
    message = Message(source, link)
    for record in answers:
        _take(record, message)
    return message


def _readable(octets: bytes, records: int) -> int | None:
    """Return how many records are of types that the decoder reads; None where they do not end within the message.

    The decoder leaves out records of other types, and without a word one that breaks off at the end, or those behind
    questions from the first that it cannot read.
    """
    place, found = 12, 0
    for number in range((octets[4] << 8 | octets[5]) + records):
        while place < len(octets) and 0 < octets[place] < 0xC0:
            place += 1 + octets[place]
        place += 1 if place < len(octets) and octets[place] == 0 else 2
        if number < octets[4] << 8 | octets[5]:
            place += 4
            continue
        if place + 10 > len(octets):
            return None
        found += (octets[place] << 8 | octets[place + 1]) in _READ_TYPES
        place += 10 + (octets[place + 8] << 8 | octets[place + 9])
    return found if place <= len(octets) else None


def _read_query(octets: bytes, source: Source, link: Link, flags: int) -> Message | Refusal:
    decoded = DNSIncoming(octets)
    if not decoded.valid:
        return Refusal.BROKEN
    message = Message(source, link, query=True, probe=decoded.is_probe(), more_follow=bool(flags & _TC))
    message.questions = tuple(Asked(q.name.lower(), q.type, bool(q.unique)) for q in decoded.questions[:200])
    for name, kind, _ in message.questions:
        if kind == 12 and (base := base_type(name)) is not None:
            message.types[base] = 0
    if message.probe:
        wished = Message(source, link)
        for record in decoded.answers():
            _take(record, wished)
        message.records += wished.records
        message.refused = wished.refused
    elif decoded.num_answers:
        message.known = frozenset(
            (r.name.lower(), r.alias.lower()) for r in decoded.answers() if isinstance(r, DNSPointer)
        )
    return message


@lru_cache(4_096)
def is_on_link(address: str, networks: Networks) -> bool:
    """Say whether an address is link-local or lies in one of the networks."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return ip.is_link_local or any(ip in network for network in networks if network.version == ip.version)


def _take(record: DNSRecord, message: Message) -> None:
    """Add what one record says to the message, or count why not."""
    taker = _TAKERS.get(type(record))
    if taker is None:
        return
    heard = taker(record, message) if record.class_ == _IN else Refusal.CLASS
    if heard is None:
        return
    if isinstance(heard, Refusal):
        message.refused[heard] += 1
        return
    message.records.append(heard)
    ttl = record.ttl
    if ttl:
        if message.shortest_ttl_s is None or ttl < message.shortest_ttl_s:
            message.shortest_ttl_s = ttl
        if message.longest_ttl_s is None or ttl > message.longest_ttl_s:
            message.longest_ttl_s = ttl


def _seconds(ttl: int) -> int:
    """Return a TTL as it is believed: 2^31 and more is 0 (RFC 2181 section 8), a day at most."""
    return 0 if ttl >= 1 << 31 else min(ttl, MAX_TTL_S)


def _pointer(record: DNSPointer, message: Message) -> Heard | Refusal | None:
    owner = record.key
    if owner == ENUMERATION:
        kind = record.alias_key
        if record.ttl and (kind in message.types or is_service_type(kind)):
            message.types[kind] = _seconds(record.ttl)
        return None
    if owner.endswith(".arpa."):
        return None
    kind_of_owner = base_type(owner)
    split = split_instance(record.alias)
    if kind_of_owner is None or split is None:
        return None if owner.endswith("._dns-sd._udp.local.") else Refusal.NAME
    if kind_of_owner != f"{split[1]}.local.":
        return Refusal.TARGET
    return PointerHeard(split[1], split[0], _seconds(record.ttl), subtype(owner))


def _location(record: DNSService, message: Message) -> Heard | Refusal:
    del message
    split, host = split_instance(record.name), host_name(record.server)
    if split is None or host is None:
        return Refusal.NAME
    return LocationHeard(split[1], split[0], host, record.port, _seconds(record.ttl), record.unique)


def _text(record: DNSText, message: Message) -> Heard | Refusal:
    del message
    split = split_instance(record.name)
    if split is None:
        return Refusal.NAME
    return TextHeard(split[1], split[0], bytes(record.text), _seconds(record.ttl), record.unique)


def _address(record: DNSAddress, message: Message) -> Heard | Refusal:
    host = host_name(record.name)
    if host is None:
        return Refusal.NAME
    packed = record.address
    if not is_possible(packed) and not (packed[:1] == b"\x7f" and message.link.is_loopback):
        return Refusal.ADDRESS
    return AddressHeard(host, packed, _seconds(record.ttl), record.unique)


def is_possible(packed: bytes) -> bool:
    """Say whether 4 or 16 octets can be a device's own address: no network 0, loopback, group, nor mapped IPv4."""
    if len(packed) == 4:
        return packed[0] not in (0, 127) and packed[0] < 224
    if len(packed) != 16:
        return False
    return packed[0] != 0xFF and packed[:10] != bytes(10)


def _absence(record: DNSNsec, message: Message) -> Heard | None:
    del message
    host = host_name(record.name)
    if host is None or record.next_name.lower() != record.key:
        return None
    absent = frozenset(family for family, kind in ((4, 1), (6, 28)) if kind not in record.rdtypes)
    return AbsenceHeard(host, absent) if absent and (1 in record.rdtypes or 28 in record.rdtypes) else None


_TAKERS: dict[type, Callable[..., Heard | Refusal | None]] = {
    DNSPointer: _pointer, DNSAddress: _address, DNSService: _location, DNSText: _text, DNSNsec: _absence,
}  # fmt: skip
