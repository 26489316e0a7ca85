"""Where a certificate breaks the rules of its encoding, and who minds."""

from core.tls import extensions as ext
from core.tls.certificate import ParsedCertificate
from core.tls.keys import signature_facts
from core.tls.rules.finding import (
    CHROMIUM,
    EVERYONE,
    FIREFOX,
    JAVA,
    LIKE_OPENSSL,
    WEBPKI,
    Finding,
    note,
    part,
)

_COMMON = frozenset({
    ext.BASIC_CONSTRAINTS, ext.KEY_USAGE, ext.EXTENDED_USAGE, ext.SUBJECT_NAMES, ext.NAME_CONSTRAINTS, ext.POLICIES,
    ext.POLICY_CONSTRAINTS, ext.INHIBIT_ANY,
})  # fmt: skip
UNDERSTOOD: dict[str, frozenset[str]] = {
    CHROMIUM: _COMMON | {ext.POLICY_MAPPINGS, "1.3.6.1.4.1.311.21.10"},
    WEBPKI: _COMMON | {ext.POLICY_MAPPINGS},
    FIREFOX: _COMMON | {ext.AUTHORITY_ACCESS, ext.TLS_FEATURE, ext.OCSP_NO_CHECK},
    JAVA: _COMMON | {ext.POLICY_MAPPINGS, ext.CRL_POINTS, ext.ISSUER_NAMES, ext.NETSCAPE_TYPE},
    **dict.fromkeys(LIKE_OPENSSL, _COMMON | {ext.POLICY_MAPPINGS, ext.CRL_POINTS, ext.NETSCAPE_TYPE}),
}
"""The critical extensions that each client understands; it refuses any other (RFC 5280 4.2)."""
_READ_BY_ALL = frozenset({
    ext.BASIC_CONSTRAINTS, ext.KEY_USAGE, ext.EXTENDED_USAGE, ext.SUBJECT_NAMES, ext.NAME_CONSTRAINTS,
})  # fmt: skip
_LENIENT_IN_FIREFOX = frozenset({"version", "extensions"})
_READ_BY_SOME = frozenset({ext.SUBJECT_KEY, ext.AUTHORITY_KEY})
_WORDS = {
    ext.BASIC_CONSTRAINTS: "basic constraints", ext.KEY_USAGE: "key usage", ext.EXTENDED_USAGE: "extended key usage",
    ext.SUBJECT_NAMES: "alternative names", ext.NAME_CONSTRAINTS: "name constraints",
    ext.SUBJECT_KEY: "subject key identifier", ext.AUTHORITY_KEY: "authority key identifier",
    ext.POLICIES: "certificate policies", ext.AUTHORITY_ACCESS: "authority information access",
    ext.CRL_POINTS: "CRL distribution points", ext.TLS_FEATURE: "TLS feature",
}  # fmt: skip


def encoding_findings(path: list[ParsedCertificate], *, anchored: bool) -> list[Finding]:
    """Return what is badly written in each certificate of a path."""
    found: list[Finding] = []
    for link, certificate in enumerate(path):
        is_root = anchored and link == len(path) - 1 and link > 0
        found += _fields(certificate, link) + _names(certificate, link)
        if not is_root:
            found += _algorithms(certificate, link)  # nobody looks at an installed root's own signature
        found += _extensions(certificate, link, is_root=is_root)
    return found


def _fields(certificate: ParsedCertificate, link: int) -> list[Finding]:
    found = []
    for field, detail in certificate.problems:
        refusing = EVERYONE - {FIREFOX} if field in _LENIENT_IN_FIREFOX else EVERYONE
        found.append(part(refusing, "bad-encoding", link, field=field, detail=detail))
    if certificate.version > 3:
        detail = f"says {certificate.version}, which does not exist"
        found.append(part(EVERYONE - {FIREFOX}, "bad-encoding", link, field="version", detail=detail))
    if certificate.serial <= 0 or certificate.serial_octets > 20:
        kind = "zero" if certificate.serial == 0 else "negative" if certificate.serial < 0 else "longer than 20 octets"
        found.append(note("serial-odd", link, kind=kind))
    return found


def _algorithms(certificate: ParsedCertificate, link: int) -> list[Finding]:
    if certificate.inner_algorithm == certificate.outer_algorithm:
        return []
    inner, outer = signature_facts(certificate.inner_algorithm), signature_facts(certificate.outer_algorithm)
    detail = f"is {inner.text} inside and {outer.text} outside"
    refusing = EVERYONE
    if (inner.oid, inner.hash) == (outer.oid, outer.hash):
        refusing, detail = EVERYONE - {FIREFOX}, "has other parameters inside than outside"
    return [part(refusing, "bad-encoding", link, field="signature algorithm", detail=detail)]


def _names(certificate: ParsedCertificate, link: int) -> list[Finding]:
    found = []
    for field, name in (("subject", certificate.subject), ("issuer", certificate.issuer)):
        if name.problem:
            found.append(part(EVERYONE - {FIREFOX}, "bad-encoding", link, field=field, detail=name.problem))
        if any(a.misprinted for a in name.attributes()):
            detail = "has letters that a PrintableString may not hold"
            found.append(part({CHROMIUM, WEBPKI}, "odd-encoding", link, field=field, detail=detail))
        if link == 0 and not all(a.is_string for a in name.attributes()):
            detail = "is a string of a kind that names don't have"
            found.append(part({CHROMIUM}, "odd-encoding", link, field=field, detail=detail))
    if not certificate.issuer.rdns:
        detail = "is empty"
        found.append(part({FIREFOX, JAVA, WEBPKI}, "bad-encoding", link, field="issuer", detail=detail))
    return found


def _extensions(certificate: ParsedCertificate, link: int, *, is_root: bool) -> list[Finding]:
    found: list[Finding] = []
    for oid, detail in certificate.malformed.items():
        refusing = _who_reads(oid, link)
        if certificate.value_of(oid, object) is not None:
            refusing -= {FIREFOX}  # it looks at the single names, and passes over those that it cannot read
        found.append(part(refusing, "bad-encoding", link, field=_WORDS.get(oid, oid), detail=detail))
    for oid in certificate.repeated:
        known = oid in UNDERSTOOD[FIREFOX]
        refusing = EVERYONE if known else EVERYONE - {FIREFOX}
        found.append(part(refusing, "bad-encoding", link, field=_WORDS.get(oid, oid), detail="stands there twice"))
    for extension in certificate.extensions:
        if extension.critical:
            refusing = frozenset(kind for kind, known in UNDERSTOOD.items() if extension.oid not in known)
            if extension.oid == ext.NETSCAPE_TYPE and certificate.extended is not None:
                refusing -= {FIREFOX}  # the extended key usage says the same in today's words
            if is_root:
                refusing -= {JAVA}  # it looks at the name and key of an installed root alone
            if refusing:
                found.append(part(refusing, "critical-extension", link, oid=extension.oid))
    return found


def _who_reads(oid: str, link: int) -> frozenset[str]:
    """Return who refuses a certificate in whose extension of this kind something is wrong."""
    if oid in _READ_BY_ALL:
        return EVERYONE
    if oid in _READ_BY_SOME:
        return EVERYONE - {FIREFOX, JAVA}
    if oid == ext.TLS_FEATURE:
        return frozenset({FIREFOX})
    if oid == ext.CRL_POINTS:
        return frozenset({CHROMIUM, WEBPKI}) if link == 0 else frozenset({WEBPKI})
    if oid == ext.AUTHORITY_ACCESS and link == 0:
        return frozenset({CHROMIUM, FIREFOX, WEBPKI})  # Firefox looks there for a status service of the device
    return frozenset({CHROMIUM, WEBPKI})
