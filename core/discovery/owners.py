"""Who records belong to: instances and hosts of one link, with their record sets; values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from core.discovery.claims import AnyClaim, RecordSet

Key = tuple[str, str]
"""An instance: its type "_http._tcp" and its label in lower case."""
Owner = Key | str
"""An instance's key, or a host's name."""
Location = tuple[str, int]


@dataclass(slots=True)
class Instance:
    """A service instance; `label` is as sent. It is listed while a pointer to it holds."""

    key: Key
    label: str
    sender: str
    pointers: RecordSet[bytes] = field(default_factory=RecordSet)
    locations: RecordSet[Location] = field(default_factory=RecordSet)
    texts: RecordSet[bytes] = field(default_factory=RecordSet)
    subtypes: tuple[str, ...] = ()

    def sets(self) -> tuple[RecordSet[Any], ...]:
        """Return every record set."""
        return self.pointers, self.locations, self.texts

    def hosts(self) -> set[str]:
        """Return the hosts that it is said to live on."""
        return {claim.rdata[0] for claim in self.locations}

    def is_listed(self, now: float) -> bool:
        """Say whether a pointer to it holds and was not taken back."""
        return any(c.until > now and not c.leaving for c in self.pointers)

    def txt_octets(self) -> int:
        """Return how much memory its texts take."""
        return sum(len(claim.rdata) for claim in self.texts)


@dataclass(slots=True)
class Host:
    """A host with its addresses (4 or 16 octets) and the instances that live on it."""

    name: str
    sender: str
    first_seen: float
    last_seen: float
    ipv4: RecordSet[bytes] = field(default_factory=RecordSet)
    ipv6: RecordSet[bytes] = field(default_factory=RecordSet)
    instances: set[Key] = field(default_factory=set)
    absent: frozenset[int] = frozenset()
    asked_in_vain: int = 0
    arriving_until: float = 0.0
    bereft_at: float = 0.0
    """When its last service left; its address has to be heard again after that for it to be here."""

    def sets(self) -> tuple[RecordSet[bytes], RecordSet[bytes]]:
        """Return both record sets."""
        return self.ipv4, self.ipv6


@dataclass(frozen=True, slots=True)
class Clash:
    """A stranger says something else about a unique record, or takes it back; nothing was dropped for it."""

    owner: Owner
    kind: str
    sender: str
    before: tuple[str, ...]
    rdata: object = None
    goodbye: bool = False


def speaks_for(hosts: Mapping[str, Host], sender: str, claim: AnyClaim, names: Iterable[str]) -> bool:
    """Say whether a sender made a claim itself, or speaks from an address that the claim's sender gave a host."""
    if sender in claim.senders:
        return True
    try:
        packed = ip_address(sender.partition("%")[0]).packed
    except ValueError:
        return False
    for name in names:
        host = hosts.get(name)
        held = (host.ipv4 if len(packed) == 4 else host.ipv6).find(packed) if host is not None else None
        if held is not None and any(s in claim.senders for s in held.senders):
            return True
    return False
