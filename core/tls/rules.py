"""What is wrong with each certificate of a path, and which clients refuse for it; pure, rules as measured."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from core.model.verdict import Reason
from core.tls import parse

E = TypeVar("E", bound=x509.ExtensionType)
EVERYONE = "*"
SYSTEM, FIREFOX, CHROMIUM, SITE = "os", "firefox", "chromium", "site"
_TLS_FEATURE_STATUS_REQUEST = x509.TLSFeatureType.status_request
_KNOWN_CRITICAL = (
    x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName,
    x509.NameConstraints, x509.CertificatePolicies,
)  # fmt: skip
_WEAK_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "md4": "MD4", "md2": "MD2"}
_CA_CURVES = {"secp256r1", "secp384r1", "secp521r1"}
EXPIRES_SOON_DAYS = 30
APPLE_MAX_DAYS = 825


@dataclass(frozen=True)
class Finding:
    """A reason and the kinds of client that refuse for it; an empty set means that it only informs."""

    reason: Reason
    refused_by: frozenset[str]


def _stop(code: str, link: int, **facts: object) -> Finding:
    return Finding(Reason(code, link, _facts(facts)), frozenset({EVERYONE}))


def _part(clients: set[str], code: str, link: int, **facts: object) -> Finding:
    return Finding(Reason(code, link, _facts(facts)), frozenset(clients))


def _note(code: str, link: int, **facts: object) -> Finding:
    return Finding(Reason(code, link, _facts(facts)), frozenset())


def _facts(facts: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in facts.items())


def date_findings(certificate: x509.Certificate, link: int, now: datetime) -> list[Finding]:
    """Return what its validity means at `now`."""
    begin = parse.read(lambda: certificate.not_valid_before_utc, None)
    end = parse.read(lambda: certificate.not_valid_after_utc, None)
    if begin is None or end is None:
        return [_stop("bad-encoding", link, detail="the validity cannot be read")]
    if now > end:
        return [_stop("expired", link, age=age_text(now - end), date=f"{end:%Y-%m-%d %H:%M} UTC")]
    if now < begin:
        return [_stop("not-yet-valid", link, date=f"{begin:%Y-%m-%d %H:%M} UTC")]
    found: list[Finding] = []
    left = (end - now).days
    if left < EXPIRES_SOON_DAYS:
        found.append(_note("expires-soon", link, days=left, date=f"{end:%Y-%m-%d}"))
    if link == 0 and (end - begin).days > APPLE_MAX_DAYS:
        found.append(_note("too-long", link, days=(end - begin).days))
    return found


def age_text(age: timedelta) -> str:
    """Return a time span in its largest unit: "3 days", "5 hours", "1 minute"."""
    seconds = int(age.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def leaf_findings(leaf: x509.Certificate) -> list[Finding]:
    """Return what is wrong with a device's certificate as such."""
    found = _key_findings(leaf, 0) + _common_findings(leaf, 0)
    basic = _extension(leaf, x509.BasicConstraints)
    if basic is not None and basic.ca:
        found.append(_part({FIREFOX}, "ca-as-leaf", 0))
    usage = _extension(leaf, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        only_signing = usage.key_cert_sign and not usage.key_encipherment and not usage.key_agreement
        found.append(_part({EVERYONE} if only_signing else {CHROMIUM}, "key-usage", 0))
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    if extended is not None and ExtendedKeyUsageOID.SERVER_AUTH not in extended:
        if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in extended:
            found.append(_part({FIREFOX, SYSTEM}, "eku-any", 0))
        else:
            found.append(_stop("wrong-eku", 0, usage=_usage_text(extended)))
    feature = _extension(leaf, x509.TLSFeature)
    if feature is not None and _TLS_FEATURE_STATUS_REQUEST in feature:
        found.append(_part({FIREFOX}, "must-staple", 0))
    subject = parse.read(lambda: leaf.subject, None)
    names = parse.read(lambda: leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName), None)
    if subject is not None and not subject.rdns and names is not None and not names.critical:
        found.append(_part({CHROMIUM}, "empty-subject", 0))
    return found


def installed_leaf_findings(leaf: x509.Certificate) -> list[Finding]:
    """Return what is wrong with a device's own certificate that was installed as a root."""
    basic = _extension(leaf, x509.BasicConstraints)
    return [_part({CHROMIUM}, "trusted-leaf-not-ca", 0)] if basic is None or not basic.ca else []


def issuer_findings(path: list[x509.Certificate], *, anchored: bool) -> list[Finding]:
    """Return what is wrong with the CAs of a path (leaf first)."""
    found: list[Finding] = []
    for link, authority in enumerate(path[1:], start=1):
        is_root = anchored and link == len(path) - 1
        name = parse.common_name(parse.read(lambda a=authority: a.subject, None))  # type: ignore[misc]
        found += _common_findings(authority, link) + _ca_key_findings(authority, link)
        basic = _extension(authority, x509.BasicConstraints)
        if basic is None:
            clients = {FIREFOX, SYSTEM, SITE} if is_root else {EVERYONE}
            found.append(_part(clients, "issuer-no-bc", link, name=name))
        elif not basic.ca:
            found.append(_stop("issuer-not-ca", link, name=name))
        elif basic.path_length is not None and link - 1 > basic.path_length:
            found.append(_stop("path-length", link, name=name, allowed=basic.path_length, below=link - 1))
        usage = _extension(authority, x509.KeyUsage)
        if usage is not None and not usage.key_cert_sign:
            found.append(_stop("issuer-key-usage", link, name=name))
        extended = _extension(authority, x509.ExtendedKeyUsage)
        if extended is not None and ExtendedKeyUsageOID.SERVER_AUTH not in extended:
            if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in extended:
                found.append(_part({FIREFOX, SYSTEM}, "eku-any", link))
            else:
                found.append(_stop("wrong-eku", link, usage=_usage_text(extended)))
    return found


def signature_findings(path: list[x509.Certificate], *, anchored: bool) -> list[Finding]:
    """Return weak signature hashes; an installed root's own signature carries no trust and is left out."""
    judged = path[:-1] if anchored and len(path) > 1 else path
    found = []
    for link, certificate in enumerate(judged):
        algorithm = parse.read(lambda c=certificate: c.signature_hash_algorithm, None)  # type: ignore[misc]
        weak = _WEAK_HASHES.get(algorithm.name) if algorithm is not None else None
        if weak is not None:
            found.append(_stop("weak-signature", link, hash=weak))
    return found


def _common_findings(certificate: x509.Certificate, link: int) -> list[Finding]:
    extensions = parse.read(lambda: certificate.extensions, None)
    if extensions is None:
        return [_stop("bad-encoding", link, detail="an extension cannot be read")]
    return [
        _stop("critical-extension", link, oid=extension.oid.dotted_string)
        for extension in extensions
        if extension.critical and not isinstance(extension.value, _KNOWN_CRITICAL)
    ]


def _key_findings(leaf: x509.Certificate, link: int) -> list[Finding]:
    key = parse.read(leaf.public_key, None)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < 1023:
            return [_stop("weak-key", link, bits=key.key_size)]
        if key.key_size < 2048:
            clients = {SYSTEM, CHROMIUM} if key.key_size < 1024 else {SYSTEM}
            return [_part(clients, "short-key", link, bits=key.key_size)]
        return []
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name in {"secp256r1", "secp384r1"}:
            return []
        clients = {CHROMIUM} if key.curve.name == "secp521r1" else {CHROMIUM, FIREFOX}
        return [_part(clients, "key-type", link, type=parse.key_text(leaf))]
    if key is None:
        return [_stop("key-unreadable", link)]
    return [_part({CHROMIUM, FIREFOX}, "key-type", link, type=parse.key_text(leaf))]


def _ca_key_findings(authority: x509.Certificate, link: int) -> list[Finding]:
    key = parse.read(authority.public_key, None)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in _CA_CURVES:
        return [_part({CHROMIUM, FIREFOX}, "key-type", link, type=parse.key_text(authority))]
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < 1024:
        return [_stop("weak-key", link, bits=key.key_size)]
    if key is None:
        return [_stop("key-unreadable", link)]
    return []


def _usage_text(usage: x509.ExtendedKeyUsage) -> str:
    return ", ".join(getattr(oid, "_name", "") or oid.dotted_string for oid in usage)[:120]


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    return parse.read(lambda: certificate.extensions.get_extension_for_class(kind).value, None)
