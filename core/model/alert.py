"""An alert: something happened to a device or a store that somebody should know of."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class AlertCode(Enum):
    """Closed set of what is told; the window has the words."""

    IDENTITY_CHANGED = "identity-changed"
    NAME_CLAIMED_TWICE = "name-claimed-twice"
    ROOT_MISSING = "root-missing"
    EXPIRES_IN_30_DAYS = "expires-in-30-days"
    EXPIRES_IN_7_DAYS = "expires-in-7-days"
    EXPIRES_TOMORROW = "expires-tomorrow"
    EXPIRED = "expired"
    NEW_DEVICE = "new-device"


EXPIRING = (
    AlertCode.EXPIRED, AlertCode.EXPIRES_TOMORROW, AlertCode.EXPIRES_IN_7_DAYS, AlertCode.EXPIRES_IN_30_DAYS,
)  # fmt: skip
"""From the worst to the mildest."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `subject` is a device's id, a name or a store's id; `facts` fill the sentence.

    `number` counts up over the life of an inventory. `occasion` tells one cause from the next: the same code, subject
    and occasion are told once.
    """

    number: int
    code: AlertCode
    subject: str
    at: datetime
    occasion: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    read: bool = False
