"""The pages of the window in rail order; a page appears here once it works."""

from typing import NamedTuple


class Place(NamedTuple):
    """One entry of the rail."""

    key: str
    title: str
    icon: str


PLACES = (
    Place("devices", "Devices", "radar"),
    Place("trust", "Trust", "shield-check"),
    Place("authority", "Authority", "stamp"),
    Place("alerts", "Alerts", "bell"),
    Place("health", "Network health", "activity"),
    Place("settings", "Settings", "settings"),
)
AT_THE_BOTTOM = frozenset({"settings"})
