"""Gather what a host says, as it says it: records with their TTL and flush bit, and which came along with which."""

import select
import threading
import time
from dataclasses import dataclass, field

from zeroconf import DNSAddress, DNSIncoming, DNSNsec, DNSPointer, DNSRecord, DNSService, DNSText

from core.discovery.interfaces import Interface, choose
from core.discovery.names import ENUMERATION, split_instance
from core.discovery.packets import PORT, Source, is_on_link
from core.discovery.query import AAAA, ANY, PTR, SRV, TXT, A, Question, instance_labels, labels_of, question_packets
from core.discovery.service_types import COMMON_TYPES
from core.discovery.sockets import LinkSocket
from core.errors import NetworkUnavailable

QUESTIONS_AT_S = (0.05, 1.1)
DETAILS_AT_S, ALONE_AT_S = 1.8, 2.6


@dataclass(frozen=True, slots=True)
class Told:
    """One record as it came: its sender, TTL, flush bit, and the datagram's number."""

    record: DNSRecord
    source: Source
    datagram: int


@dataclass
class Evidence:
    """Everything that was said by or about one host."""

    host: str
    told: list[Told] = field(default_factory=list)
    enumerated: set[str] = field(default_factory=set)
    interfaces: tuple[Interface, ...] = ()
    datagrams: int = 0
    limited: bool = False
    """Another program keeps port 5353: answers are those to a legacy question (RFC 6762 section 6.7)."""

    @property
    def senders(self) -> set[str]:
        """Return the source addresses that told the host's addresses or services."""
        return {t.source.address for t in self.mine()}

    def mine(self) -> list[Told]:
        """Return the host's address records, its NSEC, and all records of the instances that live on it."""
        instances = self.instances()
        return [t for t in self.told if t.record.ttl and _concerns(t.record, self.host, instances)]

    def instances(self) -> set[str]:
        """Return the full names, in lower case, of the instances that are said to live on the host."""
        host = self.host + "."
        here = (t.record for t in self.told if isinstance(t.record, DNSService) and t.record.ttl)
        return {record.key for record in here if record.server_key == host}

    def unlocated(self) -> set[str]:
        """Return instances that a sender of this host points to and that nobody says the place of."""
        located = {t.record.key for t in self.told if isinstance(t.record, DNSService)}
        mine = {
            t.source.address for t in self.told if isinstance(t.record, DNSAddress) and t.record.key == self.host + "."
        }
        found = ((t.record, t.source.address) for t in self.told if isinstance(t.record, DNSPointer) and t.record.ttl)
        return {
            record.alias for record, sender in found
            if isinstance(record, DNSPointer) and sender in mine and record.alias_key not in located
            and split_instance(record.alias) is not None
        }  # fmt: skip


def _concerns(record: DNSRecord, host: str, instances: set[str]) -> bool:
    if isinstance(record, DNSAddress | DNSNsec):
        return bool(record.key == host + "." or record.key in instances)
    if isinstance(record, DNSPointer):
        return record.alias_key in instances
    return record.key in instances


def gather(
    host: str, interfaces: tuple[str, ...] = (), seconds: float = 4.0, stop: threading.Event | None = None
) -> Evidence:
    """Listen and ask for some seconds, or until `stop` is set; blocks.

    Raises: NetworkUnavailable, UnknownInterface.
    """
    chosen = choose(interfaces)
    opened = []
    for interface in chosen:
        for family in interface.families:
            try:
                opened.append(LinkSocket(interface, family))
            except OSError:
                continue  # the other family or interface may do
    if not opened:
        raise NetworkUnavailable("Multicast DNS cannot be opened on any interface.")
    evidence = Evidence(host.rstrip(".").lower(), interfaces=chosen)
    try:
        evidence.limited = not all(one.shares_port for one in opened)
        _listen(evidence, opened, seconds, stop or threading.Event())
    finally:
        for one in opened:
            one.close()
    return evidence


def _listen(evidence: Evidence, opened: list[LinkSocket], seconds: float, stop: threading.Event) -> None:
    begun = time.monotonic()
    plan = [(at, _first_questions) for at in QUESTIONS_AT_S]
    plan += [(DETAILS_AT_S, _detail_questions), (ALONE_AT_S, _pointer_questions)]
    while (now := time.monotonic()) < begun + seconds and not stop.is_set():
        while plan and now >= begun + plan[0][0]:
            _, questions = plan.pop(0)
            packets = question_packets(questions(evidence))
            for one in opened:
                for packet in packets:
                    try:
                        one.send(packet)
                    except OSError:
                        continue
        for one in select.select(opened, [], [], 0.05)[0]:
            for octets, source in one.receive():
                _take(evidence, octets, source, one.interface)


def _first_questions(evidence: Evidence) -> list[Question]:
    seen = {split[1] for t in evidence.told if (split := split_instance(t.record.name)) is not None}
    heard = sorted(evidence.enumerated | {f"{kind}.local." for kind in seen})
    types = [ENUMERATION, *COMMON_TYPES, *heard]
    own = [Question(labels_of(evidence.host), kind) for kind in (A, AAAA, ANY)]
    return [*own, *(Question(labels_of(kind), PTR) for kind in dict.fromkeys(types))]


def _detail_questions(evidence: Evidence) -> list[Question]:
    found = []
    for name in _spelt(evidence):
        split = split_instance(name)
        if split is not None:
            found += [Question(instance_labels(*split), kind) for kind in (SRV, TXT)]
    return [*found, Question(labels_of(evidence.host), A), Question(labels_of(evidence.host), AAAA)]


def _pointer_questions(evidence: Evidence) -> list[Question]:
    kinds = {split[1] for name in _spelt(evidence) if (split := split_instance(name)) is not None}
    return [Question(labels_of(f"{kind}.local"), PTR) for kind in sorted(kinds)]


def _spelt(evidence: Evidence) -> list[str]:
    """Return the instances' names as they were sent."""
    wanted = evidence.instances()
    return sorted({t.record.name for t in evidence.told if isinstance(t.record, DNSService) and t.record.key in wanted})


def _take(evidence: Evidence, octets: bytes, source: Source, interface: Interface) -> None:
    if len(octets) < 12 or not octets[2] & 0x80 or source.port != PORT:
        return
    if source.unicast and not is_on_link(source.address, interface.prefixes):
        return
    decoded = DNSIncoming(octets)
    if not decoded.valid:
        return
    evidence.datagrams += 1
    for record in decoded.answers()[:500]:
        if isinstance(record, DNSPointer) and record.key == ENUMERATION:
            evidence.enumerated.add(record.alias_key)
        elif (
            isinstance(record, DNSPointer | DNSAddress | DNSService | DNSText | DNSNsec) and len(evidence.told) < 50_000
        ):
            evidence.told.append(Told(record, source, evidence.datagrams))
