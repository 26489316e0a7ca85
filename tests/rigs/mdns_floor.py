"""A floor of synthetic mDNS devices in one process: own MAC and IPv4 address each, answers as RFC 6762 has them.

    python -m tests.rigs.mdns_floor INTERFACE --devices N [--loss P] [--pps N] [--no-additionals] [--no-types]

Frames leave by a raw socket, so that each device has its own source. Commands come as lines on stdin: `announce FIRST
COUNT PER_SECOND`, `goodbye FIRST COUNT PER_SECOND`, `up FIRST COUNT`, `vanish FIRST COUNT`, `readdress FIRST COUNT
PER_SECOND`, `count`, `quit`; what was done is printed as JSON lines with CLOCK_MONOTONIC times, which all namespaces of
one kernel share. Written apart from the product: it shares no code with what it tests, zeroconf only decodes questions.
"""

import argparse
import contextlib
import heapq
import json
import random
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

from zeroconf import DNSIncoming, DNSPointer

TYPES = ("http", "https", "ipp", "ssh", "mqtt", "opcua-tcp", "esphomelib", "rtsp", "lxi", "made-up")
GROUP_MAC, GROUP = bytes.fromhex("01005e0000fb"), bytes([224, 0, 0, 251])
A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33
ENUMERATION = "_services._dns-sd._udp.local."
FLUSH = 0x8001


def labels(name: str) -> bytes:
    return b"".join(bytes([len(p)]) + p.encode() for p in name.rstrip(".").split(".")) + b"\0"


def record(name: str, kind: int, data: bytes, ttl: int) -> bytes:
    klass = 1 if kind == PTR else FLUSH
    return labels(name) + struct.pack(">HHIH", kind, klass, ttl, len(data)) + data


@dataclass
class Device:
    """One device; `types` are the full names of its services' types."""

    number: int
    types: tuple[str, ...]
    generation: int = 0
    version: int = 0
    is_up: bool = True
    up_at: float = 0.0
    told_at: dict[str, float] = field(default_factory=dict)
    frames: dict[tuple[object, ...], bytes] = field(default_factory=dict)

    @property
    def up(self) -> bool:
        """Say whether it answers: not before its own announcement has left."""
        return self.is_up and time.monotonic() >= self.up_at

    @property
    def host(self) -> str:
        return f"dev-{self.number}.local."

    @property
    def ip(self) -> bytes:
        return bytes([10, 77, (self.number >> 8) + 64 * self.generation, self.number & 255])

    @property
    def mac(self) -> bytes:
        return b"\x02\x00\x00" + self.number.to_bytes(3, "big")

    @property
    def ip6(self) -> bytes:
        return bytes.fromhex("fe80000000000000") + b"\x00\x00\x00\xff\xfe" + self.number.to_bytes(3, "big")

    def instance(self, kind: str) -> str:
        return f"Device {self.number}.{kind}"

    def pointers(self, kinds: tuple[str, ...], ttl: int) -> list[bytes]:
        return [record(k, PTR, labels(self.instance(k)), ttl) for k in kinds]

    def details(self, kinds: tuple[str, ...], ttl: int) -> list[bytes]:
        found = []
        for kind in kinds:
            port = 443 if "https" in kind else 80
            found.append(record(self.instance(kind), SRV, struct.pack(">HHH", 0, 0, port) + labels(self.host), ttl))
            text = b"".join(
                bytes([len(t)]) + t for t in (b"fw=1.2.3", b"sn=%08d" % self.number, b"model=XY", b"path=/", b"a=b")
            )
            found.append(record(self.instance(kind), TXT, text, 4500 if ttl else 0))
        return found

    def addresses(self, ttl: int) -> list[bytes]:
        return [record(self.host, A, self.ip, ttl), record(self.host, AAAA, self.ip6, ttl)]


def checksum(octets: bytes) -> int:
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(device: Device, payload: bytes, mac: bytes, ip: bytes) -> bytes:
    size = 28 + len(payload)
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0x4000, 255, 17, 0, device.ip, ip)
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return mac + device.mac + b"\x08\x00" + head + struct.pack(">HHHH", 5353, 5353, size - 20, 0) + payload


def message(answers: list[bytes], additional: list[bytes]) -> bytes:
    return struct.pack(">HHHHHH", 0, 0x8400, 0, len(answers), 0, len(additional)) + b"".join(answers + additional)


class Floor:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        random.seed(77)
        kinds = [f"_{t}._tcp.local." for t in TYPES]
        self.devices = [
            Device(n, tuple(random.sample(kinds, 2 + n % 2)), is_up=not options.down)
            for n in range(1, options.devices + 1)
        ]
        self.by_type: dict[str, list[Device]] = {}
        self.by_host = {d.host: d for d in self.devices}
        self.by_instance = {d.instance(k).lower(): (d, k) for d in self.devices for k in d.types}
        for device in self.devices:
            for kind in device.types:
                self.by_type.setdefault(kind, []).append(device)
        for device in self.devices:
            for kinds in {device.types, tuple(k for k in device.types if "made-up" not in k)}:
                self.payload(device, kinds, enumerate_them=not options.no_types)
                self.payload(device, kinds, enumerate_them=False)
        self.raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        with contextlib.suppress(PermissionError):  # in a namespace of one's own that right may be missing
            self.raw.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        self.raw.bind((options.interface, 0x0800))
        self.raw.setblocking(False)
        self.raw6 = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD))
        self.raw6.bind((options.interface, 0x86DD))
        self.raw6.setblocking(False)
        self.due: list[tuple[float, int, bytes, Device | None, int]] = []
        self.number = 0
        self.medium_free = 0.0
        self.sent = self.lost = self.queries = self.query_octets = 0
        self.latest = 0.0
        self.known: dict[bytes, set[tuple[str, str]]] = {}
        self.waiting: dict[bytes, tuple[float, list[DNSIncoming], bytes, bytes]] = {}

    def say(self, **facts: object) -> None:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()

    def post(self, at: float, octets: bytes, device: Device | None = None) -> None:
        if self.options.loss and random.random() < self.options.loss:
            self.lost += 1
            return
        if self.options.pps:
            at = max(at, self.medium_free)
            self.medium_free = at + 1 / self.options.pps
        self.number += 1
        version = device.version if device is not None else 0
        heapq.heappush(self.due, (at, self.number, octets, device, version))

    def run(self) -> None:
        self.say(event="ready", devices=len(self.devices), services=sum(len(d.types) for d in self.devices))
        while True:
            now = time.monotonic()
            for key in [k for k, (at, *_) in self.waiting.items() if at <= now]:
                _, packets, mac, ip = self.waiting.pop(key)
                self.answer(packets, mac, ip, now)
            while self.due and self.due[0][0] <= now:
                at, _, octets, device, version = heapq.heappop(self.due)
                if device is not None and device.version != version:
                    continue  # it said something else since
                self.raw.send(octets)
                self.sent += 1
                self.latest = max(self.latest, now - at)
                now = time.monotonic()
            ends = [self.due[0][0]] if self.due else []
            ends += [at for at, *_ in self.waiting.values()]
            wait = max(0.0, min([*ends, now + 0.5]) - now)
            ready = select.select([self.raw, self.raw6, sys.stdin], [], [], wait)[0]
            if self.raw6 in ready:
                self.count_ipv6()
            if self.raw in ready:
                self.listen()
            if sys.stdin in ready and not self.command(sys.stdin.readline().split()):
                return

    def listen(self) -> None:
        while True:
            try:
                octets, place = self.raw.recvfrom(65_535)
            except BlockingIOError:
                return
            if place[2] == socket.PACKET_OUTGOING or len(octets) < 54 or octets[23] != 17:
                continue
            start = 14 + (octets[14] & 15) * 4
            source, target = struct.unpack_from(">HH", octets, start)
            payload = octets[start + 8 :]
            if target != 5353 or payload[2] & 0x80:
                continue
            self.queries += 1
            self.query_octets += len(octets)
            self.question(payload, octets[6:12], octets[26:30], source)

    def count_ipv6(self) -> None:
        """Count what is asked by IPv6; these devices have no IPv6 socket and answer nothing there."""
        while True:
            try:
                octets, place = self.raw6.recvfrom(65_535)
            except BlockingIOError:
                return
            if place[2] != socket.PACKET_OUTGOING and len(octets) > 66 and octets[20] == 17:
                target, flags = octets[56:58], octets[64]
                if target == b"\x14\xe9" and not flags & 0x80:
                    self.queries += 1
                    self.query_octets += len(octets)

    def question(self, payload: bytes, mac: bytes, ip: bytes, port: int) -> None:
        del port
        packet = DNSIncoming(payload)
        now = time.monotonic()
        if ip in self.waiting:
            packets = self.waiting[ip][1]
            packets.append(packet)
            if packet.truncated:
                return
            self.waiting.pop(ip)
            self.answer(packets, mac, ip, now)
        elif packet.truncated:
            self.waiting[ip] = (now + 0.45, [packet], mac, ip)
        else:
            self.answer([packet], mac, ip, now)

    def answer(self, packets: list[DNSIncoming], mac: bytes, ip: bytes, now: float) -> None:
        questions = [q for p in packets for q in p.questions]
        known = {
            (r.name.lower(), r.alias.lower())
            for p in packets if p.num_answers for r in p.answers() if isinstance(r, DNSPointer)
        }  # fmt: skip
        unicast = any(q.unique for q in questions) and not self.options.multicast
        asked = {q.name.lower() for q in questions if q.type in (PTR, 255)}
        concerned: dict[int, Device] = {}
        if ENUMERATION in asked and not self.options.no_types:
            concerned.update((d.number, d) for d in self.devices if d.up)
        for kind in asked:
            concerned.update((d.number, d) for d in self.by_type.get(kind, ()) if d.up)
        for device in concerned.values():
            self.answer_pointers(device, asked, known, unicast, mac, ip, now)
        self.answer_details([q for q in questions if q.type in (SRV, TXT, A, AAAA)], unicast, mac, ip, now)

    def answer_pointers(
        self,
        device: Device,
        asked: set[str],
        known: set[tuple[str, str]],
        unicast: bool,
        mac: bytes,
        ip: bytes,
        now: float,
    ) -> None:
        kinds = tuple(k for k in device.types if k in asked and (k, device.instance(k).lower()) not in known)
        enumerate_them = ENUMERATION in asked and not self.options.no_types and not (
            all((ENUMERATION, k) in known for k in device.types)
        )  # fmt: skip
        if not kinds and not enumerate_them:
            return
        if not unicast and all(now - device.told_at.get(k, 0.0) < 1.0 for k in kinds) and not enumerate_them:
            return
        payload = self.payload(device, kinds, enumerate_them=enumerate_them)
        octets = frame(device, payload, mac if unicast else GROUP_MAC, ip if unicast else GROUP)
        if not unicast:
            device.told_at.update(dict.fromkeys(kinds, now))
        self.post(now + random.uniform(0.02, 0.12), octets, device)

    def payload(self, device: Device, kinds: tuple[str, ...], *, enumerate_them: bool) -> bytes:
        """Return an answer, built once: late answers would come in bunches that no network has."""
        key = (kinds, enumerate_them, device.generation)
        octets = device.frames.get(key)
        if octets is None:
            answers = device.pointers(kinds, 4500)
            if enumerate_them:
                answers += [record(ENUMERATION, PTR, labels(k), 4500) for k in device.types]
            additional = (
                [] if self.options.no_additionals or not kinds else device.details(kinds, 120) + device.addresses(120)
            )
            octets = device.frames[key] = message(answers, additional)
        return octets

    def answer_details(self, questions: list[object], unicast: bool, mac: bytes, ip: bytes, now: float) -> None:
        by_device: dict[int, tuple[Device, list[bytes]]] = {}
        for q in questions:
            name = q.name.lower()  # type: ignore[attr-defined]
            kind = q.type  # type: ignore[attr-defined]
            device = self.by_host.get(name)
            found: list[bytes] = []
            if device is not None and device.up and kind in (A, AAAA):
                found = [device.addresses(120)[0 if kind == A else 1]]
            elif name in self.by_instance and kind in (SRV, TXT):
                device, type_ = self.by_instance[name]
                found = [device.details((type_,), 120)[0 if kind == SRV else 1]] if device.up else []
            if device is not None and found:
                by_device.setdefault(device.number, (device, []))[1].extend(found)
        for device, found in by_device.values():
            target = (mac, ip) if unicast else (GROUP_MAC, GROUP)
            self.post(now + random.uniform(0.0, 0.01), frame(device, message(found, []), *target), device)

    def announcement(self, device: Device, ttl: int) -> bytes:
        answers = device.pointers(device.types, 4500 if ttl else 0) + device.details(device.types, ttl)
        answers += device.addresses(ttl)
        if ttl and not self.options.no_types:
            answers += [record(ENUMERATION, PTR, labels(k), 4500) for k in device.types]
        return frame(device, message(answers, []), GROUP_MAC, GROUP)

    def command(self, words: list[str]) -> bool:
        if not words or words[0] == "quit":
            return False
        verb, numbers = words[0], [float(w) for w in words[1:]]
        now = time.monotonic()
        if verb == "count":
            self.say(event="count", sent=self.sent, lost=self.lost, queries=self.queries, octets=self.query_octets,
                     late_s=round(self.latest, 4))  # fmt: skip
            return True
        first, count = int(numbers[0]), int(numbers[1])
        chosen = self.devices[first - 1 : first - 1 + count]
        step = 1 / numbers[2] if len(numbers) > 2 else 0.0
        for place, device in enumerate(chosen):
            at = now + 0.05 + place * step
            if verb == "readdress":
                device.generation = 1 - device.generation
            device.version += 1
            device.is_up = verb not in {"goodbye", "vanish"}
            device.up_at = at if verb == "announce" else 0.0
            if verb in {"announce", "goodbye", "readdress"}:
                octets = self.announcement(device, 0 if verb == "goodbye" else 120)
                self.post(at, octets, device)
                if verb != "goodbye":
                    self.post(at + 1.0, octets, device)
            self.say(event=verb, host=device.host.rstrip("."), at=at, services=len(device.types))
        self.say(event="done", verb=verb)
        return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("interface")
    parser.add_argument("--devices", type=int, default=400)
    parser.add_argument("--loss", type=float, default=0.0)
    parser.add_argument("--pps", type=float, default=0.0)
    parser.add_argument("--no-additionals", action="store_true")
    parser.add_argument("--no-types", action="store_true")
    parser.add_argument("--multicast", action="store_true")
    parser.add_argument("--down", action="store_true")
    Floor(parser.parse_args()).run()


if __name__ == "__main__":
    main()
