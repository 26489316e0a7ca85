"""Say what is wrong with a TXT record (RFC 6763 section 6); pure."""

from collections.abc import Iterator

from core.model.lint import Level, LintPoint
from core.model.text import display
from core.model.txt import strings

MOST_OCTETS, USUAL_KEY = 1_300, 9
_SECRETS = frozenset({"password", "passwd", "pass", "secret", "token", "apikey", "api_key", "key"})


def _is_whole(octets: bytes) -> bool:
    position = 0
    while position < len(octets):
        position += 1 + octets[position]
    return position == len(octets)


def txt_points(place: str, octets: bytes) -> Iterator[LintPoint]:
    """Yield the points about one service's TXT record."""
    if not octets:
        yield LintPoint(
            "txt-empty", Level.WARNING, place, "The TXT record has no octets at all.",
            "A TXT record without data is one zero octet.", "RFC 6763 section 6.1",
        )  # fmt: skip
    if len(octets) > MOST_OCTETS:
        yield LintPoint(
            "txt-long", Level.WARNING, place, f"The TXT record has {len(octets)} octets: it does not fit one packet.",
            "Keep it below 200 octets, below 1,300 at most.", "RFC 6763 section 6.2",
        )  # fmt: skip
    if octets and not _is_whole(octets):
        yield LintPoint(
            "txt-broken", Level.ERROR, place, "A string of the TXT record is longer than the record.",
            "Each string is its length in one octet, then so many octets.", "RFC 6763 section 6.1",
        )  # fmt: skip
    seen: set[bytes] = set()
    for entry in strings(octets):
        key, separator, value = entry.partition(b"=")
        if not entry:
            continue
        shown = display(key, 40)
        if not key:
            yield LintPoint(
                "txt-no-key", Level.ERROR, place, "A TXT entry begins with an equals sign; it is ignored.",
                "Write key=value.", "RFC 6763 section 6.4",
            )  # fmt: skip
            continue
        if not all(0x20 <= octet <= 0x7E for octet in key):
            yield LintPoint(
                f"txt-key-{shown}", Level.ERROR, place, f"The TXT key {shown} is not printable ASCII.",
                "Use letters, digits and signs of ASCII.", "RFC 6763 section 6.4",
            )  # fmt: skip
        elif len(key) > USUAL_KEY:
            yield LintPoint(
                "txt-long-key", Level.HINT, place, f"The TXT key {shown} has more than nine characters.",
                "Short keys keep packets small.", "RFC 6763 section 6.4",
            )  # fmt: skip
        if key.lower() in seen:
            yield LintPoint(
                f"txt-twice-{shown}", Level.WARNING, place, f"The TXT key {shown} occurs twice; only the first counts.",
                "Use each key once.", "RFC 6763 section 6.4",
            )  # fmt: skip
        seen.add(key.lower())
        if separator and value and key.decode("ascii", "replace").lower() in _SECRETS:
            yield LintPoint(
                f"txt-secret-{shown}", Level.WARNING, place, f"The TXT key {shown} may tell everybody a secret.",
                "Everybody on the network reads TXT records: keep secrets out.", "RFC 6763 section 6",
            )  # fmt: skip
