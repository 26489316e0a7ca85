"""A link in memory with a clock of its own: responders and attackers around one `Link`, datagrams as real octets."""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address, ip_interface

from zeroconf import DNSIncoming, DNSPointer

from core.discovery.board import Board, Change
from core.discovery.interfaces import Interface
from core.discovery.link import Link
from core.discovery.packets import Source
from core.model.device import Device
from core.model.network_finding import NetworkFinding

A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33
INTERFACE = Interface("eth0", 2, (ip_interface("10.0.0.1/24"), ip_interface("fe80::1/64")))
HTTP = "_http._tcp.local"


def name(text: str | tuple[str, ...]) -> bytes:
    labels = text.split(".") if isinstance(text, str) else text
    return b"".join(bytes([len(x)]) + x for x in (label.encode() for label in labels)) + b"\0"


def record(owner: str | tuple[str, ...], kind: int, data: bytes, ttl: int, *, flush: bool = True) -> bytes:
    klass = 0x8001 if flush and kind != PTR else 1
    return name(owner) + struct.pack(">HHIH", kind, klass, ttl, len(data)) + data


def response(records: Iterable[bytes], flags: int = 0x8400) -> bytes:
    listed = list(records)
    return struct.pack(">HHHHHH", 0, flags, 0, len(listed), 0, 0) + b"".join(listed)


def pointer(instance: str, ttl: int = 4500, kind: str = HTTP) -> bytes:
    return record(kind, PTR, name((instance, *kind.split("."))), ttl)


def location(instance: str, host: str, port: int = 80, ttl: int = 120, kind: str = HTTP) -> bytes:
    return record((instance, *kind.split(".")), SRV, struct.pack(">HHH", 0, 0, port) + name(host), ttl)


def text(instance: str, entries: tuple[bytes, ...] = (b"fw=1",), ttl: int = 4500, kind: str = HTTP) -> bytes:
    return record((instance, *kind.split(".")), TXT, b"".join(bytes([len(e)]) + e for e in entries), ttl)


def address(host: str, ip: str, ttl: int = 120) -> bytes:
    packed = ip_address(ip).packed
    return record(host, A if len(packed) == 4 else AAAA, packed, ttl)


@dataclass
class Responder:
    """A device that answers what it is asked for, and nothing else, from a fixed set of records."""

    source: str
    host: str
    ip: str
    instance: str
    port: int = 80
    entries: tuple[bytes, ...] = (b"fw=1",)
    more: tuple[bytes, ...] = ()
    up: bool = True
    answers: bool = True
    additionals: bool = True

    def records(self, ttl: int | None = None) -> list[bytes]:
        long, short = (4500, 120) if ttl is None else (ttl, ttl)
        return [
            pointer(self.instance, long), location(self.instance, self.host, self.port, short),
            text(self.instance, self.entries, long), address(self.host, self.ip, short), *self.more,
        ]  # fmt: skip

    def answer(self, query: bytes) -> bytes | None:
        """Return the records that were asked for, with those that RFC 6763 section 12 has come along."""
        if not self.up or not self.answers:
            return None
        instance, found = f"{self.instance}.{HTTP}".lower(), dict[bytes, None]()
        known_pointer, place, words, where, *more = self.records()
        families = [r for r in (where, *more) if r.startswith(name(self.host))]
        known = {r.alias.lower() for r in DNSIncoming(query).answers() if isinstance(r, DNSPointer)}
        for question in DNSIncoming(query).questions:
            asked, kind = question.name.lower().rstrip("."), question.type
            wanted: list[bytes] = []
            if asked == HTTP and kind == PTR and f"{instance}." not in known:
                wanted = [known_pointer, place, words, *families] if self.additionals else [known_pointer]
            elif asked == instance and kind in (SRV, TXT):
                wanted = [place, *(families if self.additionals else [])] if kind == SRV else [words]
            elif asked == self.host.lower() and kind in (A, AAAA):
                size = b"\x00\x04" if kind == A else b"\x00\x10"
                wanted = [r for r in families if size in r[len(name(self.host)) + 8 :][:2]]
            found.update(dict.fromkeys(wanted))
        return response(found) if found else None


@dataclass
class SimulatedLink:
    """One link, its devices and what came of it."""

    now: float = 1_000.0
    responders: list[Responder] = field(default_factory=list)
    findings: list[NetworkFinding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    asked: list[tuple[float, bytes]] = field(default_factory=list)
    macs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.link = Link(INTERFACE, self.wall, self.findings.append, mac_of=lambda a: self.macs.get(a, ""))
        self.board = Board({"eth0": self.link}, self.wall)
        self._waiting: list[tuple[float, Callable[[], None]]] = []

    @staticmethod
    def wall(moment: float) -> datetime:
        return datetime.fromtimestamp(1_800_000_000 + moment, UTC)

    def start(self) -> None:
        """Begin to ask."""
        self.link.schedule.types.start([f"{HTTP}."], self.now)
        self.run(2.0)

    def send(self, octets: bytes, source: str, *, port: int = 5353, unicast: bool = False) -> None:
        """Let a datagram arrive now."""
        touched = self.link.take(octets, Source("eth0", source, port, unicast, 255), self.now)
        self.changes += self.board.update(touched, self.now)

    def announce(self, responder: Responder, ttl: int | None = None) -> None:
        """Let a device announce all it has (TTL 0: say goodbye)."""
        self.send(response(responder.records(ttl)), responder.source)

    def run(self, seconds: float, step: float = 0.05) -> None:
        """Let time pass; responders answer what is asked after 20 ms."""
        until = self.now + seconds
        while self.now < until:
            self.now = round(self.now + step, 6)
            for _, arrive in [w for w in self._waiting if w[0] <= self.now]:
                arrive()
            self._waiting = [w for w in self._waiting if w[0] > self.now]
            packets, touched = self.link.tick(self.now)
            self.changes += self.board.update(touched, self.now)
            for packet, _ in packets:
                self.asked.append((self.now, packet))
                for responder in self.responders:
                    answer = responder.answer(packet)
                    if answer is not None:
                        self._waiting.append((self.now + 0.02, self._arrival(answer, responder.source)))

    def _arrival(self, octets: bytes, source: str) -> Callable[[], None]:
        return lambda: self.send(octets, source)

    def device(self, key: str) -> Device | None:
        """Return a device as it is shown."""
        return self.board.device(key)

    def addresses(self, key: str) -> set[str]:
        """Return a device's addresses."""
        found = self.device(key)
        return {a.address for a in found.addresses} if found else set()

    def codes(self) -> list[str]:
        """Return the codes of all findings."""
        return [f.code.value for f in self.findings]
