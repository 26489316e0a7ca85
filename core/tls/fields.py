"""Every field and extension of a certificate in words, for people; what cannot be read is shown as octets; pure."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from core.model.certificate import Field, fingerprint
from core.tls import der
from core.tls import extensions as ext
from core.tls.certificate import Extension, ParsedCertificate, parse_certificate
from core.tls.der import BadDer
from core.tls.extensions import GeneralName
from core.tls.keys import signature_facts
from core.tls.names import Name
from core.tls.rules.device import usage_words

MOST_OCTETS = 256
_NAMES = {
    ext.SUBJECT_KEY: "Subject key identifier", ext.KEY_USAGE: "Key usage", ext.SUBJECT_NAMES: "Alternative names",
    ext.ISSUER_NAMES: "Issuer's alternative names", ext.BASIC_CONSTRAINTS: "Basic constraints",
    ext.NAME_CONSTRAINTS: "Name constraints", ext.CRL_POINTS: "Revocation lists", ext.POLICIES: "Policies",
    ext.POLICY_MAPPINGS: "Policy mappings", ext.AUTHORITY_KEY: "Authority key identifier",
    ext.POLICY_CONSTRAINTS: "Policy constraints", ext.EXTENDED_USAGE: "Extended key usage",
    ext.INHIBIT_ANY: "Inhibit any policy", ext.AUTHORITY_ACCESS: "Authority information",
    ext.SUBJECT_ACCESS: "Subject information", ext.TLS_FEATURE: "TLS features", ext.SCTS: "Signed timestamps",
    ext.NETSCAPE_TYPE: "Netscape certificate type", ext.OCSP_NO_CHECK: "No status check for the responder",
}  # fmt: skip
_KINDS = {
    ext.OTHER: "other name", ext.MAIL: "mail", ext.DNS: "DNS", ext.X400: "X.400", ext.DIRECTORY: "directory",
    ext.EDI: "EDI", ext.URI: "URI", ext.IP: "IP", ext.REGISTERED: "registered",
}  # fmt: skip
_ACCESS = {"1.3.6.1.5.5.7.48.1": "status service", "1.3.6.1.5.5.7.48.2": "issuer's certificate"}
_FEATURES = {5: "status request (must staple)", 17: "status request, version 2"}


def certificate_fields(octets: bytes) -> tuple[Field, ...]:
    """Return everything that is written in a certificate, in its order, then what is computed from it."""
    try:
        parsed = parse_certificate(octets)
    except BadDer as error:
        return (
            Field("Problem", f"It {error}."), Field("Size", f"{len(octets)} octets"),
            *(Field("As far as it can be read", line, mono=True) for line in outline(octets)), *_digests(octets),
        )  # fmt: skip
    signature = signature_facts(parsed.outer_algorithm)
    return (
        *(Field("Problem", f"{name} {detail}") for name, detail in (*parsed.problems, *parsed.malformed.items())),
        Field("Version", str(parsed.version)),
        Field("Serial number", _octets(abs(parsed.serial).to_bytes(max(1, parsed.serial_octets), "big")), mono=True),
        *_name("Issuer", parsed.issuer),
        Field("Valid from", _time(parsed.not_before)),
        Field("Valid until", _time(parsed.not_after)),
        *_name("Subject", parsed.subject),
        Field("Public key", parsed.key.text + (f"; {parsed.key.problem}" if parsed.key.problem else "")),
        Field("Signature", f"{signature.text} ({signature.oid})"),
        *(_extension(extension, parsed) for extension in parsed.extensions),
        Field("Public-key pin", base64.b64encode(hashlib.sha256(parsed.spki).digest()).decode("ascii"), mono=True),
        *_digests(octets),
    )


def _digests(octets: bytes) -> tuple[Field, ...]:
    sha1 = hashlib.sha1(octets, usedforsecurity=False).hexdigest()  # browsers show it still
    return (
        Field("SHA-256 fingerprint", fingerprint(hashlib.sha256(octets).hexdigest()), mono=True),
        Field("SHA-1 fingerprint", fingerprint(sha1), mono=True),
    )


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "cannot be read"


def _name(title: str, name: Name) -> tuple[Field, ...]:
    return (Field(title, str(name) or "empty"),)


def _octets(value: bytes) -> str:
    shown = value[:MOST_OCTETS].hex(":").upper()
    more = f" and {len(value) - MOST_OCTETS} more octets" if len(value) > MOST_OCTETS else ""
    return (shown or "none") + more


def _extension(extension: Extension, parsed: ParsedCertificate) -> Field:
    title = _NAMES.get(extension.oid, extension.oid) + (", critical" if extension.critical else "")
    words = _WORDS.get(extension.oid)
    if words is not None and extension.oid not in parsed.malformed:
        try:
            return Field(title, words(extension.value), mono=extension.oid in {ext.SUBJECT_KEY, ext.AUTHORITY_KEY})
        except BadDer:
            pass
    return Field(title, _octets(extension.value), mono=True)


def _listed(names: tuple[GeneralName, ...] | None) -> str:
    return ", ".join(f"{_KINDS.get(name.kind, '?')} {name.text}" for name in names or ())


def _basic(value: bytes) -> str:
    basic = ext.basic_constraints(value)
    if not basic.ca:
        return "not a CA"
    limit = "any number of" if basic.path_length is None else str(basic.path_length)
    return f"a CA, {limit} CAs below it"


def _constraints(value: bytes) -> str:
    limits = ext.name_constraints(value)
    parts = (("permitted", limits.permitted), ("excluded", limits.excluded))
    return "; ".join(f"{word}: {', '.join(map(_tree, trees))}" for word, trees in parts if trees)


def _tree(tree: GeneralName) -> str:
    if tree.kind == ext.IP and len(tree.value) in {8, 32}:
        half = len(tree.value) // 2
        address = GeneralName(ext.IP, tree.value[:half]).text
        mask = int.from_bytes(tree.value[half:], "big").bit_count()
        return f"IP {address}/{mask}"
    return f"{_KINDS.get(tree.kind, '?')} {tree.text or '(all)'}"


def _authority_key(value: bytes) -> str:
    pointer = ext.authority_key(value)
    parts = [_octets(pointer.key_id)] if pointer.key_id is not None else []
    return (
        ", ".join(
            [*parts, *(["issuer and serial"] if pointer.issuer is not None or pointer.serial is not None else [])]
        )
        or "empty"
    )


def _scts(value: bytes) -> str:
    """Return the signed timestamps (RFC 6962 3.3): log and time of each."""
    content = der.only(value, der.OCTET_STRING).content
    found, position = [], 2
    while position + 2 <= len(content):
        size = int.from_bytes(content[position : position + 2], "big")
        entry = content[position + 2 : position + 2 + size]
        if len(entry) < 41:
            raise BadDer("has a timestamp that is cut short")
        seconds = int.from_bytes(entry[33:41], "big") / 1000
        when = datetime.fromtimestamp(min(seconds, 253_402_300_000), UTC)
        found.append(f"log {entry[1:9].hex()}… at {when:%Y-%m-%d %H:%M:%S} UTC")
        position += 2 + size
    return "; ".join(found) or "none"


_WORDS: dict[str, Callable[[bytes], str]] = {
    ext.SUBJECT_KEY: lambda value: _octets(ext.subject_key(value)),
    ext.KEY_USAGE: lambda value: ", ".join(usage for usage in ext.USAGES if usage in ext.key_usage(value)),
    ext.SUBJECT_NAMES: lambda value: _listed(ext.general_names(value)),
    ext.ISSUER_NAMES: lambda value: _listed(ext.general_names(value)),
    ext.BASIC_CONSTRAINTS: _basic,
    ext.NAME_CONSTRAINTS: _constraints,
    ext.CRL_POINTS: lambda value: ", ".join(ext.crl_points(value)) or "none by address",
    ext.POLICIES: lambda value: ", ".join(ext.policies(value)),
    ext.AUTHORITY_KEY: _authority_key,
    ext.EXTENDED_USAGE: lambda value: usage_words(ext.extended_usage(value)),
    ext.AUTHORITY_ACCESS: lambda value: ", ".join(f"{_ACCESS.get(m, m)} {p.text}" for m, p in ext.access(value)),
    ext.SUBJECT_ACCESS: lambda value: ", ".join(f"{m} {p.text}" for m, p in ext.access(value)),
    ext.TLS_FEATURE: lambda value: ", ".join(_FEATURES.get(n, str(n)) for n in ext.features(value)),
    ext.SCTS: _scts,
}


def outline(octets: bytes, depth: int = 0, room: int = 24) -> list[str]:
    """Return the elements of broken DER as far as they can be read, a line each, indented."""
    lines: list[str] = []
    position = 0
    while position < len(octets) and len(lines) < room:
        try:
            element, after = der.read(octets, position)
        except BadDer as error:
            lines.append(f"{'  ' * depth}{octets[position : position + 24].hex()}… {error}")
            if octets[position] & 0x20 and depth < 6:  # its inside may still be told
                header = 2 + (octets[position + 1] & 0x7F if octets[position + 1 : position + 2] >= b"\x80" else 0)
                lines += outline(octets[position + header :], depth + 1, room - len(lines))
            break
        lines.append(f"{'  ' * depth}tag {element.tag:#04x}, {len(element.content)} octets")
        if element.tag & 0x20 and depth < 6:
            lines += outline(element.content, depth + 1, room - len(lines))
        position = after
    return lines
