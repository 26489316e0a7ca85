"""A trust store of this machine and what was read back from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreState:
    """One store as it was just read.

    `installed` and `trusted` are about one root; both are None when no root was asked about or the store could
    not be read. `available` False comes with `reason`, a short code, and `detail`, a sentence.
    """

    id: str
    kind: str
    label: str
    location: str
    available: bool
    reason: str = ""
    installed: bool | None = None
    trusted: bool | None = None
    detail: str = ""
    needs_elevation: bool = False
