"""A device as the network shows it: one host with its addresses and service instances."""

from dataclasses import dataclass
from datetime import datetime

TxtValue = str | bytes | None
"""A TXT value: text, bytes that are not UTF-8, "" for `key=`, None for a key without `=`."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One address of a host. `interface` is the local interface it was heard on, "" if that is not known."""

    address: str
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """One service instance. `instance` is the raw label (not DNS-escaped); `txt` keeps the order sent."""

    type: str
    instance: str
    port: int
    txt: tuple[tuple[str, TxtValue], ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """One host on one network. `host` has no trailing dot and is lower case; `name` is for people."""

    host: str
    name: str
    addresses: tuple[Address, ...]
    services: tuple[Service, ...]
    online: bool
    first_seen: datetime
    last_seen: datetime
