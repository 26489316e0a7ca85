"""What happened to a device over time, and the certificates it showed."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Happening(Enum):
    """Closed set of what a device's history tells."""

    FIRST_SEEN = "first-seen"
    RENAMED = "name-changed"
    MOVED = "addresses-changed"
    SERVICES = "services-changed"
    NEW_CERTIFICATE = "certificate-changed"
    NEW_KEY = "key-changed"
    NEW_ISSUER = "issuer-changed"
    WENT = "went"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One happening; `before` and `after` are what changed, as text from the network (not yet fit to show)."""

    at: datetime
    what: Happening
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class CertificateSeen:
    """A certificate that a port showed, and when. `key` is the SHA-256 of its SubjectPublicKeyInfo, in hex."""

    port: int
    sha256: str
    key: str
    issuer: str
    der: bytes
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class DeviceHistory:
    """The history of one device: happenings and certificates, newest first."""

    device: str
    entries: tuple[HistoryEntry, ...] = ()
    certificates: tuple[CertificateSeen, ...] = ()
