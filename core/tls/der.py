"""Read DER (X.690) one element at a time and strictly, for certificates that no library would load; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, UTF8 = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C
PRINTABLE, TELETEX, IA5, UTC_TIME, GENERALIZED_TIME = 0x13, 0x14, 0x16, 0x17, 0x18
UNIVERSAL_STRING, BMP, SEQUENCE, SET = 0x1C, 0x1E, 0x30, 0x31
MAX_CHILDREN = 20_000


class BadDer(ValueError):
    """The bytes are not DER, or not what stands at this place; the text says which.

    `partial` is what could be read all the same, for clients that are not so strict; None: nothing. `kind` is the
    sort of fault, since clients pass over some: "trailing", "names", "empty", "minimum", or "" for any other.
    """

    def __init__(self, text: str, partial: object = None, kind: str = "") -> None:
        super().__init__(text)
        self.partial = partial
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its identifier octet, its content, and all of it with the header."""

    tag: int
    content: bytes
    whole: bytes


def read(data: bytes, offset: int = 0) -> tuple[Element, int]:
    """Return the element at `offset` and where the next begins.

    Raises: BadDer.
    """
    if offset + 2 > len(data):
        raise BadDer("ends in the middle of an element")
    tag, length, position = data[offset], data[offset + 1], offset + 2
    if tag & 0x1F == 0x1F:
        raise BadDer("has a tag that certificates don't use")
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or position + count > len(data):
            raise BadDer("has a length that cannot be read")
        length = int.from_bytes(data[position : position + count], "big")
        position += count
        if length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise BadDer("has a length that is not written the shortest way")
    end = position + length
    if end > len(data):
        raise BadDer("ends in the middle of an element")
    return Element(tag, data[position:end], data[offset:end]), end


def only(data: bytes, tag: int) -> Element:
    """Return the single element that `data` is, of this tag.

    Raises: BadDer.
    """
    element, end = read(data)
    if end != len(data):
        raise BadDer(f"has {len(data) - end} bytes too many", data[:end], "trailing")
    return expect(element, tag)


def expect(element: Element, tag: int) -> Element:
    """Return the element if it has this tag.

    Raises: BadDer.
    """
    if element.tag != tag:
        raise BadDer(f"has tag {element.tag:#04x} where {tag:#04x} belongs")
    return element


def children(content: bytes) -> list[Element]:
    """Return the elements that stand one after the other in `content`.

    Raises: BadDer.
    """
    found: list[Element] = []
    position = 0
    while position < len(content):
        element, position = read(content, position)
        found.append(element)
        if len(found) > MAX_CHILDREN:
            raise BadDer("has more elements than any certificate needs")
    return found


def sequence(data: bytes) -> list[Element]:
    """Return the elements of the one SEQUENCE that `data` is.

    Raises: BadDer.
    """
    return children(only(data, SEQUENCE).content)


def oid(element: Element) -> str:
    """Return an object identifier in dotted form.

    Raises: BadDer.
    """
    content = expect(element, OID).content
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise BadDer("has an object identifier that cannot be read")
    numbers: list[int] = []
    value = 0
    for position, octet in enumerate(content):
        if value == 0 and octet == 0x80 and (position == 0 or not content[position - 1] & 0x80):
            raise BadDer("has an object identifier that is not written the shortest way")
        value = (value << 7) | (octet & 0x7F)
        if not octet & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def integer(element: Element, tag: int = INTEGER) -> int:
    """Return an INTEGER, or one under an implicit tag.

    Raises: BadDer.
    """
    content = expect(element, tag).content
    if not content:
        raise BadDer("has a number without digits")
    if len(content) > 1 and content[0] in {0x00, 0xFF} and (content[0] ^ content[1]) < 0x80:
        raise BadDer("has a number that is not written the shortest way")
    return int.from_bytes(content, "big", signed=True)


def boolean(element: Element) -> bool:
    """Return a BOOLEAN.

    Raises: BadDer.
    """
    content = expect(element, BOOLEAN).content
    if content not in {b"\x00", b"\xff"}:
        raise BadDer("has a truth value that is neither 00 nor FF")
    return content == b"\xff"


def bits(element: Element, tag: int = BIT_STRING) -> tuple[bytes, int]:
    """Return the octets of a BIT STRING and how many bits of the last one are unused.

    Raises: BadDer.
    """
    content = expect(element, tag).content
    if not content or content[0] > 7 or (content[0] and len(content) == 1):
        raise BadDer("has a bit string that cannot be read")
    unused = content[0]
    if unused and content[-1] & ((1 << unused) - 1):
        raise BadDer("has a bit string with bits where none may be")
    return content[1:], unused


def time(element: Element) -> datetime:
    """Return a time of a certificate: UTCTime or GeneralizedTime in the one form that RFC 5280 4.1.2.5 allows.

    Raises: BadDer.
    """
    try:
        text = element.content.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadDer("has a time with letters that are not ASCII") from error
    if element.tag == UTC_TIME and len(text) == 13 and text.endswith("Z") and text[:-1].isdigit():
        text = _with_century(text)
    elif element.tag != GENERALIZED_TIME or len(text) != 15 or not text.endswith("Z") or not text[:-1].isdigit():
        meant = _meant(text if element.tag == GENERALIZED_TIME else _with_century(text))
        raise BadDer(f"has a time that is not written by the rules ({text[:20]!r})", meant)
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadDer(f"has a time that does not exist ({text})") from error


def _with_century(text: str) -> str:
    """Return a UTCTime's text with its year in four digits (RFC 5280 4.1.2.5.1)."""
    return ("19" if text[:2] >= "50" else "20") + text


def _meant(text: str) -> datetime | None:
    """Return the time that X.680 would read where RFC 5280 forbids the form; None where there is none."""
    for form in ("%Y%m%d%H%MZ", "%Y%m%d%H%M%S%z", "%Y%m%d%H%M%z", "%Y%m%d%H%M%S.%fZ"):
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007  the zone follows
        except ValueError:
            continue
        try:
            return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            return None
    return None
