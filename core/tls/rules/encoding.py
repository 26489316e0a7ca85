"""Where a certificate breaks the rules of its encoding, and who minds."""

from core.tls import extensions as ext
from core.tls.certificate import ParsedCertificate
from core.tls.der import BadDer
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
    JAVA: _COMMON | {ext.POLICY_MAPPINGS},
    **dict.fromkeys(
        LIKE_OPENSSL, _COMMON | {ext.POLICY_MAPPINGS, ext.CRL_POINTS, ext.NETSCAPE_TYPE, ext.OCSP_NO_CHECK}
    ),
}
"""The critical extensions that each client understands; it refuses any other (RFC 5280 4.2)."""
_READ_BY_ALL = frozenset({
    ext.BASIC_CONSTRAINTS, ext.KEY_USAGE, ext.EXTENDED_USAGE, ext.SUBJECT_NAMES, ext.NAME_CONSTRAINTS,
})  # fmt: skip
_LENIENT_FIELDS = frozenset({"version", "extensions"})
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
        found += _algorithms(certificate, link, is_root=is_root)
        found += _extensions(certificate, link, is_root=is_root)
    return found


def _fields(certificate: ParsedCertificate, link: int) -> list[Finding]:
    found = []
    for field, detail in certificate.problems:
        refusing = EVERYONE
        if field in _LENIENT_FIELDS:
            refusing = EVERYONE - {FIREFOX} - LIKE_OPENSSL
            refusing -= {JAVA} if detail.startswith(("is written", "writes")) else set()
        elif field in {"notBefore", "notAfter"} and None not in certificate.meant_dates:
            refusing = EVERYONE - {JAVA}  # it reads such times; the date rules judge them for it
        found.append(part(refusing, "bad-encoding", link, field=field, detail=detail))
    if certificate.version > 3:
        detail = f"says {certificate.version}, which does not exist"
        found.append(part(EVERYONE - {FIREFOX} - LIKE_OPENSSL, "bad-encoding", link, field="version", detail=detail))
    if certificate.serial <= 0 or certificate.serial_octets > 20:
        kind = "zero" if certificate.serial == 0 else "negative" if certificate.serial < 0 else "longer than 20 octets"
        found.append(note("serial-odd", link, kind=kind))
    return found


def _algorithms(certificate: ParsedCertificate, link: int, *, is_root: bool) -> list[Finding]:
    if certificate.inner_algorithm == certificate.outer_algorithm:
        return []
    inner, outer = signature_facts(certificate.inner_algorithm), signature_facts(certificate.outer_algorithm)
    detail = f"is {inner.text} inside and {outer.text} outside"
    refusing = EVERYONE
    if (inner.oid, inner.hash) == (outer.oid, outer.hash):
        refusing, detail = EVERYONE - {FIREFOX, JAVA}, "has other parameters inside than outside"
    if is_root:  # nobody checks an installed root's own signature, but some read what it says
        refusing &= (LIKE_OPENSSL | {JAVA}) if inner.oid != outer.oid else frozenset()
    return [part(refusing, "bad-encoding", link, field="signature algorithm", detail=detail)] if refusing else []


def _names(certificate: ParsedCertificate, link: int) -> list[Finding]:
    found = []
    for field, name in (("subject", certificate.subject), ("issuer", certificate.issuer)):
        if name.problem:
            refusing = EVERYONE - {FIREFOX} - LIKE_OPENSSL
            found.append(part(refusing, "bad-encoding", link, field=field, detail=name.problem))
        if any(a.is_string and a.text is None for a in name.attributes()):
            detail = "holds octets that are no text in their encoding"
            found.append(part(LIKE_OPENSSL, "odd-encoding", link, field=field, detail=detail))
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
    for oid, error in certificate.malformed.items():
        refusing = _who_reads(oid, link) - _who_passes_over(oid, error, certificate)
        if (oid == ext.EXTENDED_USAGE and error.kind == "empty") or (error.kind == "distance" and not is_root):
            refusing |= {JAVA}
        if refusing:
            found.append(part(refusing, "bad-encoding", link, field=_WORDS.get(oid, oid), detail=error))
    for oid in certificate.repeated:
        known = oid in UNDERSTOOD[FIREFOX]
        refusing = EVERYONE if known else EVERYONE - {FIREFOX}
        if oid not in _READ_BY_SOME and not known:
            refusing -= LIKE_OPENSSL
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


def _who_passes_over(oid: str, error: BadDer, certificate: ParsedCertificate) -> frozenset[str]:
    """Return the clients that take an extension in spite of this fault."""
    if error.kind == "trailing":
        return LIKE_OPENSSL
    if error.kind == "names":
        odd = any(name.kind > ext.REGISTERED for name in certificate.names or ())
        return frozenset({FIREFOX}) | (frozenset() if odd else LIKE_OPENSSL)
    if error.kind in {"empty", "minimum"} and oid in {ext.SUBJECT_NAMES, ext.NAME_CONSTRAINTS}:
        return LIKE_OPENSSL
    return frozenset()


def _who_reads(oid: str, link: int) -> frozenset[str]:
    """Return who refuses a certificate in whose extension of this kind something is wrong."""
    if oid in {ext.EXTENDED_USAGE, ext.SUBJECT_NAMES, ext.NAME_CONSTRAINTS}:
        return EVERYONE - {JAVA}  # Java takes an extension that it cannot read for one that it does not know
    if oid in _READ_BY_ALL:
        return EVERYONE
    if oid in _READ_BY_SOME:
        return EVERYONE - {FIREFOX, JAVA}
    if oid == ext.TLS_FEATURE:
        return frozenset({FIREFOX})
    if oid == ext.CRL_POINTS:
        return LIKE_OPENSSL | ({CHROMIUM, WEBPKI} if link == 0 else {WEBPKI})
    if oid == ext.NETSCAPE_TYPE:
        return LIKE_OPENSSL
    if oid == ext.AUTHORITY_ACCESS and link == 0:
        return frozenset({CHROMIUM, FIREFOX, WEBPKI})  # Firefox looks there for a status service of the device
    return frozenset({CHROMIUM, WEBPKI})
