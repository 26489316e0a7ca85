"""One socket for each interface and family: bound to the interface, so that what arrives is known to be from there.

Options by number where Python has no name for them: linux/in.h, linux/socket.h; netinet/in.h of macOS.
"""

import errno
import socket
import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

from core.discovery.interfaces import Interface
from core.discovery.packets import PORT, Source

GROUP4, GROUP6 = "224.0.0.251", "ff02::fb"
WANTED_BUFFER = 4 << 20
MOST_AT_ONCE = 512
_LARGEST, _ANCILLARY = 9_000, 256
_LINUX, _MAC, _WINDOWS = sys.platform.startswith("linux"), sys.platform == "darwin", sys.platform == "win32"
_IP_PKTINFO, _IP_RECVTTL, _IP_TTL = 8, 12, 2
_SO_RXQ_OVFL, _SO_BINDTODEVICE = 40, 25
_V6_PKTINFO, _V6_HOPLIMIT = getattr(socket, "IPV6_PKTINFO", 50), getattr(socket, "IPV6_HOPLIMIT", 52)
_IP_BOUND_IF, _IPV6_BOUND_IF = 25, 125
_MAC_IP_RECVPKTINFO, _MAC_IP_RECVTTL = 26, 24
_SILENT = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR, errno.ECONNREFUSED, 10035})
_SKIPPED = frozenset({10040, 10052, 10054})  # WSAEMSGSIZE, WSAENETRESET, WSAECONNRESET: of one datagram alone


class Datagram(NamedTuple):
    """What one receive gave: the octets and where they came from."""

    octets: bytes
    source: Source


class LinkSocket:
    """The socket of one interface and family. `shares_port` is False where it had to take a free port.

    Raises from the constructor: OSError.
    """

    def __init__(self, interface: Interface, family: int) -> None:
        self.interface, self.family = interface, family
        self.shares_port, self._tied = True, not _MAC  # IP_BOUND_IF ties what is sent alone
        self.received = self.sent = 0
        self.dropped = 0
        """Datagrams that the system dropped for want of room, as far as it tells."""
        self._group = GROUP4 if family == 4 else GROUP6
        self._knows_target = hasattr(socket.socket, "recvmsg")
        self._socket = self._open(PORT)
        self.buffer = _grow_buffer(self._socket)

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self._socket.fileno()

    @property
    def hears_unicast(self) -> bool:
        """Say whether answers to us alone reach us: on Darwin they go to the socket that had the port first."""
        return not (_MAC and self.shares_port)

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def send(self, octets: bytes) -> None:
        """Send to the group.

        Raises: OSError.
        """
        scope = (0, self.interface.index) if self.family == 6 else ()
        self._socket.sendto(octets, (self._group, PORT, *scope))
        self.sent += 1

    def receive(self) -> Iterator[Datagram]:
        """Yield what waits, until nothing does or a slice of it was taken."""
        ancillary: list[tuple[int, int, bytes]]
        for _ in range(MOST_AT_ONCE):
            try:
                if sys.platform != "win32" and self._knows_target:
                    octets, ancillary, _, sender = self._socket.recvmsg(_LARGEST + 1, _ANCILLARY)
                else:
                    octets, sender = self._socket.recvfrom(_LARGEST + 1)
                    ancillary = []
            except OSError as error:
                if error.errno in _SILENT:
                    return
                if error.errno in _SKIPPED:
                    continue
                raise
            source = self._source(sender, ancillary)
            if source is not None:
                self.received += 1
                yield Datagram(octets, source)

    def _source(self, sender: tuple[str, int], ancillary: list[tuple[int, int, bytes]]) -> Source | None:
        """Return where a datagram came from; None where it came in by another interface."""
        hops, unicast = None, not self.shares_port
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                (self.dropped,) = struct.unpack("=I", value[:4])
            elif level == socket.IPPROTO_IP and kind in (_IP_TTL, _MAC_IP_RECVTTL):
                hops = value[0] if len(value) == 1 else struct.unpack("=i", value[:4])[0]
            elif level == socket.IPPROTO_IP:
                if not self._tied and struct.unpack("=i", value[:4])[0] != self.interface.index:
                    return None
                unicast = not 0xE0 <= value[8] < 0xF0
            elif level == socket.IPPROTO_IPV6 and kind == _V6_HOPLIMIT:
                (hops,) = struct.unpack("=i", value[:4])
            elif level == socket.IPPROTO_IPV6 and kind == _V6_PKTINFO:
                if not self._tied and struct.unpack("=I", value[16:20])[0] != self.interface.index:
                    return None
                unicast = value[0] != 0xFF
        return Source(self.interface.name, sender[0].partition("%")[0], sender[1], unicast, hops)

    def _open(self, port: int) -> socket.socket:
        opened = socket.socket(socket.AF_INET if self.family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
        try:
            opened.setblocking(False)
            self._share(opened)
            self._tie(opened)
            try:
                opened.bind(self._place(port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, 10048) and not isinstance(error, PermissionError):
                    raise
                self.shares_port = False
                opened.bind(self._place(0))
            if self.shares_port:
                self._join(opened)
            self._aim(opened)
            self._ask_for_facts(opened)
        except BaseException:
            opened.close()
            raise
        return opened

    def _share(self, opened: socket.socket) -> None:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform != "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if self.family == 6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)

    def _tie(self, opened: socket.socket) -> None:
        """Bind to the interface itself, so that neither another interface nor another stack takes our answers."""
        if _LINUX:
            try:
                opened.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, self.interface.name.encode() + b"\0")
            except (
                PermissionError
            ):  # kernels before 5.7 want privileges: sort by the interface of each datagram instead
                self._tied = False
        elif _MAC:
            level, option = (socket.IPPROTO_IP, _IP_BOUND_IF) if self.family == 4 else (41, _IPV6_BOUND_IF)
            opened.setsockopt(level, option, struct.pack("=I", self.interface.index))

    def _place(self, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
        if not _WINDOWS:
            return ("", port)
        mine = [n.ip for n in self.interface.networks if n.version == self.family]
        own = str(next((ip for ip in mine if ip.is_link_local), mine[0]) if self.family == 6 else mine[0])
        return (own, port) if self.family == 4 else (own, port, 0, self.interface.index)

    def _join(self, opened: socket.socket) -> None:
        if self.family == 6:
            member = socket.inet_pton(socket.AF_INET6, GROUP6) + struct.pack("=I", self.interface.index)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        else:
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP4) + self._own_place())

    def _aim(self, opened: socket.socket) -> None:
        """Send by this interface, with a hop limit of 255, and let this computer's own services hear us."""
        if self.family == 6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, self.interface.index)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 1)
            return
        own = socket.inet_aton(next(str(n.ip) for n in self.interface.networks if n.version == 4))
        index = struct.pack("=i", self.interface.index)
        target = socket.inet_aton("0.0.0.0") + own + index if _LINUX else own  # noqa: S104  ip_mreqn: no group
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, target)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)

    def _own_place(self) -> bytes:
        """Return what names the interface to join on: on Linux its index and no address, elsewhere its address.

        Darwin's kernel reads the first eight octets alone (ip_mreq), whatever the length says.
        """
        if not _LINUX:
            return socket.inet_aton(next(str(n.ip) for n in self.interface.networks if n.version == 4))
        return socket.inet_aton("0.0.0.0") + struct.pack("=i", self.interface.index)  # noqa: S104  the index tells

    def _ask_for_facts(self, opened: socket.socket) -> None:
        if sys.platform == "win32":
            return
        if self.family == 6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        else:
            opened.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO if _LINUX else _MAC_IP_RECVPKTINFO, 1)
            opened.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL if _LINUX else _MAC_IP_RECVTTL, 1)
        if _LINUX:
            opened.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)


def _grow_buffer(opened: socket.socket) -> int:
    """Ask for the largest receive buffer that the system grants, and return what it granted."""
    wanted = WANTED_BUFFER
    while wanted >= 1 << 17:
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, wanted)
            break
        except OSError:
            wanted //= 2  # macOS refuses what is above kern.ipc.maxsockbuf
    return opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
