"""A change of a store as the journal keeps it: enough to put back what was before, also without the authority."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.model.plan import Action

Snapshot = Mapping[str, object]
"""What one store held of one root at one moment, as plain JSON values; `installed` and `trusted` are always there."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change on record. `phase` is planned (begun and not ended), done or failed.

    `address` opens the store again, also when nothing on this machine names it any more. `undone` says that a later
    change put back `before`. `altered` is False where a failed change is known to have left the store as it was.
    """

    run: str
    number: int
    at: datetime
    action: Action
    store: str
    label: str
    address: Mapping[str, object]
    sha256: str
    root_name: str
    certificate: bytes
    before: Snapshot
    steps: tuple[str, ...] = ()
    phase: str = "planned"
    detail: str = ""
    undoes: str = ""
    undone: bool = False
    altered: bool = True

    @property
    def key(self) -> str:
        """Return the name of this change in the journal."""
        return f"{self.run}/{self.number}"


@dataclass(frozen=True, slots=True)
class History:
    """The journal as it was read: every change, oldest first, and the lines that could not be read."""

    changes: tuple[Change, ...]
    damaged: tuple[str, ...] = ()

    def unfinished(self) -> tuple[Change, ...]:
        """Return the changes that began and never ended, unless a later change of that store and root did."""
        open_ones: dict[tuple[str, str], Change] = {}
        for change in self.changes:
            place = (change.store, change.sha256)
            if change.phase == "planned" and not change.undone:
                open_ones[place] = change
            elif change.phase == "done":
                open_ones.pop(place, None)
        return tuple(open_ones.values())

    def undoable(self, run: str = "") -> tuple[Change, ...]:
        """Return the changes that can be put back, newest first; of one run only, if it is named."""
        return tuple(
            change
            for change in reversed(self.changes)
            if change.action is not Action.UNDO and not change.undone and change.altered and run in {"", change.run}
        )

    def roots(self) -> dict[str, tuple[str, bytes]]:
        """Return every root that was ever put into a store here, by SHA-256: its name and its DER."""
        return {
            change.sha256: (change.root_name, change.certificate)
            for change in self.changes
            if change.action is not Action.REMOVE
        }
