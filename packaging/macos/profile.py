"""A configuration profile with every setting that a fleet may manage on Macs, as a form to fill in; without a key."""

import plistlib
import uuid
from collections.abc import Mapping

import product

from core.policy_places import DOMAIN
from core.settings import names, value_of
from core.settings.tree import DEFAULTS

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "profile.dotlocal.invalid")


def text(settings: Mapping[str, Mapping[str, object]] | None = None) -> bytes:
    """Return a profile that forces the settings, by section and name; without any, the defaults as an example."""
    forced = settings or _defaults()
    payload = {
        "PayloadType": "com.apple.ManagedClient.preferences",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{DOMAIN}.settings",
        "PayloadUUID": str(uuid.uuid5(NAMESPACE, "settings")).upper(),
        "PayloadDisplayName": f"{product.NAME} settings",
        "PayloadEnabled": True,
        "PayloadContent": {DOMAIN: {"Forced": [{"mcx_preference_settings": forced}]}},
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{DOMAIN}.profile",
        "PayloadUUID": str(uuid.uuid5(NAMESPACE, "profile")).upper(),
        "PayloadDisplayName": f"{product.NAME} settings",
        "PayloadScope": "System",
        "PayloadContent": [payload],
    }
    return plistlib.dumps(profile)


def _defaults() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name in names():
        section, _, item = name.partition(".")
        value = value_of(DEFAULTS, name)
        found.setdefault(section, {})[item] = list(value) if isinstance(value, tuple) else value
    return found
