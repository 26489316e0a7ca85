"""Read a TXT record (RFC 6763 section 6): octets in, keys and values out; pure."""

import sys
from functools import lru_cache

from core.model.device import TxtValue

USUAL_KEY = 24


@lru_cache(2_048)
def parse_txt(octets: bytes) -> tuple[tuple[str, TxtValue], ...]:
    """Return keys and values in the order sent: the first of equal keys wins, strings without a key are skipped."""
    pairs: dict[str, tuple[str, TxtValue]] = {}
    for entry in strings(octets):
        key, separator, value = entry.partition(b"=")
        if key:
            name = key.decode("ascii", "backslashreplace")
            if len(name) <= USUAL_KEY:
                name = sys.intern(name)  # ten thousand devices use a few keys
            pairs.setdefault(name.lower(), (name, _value(value) if separator else None))
    return tuple(pairs.values())


def strings(octets: bytes) -> list[bytes]:
    """Return the character strings of a TXT record; one that breaks off is kept as far as it goes."""
    found, position = [], 0
    while position < len(octets):
        size = octets[position]
        found.append(octets[position + 1 : position + 1 + size])
        position += 1 + size
    return found


def _value(value: bytes) -> TxtValue:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value
