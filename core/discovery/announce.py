"""Announce one service from this computer, with probing and renaming by zeroconf: to try a reflector or a VLAN with."""

import ipaddress
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from zeroconf import BadTypeInNameException, NonUniqueNameException, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from core.discovery.interfaces import choose
from core.discovery.names import MAX_LABEL, has_controls, is_service_type
from core.errors import BadName, NetworkUnavailable


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be announced: an instance of a type "_http._tcp" on a port, with TXT entries."""

    name: str
    type: str
    port: int
    txt: tuple[tuple[str, str | None], ...] = ()
    interfaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Announced:
    """What stands on the network now; `name` differs from what was wanted where that was taken."""

    name: str
    type: str
    host: str
    port: int
    addresses: tuple[str, ...]
    renamed: bool


class Announcer:
    """One announced service. An async context manager; leaving it says goodbye."""

    def __init__(self, wanted: Wanted) -> None:
        kind = f"{wanted.type.removesuffix('.local').rstrip('.')}.local."
        if not is_service_type(kind.lower()):
            raise BadName(f"{wanted.type!r} is not a service type.", hint="Write it like _http._tcp.")
        octets = wanted.name.encode("utf-8", "surrogateescape")
        if not 0 < len(octets) <= MAX_LABEL or has_controls(wanted.name) or "." in wanted.name:
            raise BadName(
                f"{wanted.name!r} cannot be announced.",
                hint="Use 1 to 63 octets without dots or controls.",
            )
        self._wanted, self._type = wanted, kind
        self._network: AsyncZeroconf | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._network is not None:
            await self._network.async_unregister_all_services()
            await self._network.async_close()
            self._network = None

    async def announce(self) -> Announced:
        """Probe for the name, take another where it is taken, announce, and say what came of it.

        Raises: NetworkUnavailable, UnknownInterface, BadName.
        """
        wanted, chosen = self._wanted, choose(self._wanted.interfaces)
        own = [str(n.ip) for i in chosen for n in i.networks if n.version == 4]
        if not own:
            raise NetworkUnavailable("No interface has an IPv4 address to announce.")
        host = f"dotlocal-{secrets.token_hex(4)}.local."  # nobody else's: zeroconf does not probe for host names
        try:
            info = ServiceInfo(
                self._type, f"{wanted.name}.{self._type}", port=wanted.port, server=host,
                addresses=[ipaddress.ip_address(a).packed for a in own], properties=_octets(wanted.txt),
            )  # fmt: skip
            self._network = AsyncZeroconf(interfaces=own)
            await (await self._network.async_register_service(info, allow_name_change=True))
        except (OSError, socket.gaierror) as error:
            raise NetworkUnavailable(f"Multicast DNS cannot be opened: {error.strerror or error}.") from error
        except (BadTypeInNameException, NonUniqueNameException) as error:
            raise BadName(f"This cannot be announced: {error}.") from error
        name = info.name.removesuffix(f".{self._type}")
        return Announced(
            name, self._type[: -len(".local.")], host.rstrip("."), wanted.port, tuple(own), name != wanted.name
        )


def _octets(entries: tuple[tuple[str, str | None], ...]) -> bytes:
    """Return a TXT record; without entries it is one zero octet (RFC 6763 section 6.1)."""
    pairs = ((key, "" if value is None else f"={value}") for key, value in entries)
    strings = [f"{key}{value}".encode("utf-8", "surrogateescape") for key, value in pairs]
    return b"".join(bytes([len(s)]) + s for s in strings) or b"\0"


def txt_entries(entries: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """Return "k=v", "k=" and "k" as keys and values.

    Raises: BadName, naming the entry.
    """
    found = []
    for entry in entries:
        key, separator, value = entry.partition("=")
        if not key or not key.isascii() or not key.isprintable() or len(entry.encode("utf-8", "surrogateescape")) > 255:
            raise BadName(
                f"{entry!r} is not a TXT entry.", hint="Write key=value, at most 255 octets, the key in ASCII."
            )
        found.append((key, value if separator else None))
    return tuple(found)
