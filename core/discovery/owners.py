"""Who records belong to: instances and hosts of one link, with their record sets; values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from core.discovery.claims import AnyClaim, RecordSet
from core.discovery.query import AAAA, SRV, TXT, A

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

    def lacks(self, now: float) -> tuple[int, ...]:
        """Return the record types that are missing while a pointer holds."""
        if (self.locations and self.texts) or not self.pointers.is_live(now):
            return ()
        return tuple(kind for kind, held in ((SRV, self.locations), (TXT, self.texts)) if not held)

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

    def lacks(self, now: float) -> tuple[int, ...]:
        """Return the address types that are missing, but for those that it says it has not."""
        del now
        if not self.instances or (self.ipv4 and self.ipv6):
            return ()
        wanted = ((A, 4, self.ipv4), (AAAA, 6, self.ipv6))
        return tuple(kind for kind, family, held in wanted if not held and family not in self.absent)


@dataclass(frozen=True, slots=True)
class Clash:
    """A stranger says something else about a unique record, or takes it back; nothing was dropped for it."""

    owner: Owner
    kind: str
    sender: str
    before: tuple[str, ...]
    rdata: object = None
    goodbye: bool = False


def owns(claim: AnyClaim, sender: str, is_same: Callable[[str, str], bool]) -> bool:
    """Say whether a sender alone stands behind a claim: every other sender of it is the same speaker.

    Having repeated somebody's record makes nobody its owner, or an echo could be followed by a goodbye.
    """
    return all(other == sender or is_same(sender, other) for other in claim.senders)


def same_speaker(
    hosts: Mapping[str, Host], names: Iterable[str], mac_of: Callable[[str], str], new: str, old: str
) -> bool:
    """Say whether a sender is the same machine as one that spoke before, as far as can be told.

    By their MAC addresses where the system knows both; else the earlier one must itself have said that the address of
    the new one is its host's.
    """
    macs = mac_of(new), mac_of(old)
    if all(macs):
        return macs[0] == macs[1]
    packed = _packed(new)
    for name in names:
        host = hosts.get(name)
        claim = (host.ipv4 if len(packed) == 4 else host.ipv6).find(packed) if host is not None else None
        if claim is not None and old in claim.senders:
            return True
    return False


@lru_cache(1_024)
def _packed(address: str) -> bytes:
    try:
        return ip_address(address.partition("%")[0]).packed
    except ValueError:
        return b""
