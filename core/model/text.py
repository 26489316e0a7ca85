"""Make any string from the network fit to show on one line: no markup, no controls, no overrides; pure."""

import unicodedata

LIMIT = 200
CUT = "…"

_BIDI = {
    "\u200e": "LRM", "\u200f": "RLM", "\u061c": "ALM", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF",
    "\u202d": "LRO", "\u202e": "RLO", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
}  # fmt: skip
_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164\u115f\u1160\uffa0")
_CONTROLS = [
    "NUL",
    "SOH",
    "STX",
    "ETX",
    "EOT",
    "ENQ",
    "ACK",
    "BEL",
    "BS",
    "HT",
    "LF",
    "VT",
    "FF",
    "CR",
    "SO",
    "SI",
    "DLE",
    "DC1",
    "DC2",
    "DC3",
    "DC4",
    "NAK",
    "SYN",
    "ETB",
    "CAN",
    "EM",
    "SUB",
    "ESC",
    "FS",
    "GS",
    "RS",
    "US",
]
_HIDDEN_CATEGORIES = frozenset({"Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_MARKS_IN_A_ROW = 3


def display(value: str | bytes, limit: int = LIMIT, *, isolate: bool = False) -> str:
    """Return `value` as one visible line of at most `limit` characters, plus "…" where it was cut.

    Bytes are read as UTF-8 with escapes for what is not. Hidden characters appear as marks such as ‹RLO›.
    With `isolate` the result is wrapped in direction isolates, for names inside our own sentences.
    """
    if isinstance(value, str) and len(value) <= limit and value.isascii() and value.isprintable() and not isolate:
        return value
    cut = False
    if isinstance(value, bytes):
        cut = len(value) > 16 * limit
        value = value[: 16 * limit].decode("utf-8", "backslashreplace")
    if len(value) > 4 * limit:
        value, cut = value[: 4 * limit], True
    pieces: list[str] = []
    length = marks = 0
    for character in unicodedata.normalize("NFC", value):
        category = unicodedata.category(character)
        if category in {"Mn", "Me"}:
            marks += 1
            if marks > _MARKS_IN_A_ROW:
                continue
            piece = character
        else:
            marks = 0
            piece = _visible(character, category)
        if length + len(piece) > limit:
            cut = True
            break
        pieces.append(piece)
        length += len(piece)
    shown = "".join(pieces) + (CUT if cut else "")
    return f"\u2068{shown}\u2069" if isolate else shown


def _visible(character: str, category: str) -> str:
    if character in _BIDI:
        return f"‹{_BIDI[character]}›"
    if character in _ZERO_WIDTH:
        return "‹ZW›"
    if category == "Cc":
        code = ord(character)
        name = _CONTROLS[code] if code < len(_CONTROLS) else "DEL" if code == 127 else f"{code:02X}"
        return f"‹{name}›"
    if category in _HIDDEN_CATEGORIES:
        return f"‹U+{ord(character):04X}›"
    return " " if category == "Zs" else character


def lookalike(label: str) -> bool:
    """Say whether one DNS label may pass for another: mixed scripts, or letters that look like Latin ones.

    Latin look-alikes among themselves (l and 1) are not found.
    """
    label = unicodedata.normalize("NFC", label).lower()
    if label.startswith("xn--"):
        try:
            label = label.encode("ascii").decode("idna")
        except UnicodeError:
            return True
    if label.isascii():
        return False
    if unicodedata.normalize("NFKC", label).isascii():
        return True
    scripts = {unicodedata.name(c, "UNKNOWN").partition(" ")[0] for c in label if c.isalpha()}
    if "LATIN" in scripts and scripts & _CONFUSED_SCRIPTS:
        return True
    return all(c in _LATIN_TWINS or c.isdigit() or c == "-" for c in label)


_CONFUSED_SCRIPTS = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
_LATIN_TWINS = frozenset("асеоурхіјѕһԁԛԝυοανρτικ")


def file_stem(name: str) -> str:
    """Return a file name made from `name` that holds only letters, digits, dot, dash and underscore."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name[:100]).strip(".")
    return kept or "device"
