"""What will be done to a store, said before it is done, and what came of it."""

from dataclasses import dataclass
from enum import Enum

from core.model.store_state import StoreState


class Action(Enum):
    """What a change does with a root: put it in, take it out, or put back what was before another change."""

    INSTALL = "install"
    REMOVE = "remove"
    UNDO = "undo"


class Touch(Enum):
    """What a step touches: a file, a key of the system's registry, a program that runs, a person, or nothing."""

    WRITE = "write"
    DELETE = "delete"
    KEY = "key"
    RUN = "run"
    PROMPT = "prompt"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what kind it is, the file, key or command that it touches, and the sentence that says so."""

    touch: Touch
    target: str
    text: str


READ_BACK = Step(Touch.READ, "", "Read it back")


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps for one store and one root, in order; empty when nothing is to be done.

    `asks_password` says that the store's own password (a Firefox primary password) has to be typed.
    `follows` names the store whose contents this one shows; then there is nothing to do here.
    """

    store: str
    label: str
    action: Action
    sha256: str
    steps: tuple[Step, ...]
    needs_elevation: bool = False
    prompt: str = ""
    asks_password: bool = False
    follows: str = ""
    root_name: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one store: the state read back afterwards, and the problem if there was one.

    `done` is True only if the read-back shows what was wanted.
    """

    store: str
    label: str
    action: Action
    state: StoreState | None
    changed: bool
    done: bool = False
    problem: str = ""
    code: str = ""
    hint: str = ""
    sha256: str = ""
    root_name: str = ""
