"""A trust store of this machine and what was read back from it; a program that looks elsewhere, and whether it sees."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreState:
    """One store as it was just read.

    `installed` and `trusted` are about one root; both are None when no root was asked about or the store could
    not be read. `available` False comes with `reason`, a short code, and `detail`, a sentence.
    `follows` names the store whose contents this one shows. An `optional` store is changed only when it is named.
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
    follows: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ToolSight:
    """A program that trusts by its own rules: where it looks, and whether it sees the root now.

    `sees` is None where that cannot be told; `checked` says what was read or asked. `command` is the one line that
    makes it see the root: shown and copied, never run. Empty where nothing is to be done.
    """

    id: str
    label: str
    location: str
    sees: bool | None
    checked: str
    command: str = ""
