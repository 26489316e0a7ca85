"""Read a Java key store of the JKS kind without starting a Java: certificates stand in it in clear; pure, no I/O.

Layout: sun.security.provider.JavaKeyStore.engineLoad. The digest at the end covers the password, a constant and all
before it; what does not fit, or holds anything but trusted certificates, is left to keytool.
"""

import hashlib
import struct
from hmac import compare_digest

_MAGIC, _TRUSTED = 0xFEEDFEED, 2
_WHITENER = b"Mighty Aphrodite"
MAX_ENTRIES = 10_000


def trusted_certificates(content: bytes, password: str) -> tuple[tuple[str, bytes], ...] | None:
    """Return alias and DER of each entry; None where this is not a whole JKS store of trusted certificates alone."""
    digest = hashlib.sha1(password.encode("utf-16-be") + _WHITENER + content[:-20], usedforsecurity=False).digest()
    if len(content) < 32 or not compare_digest(digest, content[-20:]):
        return None
    try:
        return _entries(content[:-20])
    except (struct.error, UnicodeDecodeError, IndexError):
        return None


def _entries(content: bytes) -> tuple[tuple[str, bytes], ...] | None:
    magic, version, count = struct.unpack_from(">III", content)
    if magic != _MAGIC or version not in {1, 2} or count > MAX_ENTRIES:
        return None
    at = 12
    found: list[tuple[str, bytes]] = []
    for _ in range(count):
        (tag,) = struct.unpack_from(">I", content, at)
        if tag != _TRUSTED:
            return None
        alias, at = _text(content, at + 4)
        at += 8  # the date
        if version == 2:
            _, at = _text(content, at)  # the certificate's type
        (size,) = struct.unpack_from(">I", content, at)
        der = content[at + 4 : at + 4 + size]
        if len(der) != size:
            return None
        found.append((alias, der))
        at += 4 + size
    return tuple(found) if at == len(content) else None


def _text(content: bytes, at: int) -> tuple[str, int]:
    (size,) = struct.unpack_from(">H", content, at)
    return content[at + 2 : at + 2 + size].decode("utf-8"), at + 2 + size
