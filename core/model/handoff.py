"""A root that is being handed to phones: where, and what to compare."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shared:
    """Where the page is, what to compare, and how the profile is signed."""

    url: str
    sha256: str
    fingerprint: str
    name: str
    minutes: int
    signed: bool
