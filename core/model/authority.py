"""The site authority as others may see it, what can be asked of it, and what it gave out."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.model.certificate import Certificate

FORMATS = ("pem", "der", "p12", "esp32")


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """The public side of the authority; no key is in here."""

    name: str
    root: Certificate
    issuing: Certificate
    permitted_names: tuple[str, ...]
    permitted_networks: tuple[str, ...]
    key_kept_in: str
    probe_chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What a device certificate shall say and which files to write. `names` are full host names."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    folder: Path
    formats: tuple[str, ...] = ("pem",)
    days: int = 397
    from_root: bool = False
    p12_password: str = ""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One certificate that was issued; the device's key is never kept."""

    serial: str
    sha256: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    issued_at: datetime
    issuer: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """A finished issue: the ledger entry and the files that were written."""

    entry: LedgerEntry
    files: tuple[Path, ...]
