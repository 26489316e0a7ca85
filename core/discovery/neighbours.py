"""Read the system's neighbour table: which MAC address an address had when this computer last spoke with it.

Linux alone for now: /proc/net/arp for IPv4, a netlink dump (RTM_GETNEIGH, linux/rtnetlink.h) for IPv6.
"""

import socket
import struct
import sys
from contextlib import suppress

REFRESH_S = 10.0
MAX_ENTRIES = 20_000
_GET_NEIGHBOUR, _NEW_NEIGHBOUR, _DONE, _REQUEST_DUMP = 30, 28, 3, 0x301
_DESTINATION, _LINK_ADDRESS = 1, 2
_UNUSABLE = 0x01 | 0x20  # NUD_INCOMPLETE, NUD_FAILED


class Neighbours:
    """The table as it was at the last look; empty where the system has none that we can read."""

    def __init__(self) -> None:
        self.table: dict[str, str] = {}
        self._read_at = -REFRESH_S

    def mac_of(self, address: str) -> str:
        """Return the MAC address of an address, "" where it is not known."""
        return self.table.get(address, "")

    def refresh(self, now: float, *, wanted: bool) -> bool:
        """Look again, every ten seconds at most and only while somebody wants to know; say whether it was done."""
        if not wanted or now - self._read_at < REFRESH_S:
            return False
        self._read_at = now
        self.table = read_neighbours()
        return True


def read_neighbours() -> dict[str, str]:
    """Return address -> MAC address, both as text."""
    if not sys.platform.startswith("linux"):
        return {}
    found: dict[str, str] = {}
    with suppress(OSError), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as asker:
        asker.settimeout(0.5)
        asker.bind((0, 0))
        asker.send(struct.pack("=IHHIIB11x", 28, _GET_NEIGHBOUR, _REQUEST_DUMP, 1, 0, socket.AF_UNSPEC))
        while _take_messages(asker.recv(1 << 16), found) and len(found) < MAX_ENTRIES:
            pass
    return found


def _take_messages(octets: bytes, found: dict[str, str]) -> bool:
    """Take the entries of one read into `found`; False once the dump has ended."""
    position = 0
    while position + 16 <= len(octets):
        length, kind = struct.unpack_from("=IH", octets, position)
        if kind != _NEW_NEIGHBOUR or length < 28:
            return bool(kind not in (_DONE, 2))
        (state,) = struct.unpack_from("=H", octets, position + 24)
        if not state & _UNUSABLE:
            _take_entry(octets[position + 28 : position + length], found)
        position += (length + 3) & ~3
    return True


def _take_entry(attributes: bytes, found: dict[str, str]) -> None:
    address = mac = ""
    position = 0
    while position + 4 <= len(attributes):
        length, kind = struct.unpack_from("=HH", attributes, position)
        if length < 4:
            return
        value = attributes[position + 4 : position + length]
        if kind == _DESTINATION and len(value) in (4, 16):
            address = socket.inet_ntop(socket.AF_INET if len(value) == 4 else socket.AF_INET6, value)
        elif kind == _LINK_ADDRESS and len(value) == 6:
            mac = value.hex(":")
        position += (length + 3) & ~3
    if address and mac and mac != "00:00:00:00:00:00":
        found[address] = mac
