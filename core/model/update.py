"""What a signed statement says about versions."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Release:
    """The newest version. `page` is an https address that a person may open; `expires_at` bounds how long it counts."""

    version: str
    day: str
    page: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UpdateAnswer:
    """The newest release, and whether it is newer than the version that asks."""

    current: str
    release: Release
    newer: bool
