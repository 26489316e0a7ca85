"""Distinguished names: as written, as compared (RFC 5280 7.1), as shown; pure."""

from dataclasses import dataclass
from functools import cached_property

from core.tls import der

COMMON_NAME, EMAIL = "2.5.4.3", "1.2.840.113549.1.9.1"
MOST_PARTS = 200
_SHORT = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
    "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.42": "GN",
    "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID", "1.2.840.113549.1.9.1": "emailAddress",
}  # fmt: skip
_STRINGS = {
    der.UTF8: "utf-8", der.PRINTABLE: "ascii", der.IA5: "ascii", der.TELETEX: "latin-1", der.BMP: "utf-16-be",
    der.UNIVERSAL_STRING: "utf-32-be",
}  # fmt: skip
_PRINTABLE_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*")
"""What a PrintableString may hold (X.680 41.4), and the star, which every client takes."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a name: its type, the tag of its value, and the value's octets as written."""

    oid: str
    tag: int
    value: bytes

    @property
    def text(self) -> str | None:
        """Return the value as text, or None where its octets are not in its encoding."""
        try:
            return self.value.decode(_STRINGS[self.tag])
        except (KeyError, UnicodeDecodeError):
            return None

    @property
    def folded(self) -> tuple[str, object]:
        """Return what two attributes are compared by: text without regard to case, spaces or kind of string."""
        text = self.text
        return (self.oid, (self.tag, self.value) if text is None else " ".join(text.split()).casefold())

    @property
    def is_string(self) -> bool:
        """Say whether the value is a string of a kind that names are made of (RFC 5280 4.1.2.4)."""
        return self.tag in _STRINGS

    @property
    def misprinted(self) -> bool:
        """Say whether a PrintableString holds letters that it may not hold."""
        return self.tag == der.PRINTABLE and not _PRINTABLE_LETTERS.issuperset(self.value)


@dataclass(frozen=True)
class Name:
    """A distinguished name: `raw` is its DER, `rdns` its relative names from the root downwards.

    `problem` says what breaks the rules in it though it can be read.
    """

    raw: bytes
    rdns: tuple[tuple[Attribute, ...], ...]
    problem: str = ""

    @cached_property
    def key(self) -> tuple[frozenset[tuple[str, object]], ...]:
        """Return what names are compared by."""
        return tuple(frozenset(attribute.folded for attribute in rdn) for rdn in self.rdns)

    @property
    def common_name(self) -> str:
        """Return the first common name, or the whole name where there is none."""
        for attribute in self.attributes():
            if attribute.oid == COMMON_NAME and attribute.text is not None:
                return attribute.text
        return str(self)

    def attributes(self) -> list[Attribute]:
        """Return all attributes in order."""
        return [attribute for rdn in self.rdns for attribute in rdn]

    def begins_with(self, other: "Name") -> bool:
        """Say whether this name lies in the subtree of another."""
        return self.key[: len(other.rdns)] == other.key

    def __str__(self) -> str:
        """Return the name in RFC 4514 form: the most specific part first."""
        return ",".join("+".join(_shown(a) for a in rdn) for rdn in reversed(self.rdns))


def _shown(attribute: Attribute) -> str:
    text = attribute.text
    value = f"#{attribute.value.hex()}" if text is None else _escaped(text)
    return f"{_SHORT.get(attribute.oid, attribute.oid)}={value}"


def _escaped(text: str) -> str:
    escaped = "".join("\\" + c if c in '"+,;<>\\' else c for c in text)
    if escaped[:1] in {" ", "#"}:
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if len(escaped) > 1 and escaped.endswith(" ") else escaped


def read_name(element: der.Element) -> Name:
    """Return the name that a SEQUENCE of relative names holds.

    Raises: BadDer.
    """
    der.expect(element, der.SEQUENCE)
    rdns, problem = [], ""
    relatives = der.children(element.content)
    if len(relatives) > MOST_PARTS:
        raise der.BadDer(f"has {len(relatives)} parts")
    for relative in relatives:
        attributes = der.children(der.expect(relative, der.SET).content)
        if not attributes:
            problem = "has an empty part"
        rdns.append(tuple(_attribute(attribute) for attribute in attributes))
    return Name(element.whole, tuple(rdns), problem)


def _attribute(element: der.Element) -> Attribute:
    parts = der.children(der.expect(element, der.SEQUENCE).content)
    if len(parts) != 2:
        raise der.BadDer("has a part of a name that is not a type and a value")
    return Attribute(der.oid(parts[0]), parts[1].tag, parts[1].content)
