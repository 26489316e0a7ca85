"""What a person, and time, add to a device: a friendly name, a note, whether it is new, when it was first met."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DeviceNotes:
    """Notes on one device. "" is no name, no note; `is_new` ends when it is acknowledged, or after a week."""

    device: str
    first_seen: datetime
    friendly: str = ""
    note: str = ""
    hidden: bool = False
    is_new: bool = False
