"""What a bundle says of its own making: by which Python, whether it is a release, and whether it will be signed."""

import os
import platform
from importlib import metadata

import product

RELEASE_VARIABLE = "DOTLOCAL_RELEASE"
UPDATE_PLACE_VARIABLE, UPDATE_KEY_VARIABLE = "DOTLOCAL_UPDATE_PLACE", "DOTLOCAL_UPDATE_KEY"
"""The https address of the signed statement about versions, and the base64 of the raw Ed25519 public key."""


def _distribution() -> str | None:
    """Return whose packages the system libraries came from, such as "debian-12"; None where there is no such thing."""
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        return None
    return f"{told.get('ID', 'linux')}-{told.get('VERSION_ID', '')}"


def of_this_build() -> dict[str, object]:
    """Return the note that lies in the bundle as `resources/build.json`; the About window shows it."""
    place, key = os.environ.get(UPDATE_PLACE_VARIABLE, ""), os.environ.get(UPDATE_KEY_VARIABLE, "")
    return {
        "schema": 1,
        "version": product.VERSION,
        "day": product.source_day(),
        "release": os.environ.get(RELEASE_VARIABLE) == "1",
        "signed": False,  # what signs the programs says so here
        "python": platform.python_version(),
        "qt": metadata.version("pyside6-essentials"),
        "pyinstaller": metadata.version("pyinstaller"),
        "platform": product.platform_name(),
        "machine": platform.machine(),
        "distribution": _distribution(),
        "updates": {"place": place, "key": key} if place and key else None,
    }
