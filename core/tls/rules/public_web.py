"""What the public web asks beyond what clients ask of a private CA (RFC 5280, CA/Browser Forum); for `webpki` alone."""

import ipaddress
import re

from core.tls import extensions as ext
from core.tls.certificate import ParsedCertificate
from core.tls.keys import signature_facts
from core.tls.names import COMMON_NAME
from core.tls.rules.finding import WEBPKI, Finding, part

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)


def public_web_findings(path: list[ParsedCertificate], *, anchored: bool) -> list[Finding]:
    """Return what breaks the public web's profile in a path (device first)."""
    rules: list[tuple[int, str]] = [(0, text) for text in _device(path[0])]
    for link, certificate in enumerate(path):
        is_root = anchored and link == len(path) - 1
        rules += [(link, text) for text in _each(certificate, is_ca=link > 0, is_root=is_root)]
    return [part({WEBPKI}, "public-web-rule", link, detail=text) for link, text in rules]


def _each(certificate: ParsedCertificate, *, is_ca: bool, is_root: bool) -> list[str]:
    found = []
    if certificate.version != 3:
        found.append("the certificate is not of version 3")
    if not is_root and (certificate.serial <= 0 or certificate.serial_octets > 20):
        found.append("the serial number is not a positive number of at most 20 octets")
    if not certificate.issuer.rdns:
        found.append("the issuer is empty")
    if is_ca and not certificate.subject.rdns:
        found.append("a CA has an empty subject")
    for oid, words in ((ext.AUTHORITY_KEY, "authority"), (ext.SUBJECT_KEY, "subject")):
        extension = certificate.find(oid)
        if extension is not None and extension.critical:
            found.append(f"the {words} key identifier is critical")
    found += _key_identifiers(certificate, is_ca=is_ca, is_root=is_root)
    if certificate.key.kind == "RSA-PSS" or signature_facts(certificate.outer_algorithm).odd:
        found.append("the algorithm's parameters are not those of the profile")
    if is_ca:
        found += _authority(certificate)
    return found


def _key_identifiers(certificate: ParsedCertificate, *, is_ca: bool, is_root: bool) -> list[str]:
    pointer = certificate.authority_key
    if is_ca and certificate.key_id is None:
        return ["a CA has no subject key identifier"]
    if pointer is None:
        return [] if is_root else ["there is no authority key identifier"]
    if pointer.key_id is None:
        return ["the authority key identifier names no key"]
    if is_root and (pointer.issuer is not None or pointer.serial is not None):
        return ["a root's authority key identifier names more than a key"]
    if is_root and certificate.self_issued and pointer.key_id != certificate.key_id:
        return ["a root's authority key identifier names another key"]
    return []


def _authority(certificate: ParsedCertificate) -> list[str]:
    found = []
    basic = certificate.find(ext.BASIC_CONSTRAINTS)
    if basic is not None and not basic.critical:
        found.append("a CA's basic constraints are not critical")
    if certificate.usage is None:
        found.append("a CA has no key usage")
    if certificate.extended is not None and certificate.self_issued:
        found.append("a root has an extended key usage")
    constraints = certificate.find(ext.POLICY_CONSTRAINTS)
    if constraints is not None and not constraints.critical:
        found.append("policy constraints are not critical")
    limits = certificate.limits
    trees = (*(limits.permitted or ()), *(limits.excluded or ())) if limits else ()
    if any(tree.kind == ext.DNS and tree.value and not is_dns_name(tree.text) for tree in trees):
        found.append("a name constraint is not a DNS name")
    return found


def _device(leaf: ParsedCertificate) -> list[str]:
    found = []
    names = leaf.names or ()
    extension = leaf.find(ext.SUBJECT_NAMES)
    if extension is not None and extension.critical and leaf.subject.rdns:
        found.append("the alternative names are critical beside a subject")
    if leaf.find(ext.NAME_CONSTRAINTS) is not None:
        found.append("a device has name constraints")
    if leaf.usage is not None and "certificate signing" in leaf.usage and not (leaf.basic and leaf.basic.ca):
        found.append("a device may sign certificates")
    extended = leaf.find(ext.EXTENDED_USAGE)
    if leaf.extended is not None and ext.ANY_USAGE in leaf.extended:
        found.append("the extended key usage names any usage")
    if extended is not None and extended.critical:
        found.append("the extended key usage is critical")
    for name in names:
        if name.kind == ext.DNS and not is_dns_name(name.text.removeprefix("*.")):
            found.append(f"{name.text[:60]} is not a DNS name")
        if name.kind == ext.DNS and name.text.startswith("*.") and "." not in name.text[2:]:
            found.append(f"{name.text[:60]} covers a whole top-level domain")
    return found + _common_names(leaf)


def _common_names(leaf: ParsedCertificate) -> list[str]:
    """Find common names that repeat an alternative name in another spelling (Baseline Requirements 7.1.4.3)."""
    texts = {name.text for name in leaf.names or () if name.kind in {ext.DNS, ext.IP}}
    meant = {_meant(text) for text in texts}
    commons = [a.text for a in leaf.subject.attributes() if a.oid == COMMON_NAME and a.text is not None]
    if any(common not in texts and _meant(common) in meant for common in commons):
        return ["the common name spells an alternative name differently"]
    return []


def _meant(text: str) -> str:
    """Return what a name or address stands for, however it is spelled."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        numbers = [int(part, 0 if part.lower().startswith("0x") else 10) for part in text.split(".")]
        return str(ipaddress.ip_address(numbers[0] if len(numbers) == 1 else bytes(numbers)))
    except ValueError:
        pass
    try:
        return text.lower() if text.isascii() else text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return text.lower()


def is_dns_name(text: str) -> bool:
    """Say whether a text is a DNS name by the preferred syntax (RFC 1034 3.5), and not an address."""
    labels = text.split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    return not labels[-1].isdigit()
