"""Check the signed statement about the newest version; pure.

The statement is a JSON object of two base64 texts: `signed` holds the octets of another JSON object, `signature` their
Ed25519 signature (RFC 8032). That object has `schema`, `product`, `version`, `day`, `page`, `issued_at`, `expires_at`.
"""

import base64
import binascii
import json
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.errors import UpdateRefused
from core.model.update import Release

SCHEMA, PRODUCT = "dotlocal.updates/1", "Dotlocal"
LARGEST = 65_536
CLOCKS_DIFFER = timedelta(hours=24)
_VERSION = re.compile(r"(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?(?:(a|b|rc)(\d{1,5}))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(octets: bytes, key: bytes, now: datetime, seen: datetime | None = None) -> Release:
    """Return what a statement says, once everything about it was checked.

    `key` is the raw public key, 32 octets; `seen` the `issued_at` of the newest statement that was ever believed: an
    older one is a replay.

    Raises: UpdateRefused.
    """
    release = _parsed(_signed_part(octets, key))
    if release.expires_at <= now:
        raise UpdateRefused("stale", f"The statement counted until {release.expires_at:%Y-%m-%d} only.")
    if release.issued_at > now + CLOCKS_DIFFER:
        raise UpdateRefused(
            "future", f"The statement is of {release.issued_at:%Y-%m-%d}: is this computer's clock right?"
        )
    if seen is not None and release.issued_at < seen:
        raise UpdateRefused("replayed", "An older statement came than one that was seen before.")
    return release


def _signed_part(octets: bytes, key: bytes) -> bytes:
    if len(octets) > LARGEST:
        raise UpdateRefused("malformed", "The statement is too long.")
    try:
        outer = json.loads(octets)
        signed = base64.b64decode(outer["signed"], validate=True)
        signature = base64.b64decode(outer["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise UpdateRefused("malformed", "What came is no statement about versions.") from error
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError) as error:
        raise UpdateRefused(
            "signature", "The statement is not signed by the key that this program was built with."
        ) from error
    return signed


def _parsed(signed: bytes) -> Release:
    try:
        said = json.loads(signed)
        if said["schema"] != SCHEMA or said["product"] != PRODUCT:
            raise UpdateRefused("malformed", "The statement is about something else.")
        version, day, page = str(said["version"]), str(said["day"]), str(said["page"])
        issued, expires = (datetime.fromisoformat(str(said[name])) for name in ("issued_at", "expires_at"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UpdateRefused("malformed", "The signed part cannot be read.") from error
    usable = _VERSION.fullmatch(version) and _DAY.fullmatch(day) and _is_page(page)
    if not usable or issued.tzinfo is None or expires.tzinfo is None:
        raise UpdateRefused("malformed", "The signed part has values that cannot be meant.")
    return Release(version, day, page, issued, expires)


def _is_page(page: str) -> bool:
    try:
        parts = urlsplit(page)
    except ValueError:
        return False
    plain = page.isascii() and page.isprintable() and " " not in page and len(page) <= 300
    return plain and parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def is_newer(version: str, than: str) -> bool:
    """Say whether a version comes after another; what cannot be read is never newer."""
    mine, theirs = _ordered(than), _ordered(version)
    return mine is not None and theirs is not None and theirs > mine


def _ordered(version: str) -> tuple[int, ...] | None:
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, stage, number = found.groups()
    rank = {"a": 0, "b": 1, "rc": 2, None: 3}[stage]
    return int(major), int(minor), int(patch or 0), rank, int(number or 0)
