"""Which adapters of Windows are up and carry multicast, from GetAdaptersAddresses (iphlpapi.h); elsewhere unused."""

import ctypes
import sys
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_ubyte, c_ulong, c_void_p, c_wchar_p, cast
from dataclasses import dataclass

_UP = 1  # IF_OPER_STATUS
_NO_MULTICAST = 0x10  # IP_ADAPTER_NO_MULTICAST
_TUNNELS = {23, 24, 131}  # IF_TYPE_PPP, _SOFTWARE_LOOPBACK, _TUNNEL
_OVERFLOW, _FAMILY_ANY, _LEAST = 111, 0, 0x1 | 0x2 | 0x4 | 0x8  # no addresses are asked for: ifaddr has them


class _Adapter(Structure):  # the head of IP_ADAPTER_ADDRESSES, as far as it is read
    pass


_Adapter._fields_ = (
    ("length", c_ulong), ("index", c_ulong), ("next", POINTER(_Adapter)), ("name", c_char_p), ("unicast", c_void_p),
    ("anycast", c_void_p), ("multicast", c_void_p), ("dns", c_void_p), ("suffix", c_wchar_p),
    ("description", c_wchar_p), ("friendly", c_wchar_p), ("physical", c_ubyte * 8), ("physical_length", c_ulong),
    ("flags", c_ulong), ("mtu", c_ulong), ("type", c_ulong), ("status", c_int), ("index6", c_ulong),
)  # fmt: skip


def usable() -> frozenset[int] | None:
    """Return the indexes of the adapters that are up and carry multicast; None where Windows does not say."""
    listed = adapters()
    return None if listed is None else frozenset(i for each in listed if each.is_usable for i in each.indexes)


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter: its indexes for IPv4 and IPv6, its connection's name, and whether it is a network of people's."""

    indexes: tuple[int, ...]
    name: str
    is_usable: bool


def adapters() -> tuple[Adapter, ...] | None:
    """Return every adapter; None where Windows does not say."""
    if sys.platform != "win32":
        return None
    ask = ctypes.windll.iphlpapi.GetAdaptersAddresses
    size = c_ulong(16_384)
    for _ in range(3):  # it may have grown between two calls
        room = ctypes.create_string_buffer(size.value)
        failed = ask(_FAMILY_ANY, _LEAST, None, room, byref(size))
        if failed != _OVERFLOW:
            break
    if failed:
        return None
    found = []
    at = cast(room, POINTER(_Adapter))
    while at:
        one = at.contents
        is_usable = one.status == _UP and not one.flags & _NO_MULTICAST and one.type not in _TUNNELS
        found.append(Adapter(tuple({int(one.index), int(one.index6)} - {0}), str(one.friendly), is_usable))
        at = one.next
    return tuple(found)
