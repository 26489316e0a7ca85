"""What will be done to a store, said before it is done, and what came of it."""

from dataclasses import dataclass
from enum import Enum

from core.model.store_state import StoreState


class Action(Enum):
    """What a plan does with the root."""

    INSTALL = "install"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps for one store, in order, as sentences that name the files; empty when nothing is to be done.

    `asks_password` says that the store's own password (a Firefox primary password) has to be typed.
    """

    store: str
    label: str
    action: Action
    sha256: str
    steps: tuple[str, ...]
    needs_elevation: bool = False
    prompt: str = ""
    asks_password: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one store: the state read back afterwards, and the problem if there was one."""

    store: str
    label: str
    action: Action
    state: StoreState | None
    changed: bool
    problem: str = ""
    code: str = ""
    hint: str = ""

    @property
    def done(self) -> bool:
        """Say whether the read-back shows what was wanted."""
        if self.code or self.state is None:
            return False
        wanted = self.action is Action.INSTALL
        return self.state.installed is wanted and self.state.trusted is wanted
