"""A certificate taken apart by hand: what is written in each field, also where no library would load it; pure."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TypeVar

from core.tls import der
from core.tls import extensions as ext
from core.tls.der import BadDer
from core.tls.extensions import BasicConstraints, GeneralName, NameConstraints
from core.tls.keys import KeyFacts, key_facts
from core.tls.names import Name, read_name

T = TypeVar("T")
MAX_SIZE = 256 * 1024
MOST_EXTENSIONS = 200
MOST_KEPT = 8 * 1024


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension as written: `value` is the content of its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True)
class ParsedCertificate:
    """The fields of a certificate. Where one breaks the rules but the rest can be read, `problems` names it.

    `version` counts from 1; `not_before` and `not_after` are None where they are not times by RFC 5280, and
    `meant_dates` are what a lenient reader takes them for.
    """

    der: bytes
    version: int
    serial: int
    serial_octets: int
    inner_algorithm: bytes
    outer_algorithm: bytes
    issuer: Name
    subject: Name
    not_before: datetime | None
    not_after: datetime | None
    spki: bytes
    extensions: tuple[Extension, ...]
    tbs: bytes
    signature: bytes
    problems: tuple[tuple[str, str], ...]
    meant_dates: tuple[datetime | None, datetime | None] = (None, None)

    @cached_property
    def sha256(self) -> str:
        """Return the fingerprint in hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def key(self) -> KeyFacts:
        """Return what kind of key it certifies."""
        return key_facts(self.spki)

    @cached_property
    def _decoded(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for extension in self.extensions:
            decoder = ext.DECODERS.get(extension.oid)
            if decoder is not None and extension.oid not in found:
                try:
                    found[extension.oid] = decoder(extension.value)
                except BadDer as error:
                    found[extension.oid] = _without_trailing(decoder, error)
        return found

    @cached_property
    def malformed(self) -> dict[str, BadDer]:
        """Return the known extensions that break the rules, with what is wrong in each."""
        return {oid: value for oid, value in self._decoded.items() if isinstance(value, BadDer)}

    def value_of(self, oid: str, kind: type[T]) -> T | None:
        """Return the value of a known extension, or None where it is absent or cannot be read."""
        value = self._decoded.get(oid)
        if isinstance(value, BadDer):
            value = value.partial
        return value if isinstance(value, kind) else None

    def find(self, oid: str) -> Extension | None:
        """Return the first extension of this kind."""
        return next((extension for extension in self.extensions if extension.oid == oid), None)

    @cached_property
    def repeated(self) -> tuple[str, ...]:
        """Return the extensions that stand more than once, which RFC 5280 4.2 forbids."""
        counted = Counter(extension.oid for extension in self.extensions)
        return tuple(oid for oid, count in counted.items() if count > 1)

    @cached_property
    def basic(self) -> BasicConstraints | None:
        """Return basicConstraints."""
        return self.value_of(ext.BASIC_CONSTRAINTS, BasicConstraints)

    @cached_property
    def usage(self) -> frozenset[str] | None:
        """Return keyUsage in the words of `extensions.USAGES`; None: any."""
        return self.value_of(ext.KEY_USAGE, frozenset)

    @cached_property
    def extended(self) -> tuple[str, ...] | None:
        """Return extKeyUsage as object identifiers; None: any."""
        return self.value_of(ext.EXTENDED_USAGE, tuple)

    @cached_property
    def names(self) -> tuple[GeneralName, ...] | None:
        """Return subjectAltName."""
        return self.value_of(ext.SUBJECT_NAMES, tuple)

    @cached_property
    def limits(self) -> NameConstraints | None:
        """Return nameConstraints."""
        return self.value_of(ext.NAME_CONSTRAINTS, NameConstraints)

    @cached_property
    def key_id(self) -> bytes | None:
        """Return subjectKeyIdentifier."""
        return self.value_of(ext.SUBJECT_KEY, bytes)

    @cached_property
    def authority_key(self) -> ext.AuthorityKey | None:
        """Return authorityKeyIdentifier."""
        return self.value_of(ext.AUTHORITY_KEY, ext.AuthorityKey)

    @property
    def self_issued(self) -> bool:
        """Say whether subject and issuer are the same name."""
        return self.subject.key == self.issuer.key


def _without_trailing(decoder: Callable[[bytes], object], error: BadDer) -> BadDer:
    """Return the error with what the extension says when the bytes behind its end are left out."""
    if error.kind != "trailing" or not isinstance(error.partial, bytes):
        return error
    try:
        return BadDer(str(error), decoder(error.partial), "trailing")
    except BadDer:
        return BadDer(str(error))


def parse_certificate(data: bytes) -> ParsedCertificate:
    """Take a certificate apart; small ones are kept, since the same roots and issuing CAs come with every chain.

    Raises: BadDer, naming the field.
    """
    return _kept(data) if len(data) <= MOST_KEPT else _parse(data)


def forget_certificates() -> None:
    """Drop what is kept, for measurements that want each reading to cost what it costs."""
    _kept.cache_clear()


@lru_cache(maxsize=2048)
def _kept(data: bytes) -> ParsedCertificate:
    return _parse(data)


def _parse(data: bytes) -> ParsedCertificate:
    if len(data) > MAX_SIZE:
        raise BadDer(f"is too large to be read ({len(data)} bytes)")
    parts = der.sequence(data)
    if len(parts) != 3:
        raise BadDer("does not have the three parts of a certificate")
    tbs, outer, signature = parts
    fields = der.children(der.expect(tbs, der.SEQUENCE).content)
    version = _version(fields)
    if len(fields) < 6:
        raise BadDer("lacks fields")
    serial, inner, issuer, validity, subject, spki = fields[:6]
    if inner.tag != der.SEQUENCE or outer.tag != der.SEQUENCE or spki.tag != der.SEQUENCE:
        raise BadDer("has a field of another kind than belongs there")
    problems: list[tuple[str, str]] = [("version", "is written though it is the default")] if version == 0 else []
    (begin, meant_begin), (end, meant_end) = _validity(validity, problems)
    octets, unused = der.bits(signature)
    if unused:
        raise BadDer("has a signature that is not whole octets")
    return ParsedCertificate(
        der=data, version=version or 1, serial=der.integer(serial), serial_octets=len(serial.content),
        inner_algorithm=inner.whole, outer_algorithm=outer.whole,
        issuer=_in_field("issuer", lambda: read_name(issuer)), subject=_in_field("subject", lambda: read_name(subject)),
        not_before=begin, not_after=end, spki=spki.whole,
        extensions=_extensions(fields[6:], version, problems), tbs=tbs.whole, signature=octets,
        problems=tuple(problems), meant_dates=(meant_begin, meant_end),
    )  # fmt: skip


def try_parse(data: bytes) -> ParsedCertificate | None:
    """Return the certificate taken apart, or None where that cannot be done."""
    try:
        return parse_certificate(data)
    except BadDer:
        return None


def _version(fields: list[der.Element]) -> int:
    """Take the version off the fields and return it; absent means 1, and 0 a 1 that is written out."""
    if not fields or fields[0].tag != 0xA0:
        return 1
    number = der.integer(der.only(fields.pop(0).content, der.INTEGER)) + 1
    if not 0 < number < 256:
        raise BadDer("has a version that does not exist")
    return 0 if number == 1 else number


def _in_field(field: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except BadDer as error:
        raise BadDer(f"{field} {error}") from error


def _validity(element: der.Element, problems: list[tuple[str, str]]) -> list[tuple[datetime | None, datetime | None]]:
    """Return both times, each as the rules have it and as a lenient reader does."""
    parts = der.children(der.expect(element, der.SEQUENCE).content)
    if len(parts) != 2:
        raise BadDer("validity is not two times")
    found: list[tuple[datetime | None, datetime | None]] = []
    for field, part in zip(("notBefore", "notAfter"), parts, strict=True):
        try:
            moment = der.time(part)
            found.append((moment, moment))
        except BadDer as error:
            problems.append((field, str(error)))
            found.append((None, error.partial if isinstance(error.partial, datetime) else None))
    return found


def _extensions(rest: list[der.Element], version: int, problems: list[tuple[str, str]]) -> tuple[Extension, ...]:
    wrapped = [element for element in rest if element.tag == 0xA3]
    unknown = [element for element in rest if element.tag not in {0x81, 0x82, 0xA1, 0xA2, 0xA3}]
    if unknown or len(wrapped) > 1:
        raise BadDer("has a field that does not exist")
    if len(rest) > len(wrapped) and version < 2:
        problems.append(("version", "says 1, but there are fields of a later version"))
    if not wrapped:
        return ()
    if version != 3:
        problems.append(("version", f"says {version}, but there are extensions"))
    listed = der.sequence(wrapped[0].content)
    if len(listed) > MOST_EXTENSIONS:
        raise BadDer(f"has {len(listed)} extensions")
    if not listed:
        problems.append(("extensions", "is an empty list"))
    return tuple(_extension(element, problems) for element in listed)


def _extension(element: der.Element, problems: list[tuple[str, str]]) -> Extension:
    parts = der.children(der.expect(element, der.SEQUENCE).content)
    if not 2 <= len(parts) <= 3:
        raise BadDer("has an extension that cannot be read")
    critical = len(parts) == 3 and der.boolean(parts[1])
    if len(parts) == 3 and not critical:
        problems.append(("extensions", "writes out a default value"))
    return Extension(der.oid(parts[0]), critical, der.expect(parts[-1], der.OCTET_STRING).content)
