"""A real DNS server on loopback for one small zone; it answers over UDP what it was given, and NXDOMAIN else."""

import socket
import threading
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsServer:
    """Use it as a context manager; `address` is "127.0.0.1#port". Records are lines of a zone file."""

    def __init__(self, *records: str) -> None:
        self.records = list(records)
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1#{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            octets, client = self._socket.recvfrom(4_096)
            if not octets:
                return
            query = dns.message.from_wire(octets)
            question = query.question[0]
            self.asked.append((question.name.to_text(), dns.rdatatype.to_text(question.rdtype)))
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.AA
            for line in self.records:
                found = self._record(line)
                if found.name == question.name and found.rdtype == question.rdtype:
                    answer.answer.append(found)
            if not answer.answer:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), client)

    @staticmethod
    def _record(line: str) -> dns.rrset.RRset:
        owner, ttl, _, kind, data = line.split(None, 4)
        return dns.rrset.from_text(owner, int(ttl), "IN", kind, data)
