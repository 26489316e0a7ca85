"""What is wrong with a device's announcement: each point with the clause that says so; values only."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a point is: it breaks things, it causes trouble, it could be better."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class LintPoint:
    """One point: `place` is the name that it is about, `clause` where the rule stands."""

    code: str
    level: Level
    place: str
    sentence: str
    mend: str
    clause: str


@dataclass(frozen=True, slots=True)
class LintReport:
    """What a host announced, in short, and every point; `heard` False means that nobody of that name answered.

    `limited`: another program keeps port 5353, so lifetimes, flush bits and packets could not be judged.
    """

    host: str
    heard: bool
    senders: tuple[str, ...]
    addresses: tuple[str, ...]
    services: tuple[str, ...]
    points: tuple[LintPoint, ...]
    limited: bool = False
