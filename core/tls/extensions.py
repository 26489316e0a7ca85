"""What the extensions of a certificate say (RFC 5280 4.2, RFC 7633), decoded by hand and strictly; pure."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from core.tls import der
from core.tls.names import Name, read_name

SUBJECT_KEY, KEY_USAGE, SUBJECT_NAMES, ISSUER_NAMES = "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.18"
BASIC_CONSTRAINTS, NAME_CONSTRAINTS, CRL_POINTS = "2.5.29.19", "2.5.29.30", "2.5.29.31"
POLICIES, POLICY_MAPPINGS, AUTHORITY_KEY, POLICY_CONSTRAINTS = "2.5.29.32", "2.5.29.33", "2.5.29.35", "2.5.29.36"
EXTENDED_USAGE, FRESHEST_CRL, INHIBIT_ANY = "2.5.29.37", "2.5.29.46", "2.5.29.54"
AUTHORITY_ACCESS, SUBJECT_ACCESS, TLS_FEATURE = "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11", "1.3.6.1.5.5.7.1.24"
SCTS, NETSCAPE_TYPE, OCSP_NO_CHECK = "1.3.6.1.4.1.11129.2.4.2", "2.16.840.1.113730.1.1", "1.3.6.1.5.5.7.48.1.5"
SERVER_AUTH, ANY_USAGE, STEP_UP, OCSP_SIGNING = (
    "1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "2.16.840.1.113730.4.1", "1.3.6.1.5.5.7.3.9",
)  # fmt: skip
MOST_NUMBER = 2**31
USAGES = (
    "digital signature", "non-repudiation", "key encipherment", "data encipherment", "key agreement",
    "certificate signing", "CRL signing", "encipher only", "decipher only",
)  # fmt: skip
OTHER, MAIL, DNS, X400, DIRECTORY, EDI, URI, IP, REGISTERED = range(9)
"""Kinds of general name, by their context tag."""


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One general name: its kind, the octets as written, and for a directory name the name."""

    kind: int
    value: bytes
    name: Name | None = None

    @property
    def text(self) -> str:
        """Return the name for people; octets that are not text as hex."""
        if self.kind == DIRECTORY and self.name is not None:
            return str(self.name)
        if self.kind == IP and len(self.value) in {4, 16}:
            return str(ipaddress.ip_address(self.value))
        if self.kind in {MAIL, DNS, URI} and self.value.isascii():
            return self.value.decode("ascii")
        return self.value.hex()


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """Is it a CA, and how many CAs may stand below it; None: any number."""

    ca: bool
    path_length: int | None = None


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """What a CA may issue for; None where the list is absent."""

    permitted: tuple[GeneralName, ...] | None
    excluded: tuple[GeneralName, ...] | None


@dataclass(frozen=True, slots=True)
class AuthorityKey:
    """How a certificate points at its issuer's key: by the key, or by the name and serial of its certificate."""

    key_id: bytes | None
    issuer: Name | None
    serial: int | None


def basic_constraints(value: bytes) -> BasicConstraints:
    """Decode basicConstraints."""
    parts = der.sequence(value)
    ca = False
    if parts and parts[0].tag == der.BOOLEAN:
        ca = der.boolean(parts.pop(0))  # a written default, which DER forbids, is taken by every browser
    length = der.integer(parts.pop(0)) if parts else None
    if parts or (length is not None and not 0 <= length < MOST_NUMBER):
        raise der.BadDer("holds more than it may")
    return BasicConstraints(ca, length)


def key_usage(value: bytes) -> frozenset[str]:
    """Decode keyUsage to the words of USAGES."""
    octets, unused = der.bits(der.only(value, der.BIT_STRING))
    found = {USAGES[i] for i in range(min(len(octets) * 8 - unused, len(USAGES))) if octets[i // 8] & (0x80 >> (i % 8))}
    if not found:
        raise der.BadDer("names no usage")
    return frozenset(found)


def extended_usage(value: bytes) -> tuple[str, ...]:
    """Decode extKeyUsage to object identifiers."""
    found = tuple(der.oid(element) for element in der.sequence(value))
    if not found:
        raise der.BadDer("names no usage", kind="empty")
    return found


def general_names(value: bytes) -> tuple[GeneralName, ...]:
    """Decode a SEQUENCE of general names, such as subjectAltName."""
    elements = der.sequence(value)
    if not elements:
        raise der.BadDer("holds no name", (), "empty")
    return _each_name(elements, as_range=False)


def _each_name(elements: list[der.Element], *, as_range: bool) -> tuple[GeneralName, ...]:
    """Return the names; where some break the rules, raise with all of them as the partial value."""
    found, problem = [], ""
    for element in elements:
        try:
            found.append(general_name(element, as_range=as_range))
        except der.BadDer as error:
            problem = problem or str(error)
            found.append(GeneralName(element.tag & 0x1F, element.content))
    if problem:
        raise der.BadDer(problem, tuple(found), "names")
    return tuple(found)


def general_name(element: der.Element, *, as_range: bool = False) -> GeneralName:
    """Decode one general name; an address in a constraint is a range, address and mask."""
    kind = element.tag & 0x1F
    constructed = kind in {OTHER, X400, DIRECTORY, EDI}
    if element.tag & 0xC0 != 0x80 or kind > REGISTERED or bool(element.tag & 0x20) != constructed:
        raise der.BadDer("has a name of a kind that does not exist")
    if kind in {MAIL, DNS, URI} and not element.content.isascii():
        raise der.BadDer("has a name with letters that are not ASCII")
    sizes = {8, 32} if as_range else {4, 16}
    if kind == IP and len(element.content) not in sizes:
        raise der.BadDer(f"has an address of {len(element.content)} octets")
    if kind != DIRECTORY:
        return GeneralName(kind, element.content)
    return GeneralName(kind, element.content, read_name(der.only(element.content, der.SEQUENCE)))


def name_constraints(value: bytes) -> NameConstraints:
    """Decode nameConstraints."""
    lists: dict[int, tuple[GeneralName, ...]] = {}
    problem = kind = ""
    for element in der.sequence(value):
        if element.tag not in {0xA0, 0xA1} or element.tag in lists or (0xA1 in lists and element.tag == 0xA0):
            raise der.BadDer("holds more than it may")
        trees = [_subtree(tree) for tree in der.children(element.content)]
        if any(written for _, written in trees):
            problem, kind = "writes out a default value", "minimum"
        try:
            lists[element.tag] = _each_name([tree for tree, _ in trees], as_range=True)
        except der.BadDer as error:
            problem, kind, lists[element.tag] = str(error), error.kind, error.partial  # type: ignore[assignment]
    if not lists or not all(lists.values()):
        raise der.BadDer("limits nothing", NameConstraints(None, None), "empty")
    limits = NameConstraints(lists.get(0xA0), lists.get(0xA1))
    if problem:
        raise der.BadDer(problem, limits, kind)
    return limits


def _subtree(element: der.Element) -> tuple[der.Element, bool]:
    """Return the name of a subtree, and whether its minimum of 0 is written out."""
    parts = der.children(der.expect(element, der.SEQUENCE).content)
    written = len(parts) == 2 and parts[1].tag == 0x80 and parts[1].content == b"\x00"
    if not parts or (len(parts) > 1 and not written):
        raise der.BadDer("limits by distance, which RFC 5280 forbids", kind="distance")
    return parts[0], written


def authority_key(value: bytes) -> AuthorityKey:
    """Decode authorityKeyIdentifier."""
    tags = {element.tag: element for element in der.sequence(value)}
    if tags.keys() - {0x80, 0xA1, 0x82}:
        raise der.BadDer("holds more than it may")
    key, number = tags.get(0x80), tags.get(0x82)
    issuer = None
    for element in der.children(tags[0xA1].content) if 0xA1 in tags else ():
        issuer = issuer or general_name(element).name
    return AuthorityKey(
        None if key is None else key.content, issuer, None if number is None else der.integer(number, 0x82)
    )


def contradicts(pointer: AuthorityKey | None, key_id: bytes | None, issuer: Name, serial: int) -> bool:
    """Say whether a pointer is at another certificate than the one with these facts (OpenSSL, X509_check_akid)."""
    if pointer is None:
        return False
    other_key = pointer.key_id is not None and key_id is not None and pointer.key_id != key_id
    other_serial = pointer.serial is not None and pointer.serial != serial
    other_issuer = pointer.issuer is not None and pointer.issuer.key != issuer.key
    return other_key or other_serial or other_issuer


def subject_key(value: bytes) -> bytes:
    """Decode subjectKeyIdentifier."""
    return der.only(value, der.OCTET_STRING).content


def features(value: bytes) -> tuple[int, ...]:
    """Decode the TLS feature extension to numbers of TLS extensions; 5 is "must staple"."""
    found = tuple(der.integer(element) for element in der.sequence(value))
    if not all(0 <= number < MOST_NUMBER for number in found):
        raise der.BadDer("has a number that no feature has")
    return found


def access(value: bytes) -> tuple[tuple[str, GeneralName], ...]:
    """Decode an information access extension to methods and places."""
    found = []
    for element in der.sequence(value):
        parts = der.children(der.expect(element, der.SEQUENCE).content)
        if len(parts) != 2:
            raise der.BadDer("has an entry that is not a method and a place")
        found.append((der.oid(parts[0]), general_name(parts[1])))
    if not found:
        raise der.BadDer("names no place")
    return tuple(found)


def policies(value: bytes) -> tuple[str, ...]:
    """Decode certificatePolicies to object identifiers."""
    found = []
    for element in der.sequence(value):
        parts = der.children(der.expect(element, der.SEQUENCE).content)
        if not 1 <= len(parts) <= 2:
            raise der.BadDer("has a policy that cannot be read")
        found.append(der.oid(parts[0]))
    if not found or len(set(found)) != len(found):
        raise der.BadDer("names no policy, or one twice")
    return tuple(found)


def crl_points(value: bytes) -> tuple[str, ...]:
    """Decode cRLDistributionPoints to the URIs that it names."""
    found: list[str] = []
    for point in der.sequence(value):
        for part in der.children(der.expect(point, der.SEQUENCE).content):
            if part.tag == 0xA0:
                whole = [name for name in der.children(part.content) if name.tag == 0xA0]
                places = [general_name(name) for full in whole for name in der.children(full.content)]
                found += [place.text for place in places if place.kind == URI]
    return tuple(found)


def netscape_type(value: bytes) -> bytes:
    """Decode the Netscape certificate type to its bits."""
    return der.bits(der.only(value, der.BIT_STRING))[0]


def policy_constraints(value: bytes) -> tuple[int | None, int | None]:
    """Decode policyConstraints: after how many certificates a policy is required, and mapping forbidden."""
    tags = {element.tag: der.integer(element, element.tag) for element in der.sequence(value)}
    if not tags or tags.keys() - {0x80, 0x81} or not all(0 <= n < MOST_NUMBER for n in tags.values()):
        raise der.BadDer("holds more than it may, or nothing")
    return tags.get(0x80), tags.get(0x81)


def _any_sequence(value: bytes) -> bytes:
    der.sequence(value)
    return value


def _any_integer(value: bytes) -> int:
    return der.integer(der.only(value, der.INTEGER))


DECODERS: dict[str, Callable[[bytes], object]] = {
    SUBJECT_KEY: subject_key, KEY_USAGE: key_usage, SUBJECT_NAMES: general_names, BASIC_CONSTRAINTS: basic_constraints,
    NAME_CONSTRAINTS: name_constraints, CRL_POINTS: crl_points, POLICIES: policies, POLICY_MAPPINGS: _any_sequence,
    AUTHORITY_KEY: authority_key, POLICY_CONSTRAINTS: policy_constraints, EXTENDED_USAGE: extended_usage,
    INHIBIT_ANY: _any_integer, NETSCAPE_TYPE: netscape_type, AUTHORITY_ACCESS: access, SUBJECT_ACCESS: access,
    TLS_FEATURE: features,
}  # fmt: skip
