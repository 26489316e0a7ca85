"""What one client would make of one chain: a verdict with every reason."""

from dataclasses import dataclass
from datetime import datetime

from core.model.certificate import Certificate
from core.model.reasons import Severity, severity_of

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding. `link` counts from the device's certificate (0) upwards; None is the connection itself."""

    code: str
    link: int | None = None
    facts: Facts = ()

    @property
    def severity(self) -> Severity:
        """Return how much this finding weighs."""
        return severity_of(self.code)


_SILENCE = frozenset({"store-unreadable", "verifier-not-asked"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `client` would do with the chain. `trusted` is True only if that was checked; `checked` says how."""

    client: str
    trusted: bool
    reasons: tuple[Reason, ...]
    checked: str
    checked_at: datetime

    @property
    def is_known(self) -> bool:
        """Say whether the client's store and verifier answered; else nothing is known of what it would do."""
        return not any(reason.code in _SILENCE for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class PathLink:
    """One certificate of the best path, device first. `in_stores` are the clients whose store holds it as root."""

    certificate: Certificate
    role: str
    sent: bool
    in_stores: tuple[str, ...] = ()
