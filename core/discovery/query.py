"""Write multicast DNS questions with their known answers into packets; pure.

The labels are written one by one: an instance label may hold dots, which a writer of joined names would split.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

A, PTR, TXT, AAAA, SRV, NSEC, ANY = 1, 12, 16, 28, 33, 47, 255
MAX_PACKET = 1_440
"""Octets of a packet that fits an Ethernet frame with IPv6 (RFC 6762 section 17)."""
_TRUNCATED = 0x0200
_UNICAST_WANTED = 0x8000
_IN = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One question: labels from the left, a record type, and whether the answer may come by unicast (QU)."""

    labels: tuple[str, ...]
    kind: int
    unicast: bool = False


@dataclass(frozen=True, slots=True)
class KnownPointer:
    """A PTR that we have: the labels of its owner, those of its target, and the seconds it is still good for."""

    owner: tuple[str, ...]
    target: tuple[str, ...]
    left_s: int


def labels_of(name: str) -> tuple[str, ...]:
    """Return the labels of a name that holds no dots within labels: a host or a service type."""
    return tuple(name.rstrip(".").split("."))


def instance_labels(instance: str, kind: str) -> tuple[str, ...]:
    """Return the labels of an instance of a type such as "_http._tcp"."""
    return (instance, *kind.split("."), "local")


class _Packet:
    """A packet as it grows, with its compression table."""

    def __init__(self) -> None:
        self.body = bytearray(12)
        self.questions = self.answers = 0
        self._places: dict[tuple[str, ...], int] = {}

    def add_name(self, labels: tuple[str, ...]) -> None:
        for start in range(len(labels)):
            rest = labels[start:]
            place = self._places.get(rest)
            if place is not None:
                self.body += struct.pack(">H", 0xC000 | place)
                return
            if len(self.body) < 0x4000:
                self._places[rest] = len(self.body)
            label = labels[start].encode("utf-8", "replace")[:63]
            self.body.append(len(label))
            self.body += label
        self.body.append(0)

    def add_question(self, question: Question) -> bool:
        """Add a question; False, and nothing added, where the packet is full."""
        before = len(self.body)
        self.add_name(question.labels)
        self.body += struct.pack(">HH", question.kind, _IN | (_UNICAST_WANTED if question.unicast else 0))
        if len(self.body) > MAX_PACKET and self.questions:
            self._take_back(before)
            return False
        self.questions += 1
        return True

    def add_answer(self, known: KnownPointer) -> bool:
        """Add a known answer; False, and nothing added, where the packet is full."""
        before = len(self.body)
        self.add_name(known.owner)
        self.body += struct.pack(">HHIH", PTR, _IN, known.left_s, 0)
        begin = len(self.body)
        self.add_name(known.target)
        self.body[begin - 2 : begin] = struct.pack(">H", len(self.body) - begin)
        if len(self.body) > MAX_PACKET and (self.answers or self.questions):
            self._take_back(before)
            return False
        self.answers += 1
        return True

    def _take_back(self, length: int) -> None:
        del self.body[length:]
        self._places = {labels: place for labels, place in self._places.items() if place < length}

    def octets(self, *, more_follow: bool) -> bytes:
        flags = _TRUNCATED if more_follow else 0
        self.body[0:12] = struct.pack(">HHHHHH", 0, flags, self.questions, self.answers, 0, 0)
        return bytes(self.body)


def question_packets(questions: Sequence[Question], known: Iterable[KnownPointer] = ()) -> list[bytes]:
    """Return the packets that ask all this; known answers follow the last question, with TC on all but the last.

    RFC 6762 sections 7.1 and 7.2: a packet whose known answers go on in the next one has TC set.
    """
    packets: list[bytes] = []
    packet = _Packet()
    for question in questions:
        if not packet.add_question(question):
            packets.append(packet.octets(more_follow=False))
            packet = _Packet()
            packet.add_question(question)
    for answer in known:
        if not packet.add_answer(answer):
            packets.append(packet.octets(more_follow=True))
            packet = _Packet()
            packet.add_answer(answer)
    if packet.questions or packet.answers:
        packets.append(packet.octets(more_follow=False))
    return packets
