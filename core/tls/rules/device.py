"""What a device's own certificate must say to be taken for a server."""

from core.tls import extensions as ext
from core.tls.certificate import ParsedCertificate
from core.tls.rules.finding import CHROMIUM, EVERYONE, FIREFOX, JAVA, LIKE_OPENSSL, WEBPKI, Finding, note, part

_USAGE_WORDS = {
    "1.3.6.1.5.5.7.3.1": "server authentication", "1.3.6.1.5.5.7.3.2": "client authentication",
    "1.3.6.1.5.5.7.3.3": "code signing", "1.3.6.1.5.5.7.3.4": "e-mail protection",
    "1.3.6.1.5.5.7.3.8": "time stamping", "1.3.6.1.5.5.7.3.9": "OCSP signing", "2.5.29.37.0": "any",
    "1.3.6.1.5.5.7.3.5": "IPsec end system", "1.3.6.1.5.5.7.3.17": "IPsec IKE", "1.3.6.1.5.2.3.5": "Kerberos KDC",
    "1.3.6.1.4.1.311.20.2.2": "smart card logon", "2.16.840.1.113730.4.1": "Netscape step-up",
}  # fmt: skip


def device_findings(leaf: ParsedCertificate) -> list[Finding]:
    """Return what is wrong with a device's certificate as such."""
    found = usage_findings(leaf, 0)
    if leaf.basic is not None and leaf.basic.ca:
        found.append(part({FIREFOX, WEBPKI}, "ca-as-leaf", 0))
    found += _key_usage(leaf)
    if leaf.extended is not None and ext.OCSP_SIGNING in leaf.extended and ext.SERVER_AUTH in leaf.extended:
        found.append(part({FIREFOX}, "wrong-eku", 0, usage=usage_words(leaf.extended)))
    kinds = leaf.value_of(ext.NETSCAPE_TYPE, bytes)
    if kinds is not None and not (kinds[:1] or b"\x00")[0] & 0x40:
        found.append(part(LIKE_OPENSSL | {JAVA}, "wrong-eku", 0, usage="Netscape certificate type"))
    if leaf.extended is None and ext.EXTENDED_USAGE not in leaf.malformed:
        found.append(note("no-eku", 0))
    names = leaf.find(ext.SUBJECT_NAMES)
    if not leaf.subject.rdns and names is not None and not names.critical:
        found.append(part({CHROMIUM, JAVA, WEBPKI}, "empty-subject", 0))
    return found


def _key_usage(leaf: ParsedCertificate) -> list[Finding]:
    usage = leaf.usage
    if usage is None or "digital signature" in usage:
        return []
    exchange = bool(usage & {"key encipherment", "key agreement"})
    return [part({CHROMIUM, JAVA} if exchange else EVERYONE, "key-usage", 0)]


def feature_findings(path: list[ParsedCertificate]) -> list[Finding]:
    """Return where a TLS feature is demanded that devices don't offer; Firefox minds it in CAs and roots too."""
    return [
        part({FIREFOX}, "must-staple", link)
        for link, certificate in enumerate(path)
        if certificate.value_of(ext.TLS_FEATURE, tuple)
    ]


def installed_leaf_findings(leaf: ParsedCertificate) -> list[Finding]:
    """Return what is wrong with a device's own certificate that was installed as a root."""
    if leaf.basic is not None and not leaf.basic.ca:
        return [part({CHROMIUM}, "trusted-leaf-not-ca", 0)]
    if leaf.usage is not None and "certificate signing" not in leaf.usage:
        return [part({CHROMIUM}, "issuer-key-usage", 0, name=leaf.subject.common_name)]
    return []


def usage_findings(certificate: ParsedCertificate, link: int) -> list[Finding]:
    """Return whether the extended key usage leaves server authentication out."""
    extended = certificate.extended
    if extended is None or ext.SERVER_AUTH in extended:
        return []
    if ext.ANY_USAGE in extended:
        return [part(LIKE_OPENSSL | {FIREFOX, WEBPKI}, "eku-any", link)]
    refusing = EVERYONE - {JAVA} if link else EVERYONE  # Java reads it in the device's certificate alone
    if ext.STEP_UP in extended:
        refusing -= LIKE_OPENSSL | {JAVA}
    return [part(refusing, "wrong-eku", link, usage=usage_words(extended))]


def usage_words(extended: tuple[str, ...]) -> str:
    """Return extended key usages in words."""
    return ", ".join(_USAGE_WORDS.get(oid, oid) for oid in extended)[:120]
