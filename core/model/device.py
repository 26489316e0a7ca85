"""A device as the network shows it: one host with its addresses and service instances."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

TxtValue = str | bytes | None
"""A TXT value: text, bytes that are not UTF-8, "" for `key=`, None for a key without `=`."""


class Presence(Enum):
    """What the network last said of a device."""

    ARRIVING = "arriving"
    """It probes for its name and has announced nothing yet."""
    HERE = "here"
    STALE = "stale"
    """Its address ran out unasked; a pointer to one of its services still holds."""
    LISTED = "listed"
    """A DNS server lists it; nobody looked whether it is here."""
    LEAVING = "leaving"
    """It said goodbye within the last second."""
    GONE = "gone"
    """It said goodbye, or did not answer when it was asked again."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One address of a host. `interface` is the local interface it was heard on, "" if that is not known."""

    address: str
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """One service instance. `instance` is the raw label (not DNS-escaped); `txt` keeps the order sent.

    `txt_octets` is the TXT record as it came; `subtypes` are labels such as "_printer".
    """

    type: str
    instance: str
    port: int
    txt: tuple[tuple[str, TxtValue], ...] = ()
    txt_octets: bytes = b""
    subtypes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """One host on one network. `host` has no trailing dot and is lower case; `name` is for people.

    `network` is "" but where two interfaces have different devices of this name: then it is the interface's name.
    `kind` is a word of `core.model.service_catalogue` ("printer", "" where nothing tells); `vendor` and `model` are
    what its TXT records, or the prefix of its MAC address, say. `through` is the sender that speaks for it from
    elsewhere (a reflector or proxy), "" where it speaks for itself.
    """

    host: str
    name: str
    addresses: tuple[Address, ...]
    services: tuple[Service, ...]
    online: bool
    first_seen: datetime
    last_seen: datetime
    presence: Presence = Presence.HERE
    network: str = ""
    kind: str = ""
    vendor: str = ""
    model: str = ""
    mac: str = ""
    through: str = ""

    @property
    def id(self) -> str:
        """Return what no other device shares: the host, with the interface where another network has one too."""
        return f"{self.host}%{self.network}" if self.network else self.host
