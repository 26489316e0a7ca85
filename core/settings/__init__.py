"""Settings: the frozen tree, what each source may say, and which of them is in force."""

from core.settings.layers import FILE_NAME, Layered, load, load_layers
from core.settings.tree import (
    AlertSettings,
    AppearanceSettings,
    NetworkSettings,
    Settings,
    UpdateSettings,
    Value,
    names,
    value_of,
)

__all__ = [
    "FILE_NAME",
    "AlertSettings",
    "AppearanceSettings",
    "Layered",
    "NetworkSettings",
    "Settings",
    "UpdateSettings",
    "Value",
    "load",
    "load_layers",
    "names",
    "value_of",
]
