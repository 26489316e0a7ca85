"""What the CAs of a path must say to be allowed to sign what stands below them."""

from core.tls.certificate import ParsedCertificate
from core.tls.extensions import POLICIES, POLICY_CONSTRAINTS, SUBJECT_KEY, contradicts
from core.tls.rules.device import usage_findings
from core.tls.rules.finding import (
    CHROMIUM,
    EVERYONE,
    FIREFOX,
    JAVA,
    LIKE_OPENSSL,
    OPENSSL,
    WEBPKI,
    Finding,
    note,
    part,
    stop,
)

MOST_BETWEEN = 6
"""CAs between device and root that Firefox looks through (mozilla::pkix, MAX_SUBCA_COUNT)."""


def issuer_findings(path: list[ParsedCertificate], *, anchored: bool) -> list[Finding]:
    """Return what is wrong with the CAs of a path (device first)."""
    found: list[Finding] = []
    for link, authority in enumerate(path[1:], start=1):
        is_root = anchored and link == len(path) - 1
        name = authority.subject.common_name
        found += _is_a_ca(authority, link, name, is_root=is_root)
        found += _path_length(path, link, name, is_root=is_root)
        if authority.usage is not None and "certificate signing" not in authority.usage:
            found.append(stop("issuer-key-usage", link, name=name))
        if authority.usage is None:
            found.append(note("issuer-no-ku", link, name=name))
        found += usage_findings(authority, link)
        below = path[link - 1]
        if below.issuer.raw != authority.subject.raw:
            refusing = {FIREFOX, WEBPKI} | ({CHROMIUM} if is_root else set())  # NSS finds roots by their octets
            found.append(part(refusing, "issuer-name-spelled", link - 1, name=name))
        found += _key_pointers(below, authority, link, is_root=is_root)
    found += _policies(path, anchored=anchored)
    if anchored and not path[-1].self_issued:
        found.append(part(LIKE_OPENSSL, "anchor-not-root", len(path) - 1, name=path[-1].subject.common_name))
    between = len(path) - 2 if anchored else 0
    if between > MOST_BETWEEN:
        found.append(part({FIREFOX}, "chain-too-long", None, count=between, most=MOST_BETWEEN))
    return found


def _policies(path: list[ParsedCertificate], *, anchored: bool) -> list[Finding]:
    """Return whether a policy is required that not every certificate of the path has (RFC 5280 6.1)."""
    for link, certificate in enumerate(path):
        required, _ = certificate.value_of(POLICY_CONSTRAINTS, tuple) or (None, None)
        if required is None or required > sum(not c.self_issued for c in path[:link]):
            continue
        is_root = anchored and link == len(path) - 1 and link > 0
        judged = path[:-1] if anchored and len(path) > 1 else path
        if not all(c.value_of(POLICIES, tuple) for c in judged):
            refusing = {CHROMIUM, WEBPKI} if is_root else {CHROMIUM, JAVA, WEBPKI}
            return [part(refusing, "policy-required", link, name=certificate.subject.common_name)]
    return []


def _key_pointers(below: ParsedCertificate, authority: ParsedCertificate, link: int, *, is_root: bool) -> list[Finding]:
    """Compare the key that a certificate says it was signed by with the one that its issuer says it has."""
    pointer, name = below.authority_key, authority.subject.common_name
    found = [note("no-aki", link - 1)] if pointer is None else []
    named, has = (None if pointer is None else pointer.key_id), authority.key_id
    if contradicts(pointer, has, authority.issuer, authority.serial):
        java = is_root and named is not None and has is not None and named != has
        found.append(part(LIKE_OPENSSL | ({JAVA} if java else frozenset()), "aki-other-key", link - 1, name=name))
    elif is_root and named is not None and SUBJECT_KEY in authority.malformed:
        found.append(part({JAVA}, "aki-other-key", link - 1, name=name))
    own = authority.authority_key if is_root and authority.self_issued else None
    if contradicts(own, has, authority.issuer, authority.serial):
        found.append(part(LIKE_OPENSSL, "aki-other-key", link, name=name))
    if below.self_issued and not contradicts(pointer, below.key_id, below.issuer, below.serial):
        found.append(part(LIKE_OPENSSL, "self-signed", link - 1))
    return found


def _is_a_ca(authority: ParsedCertificate, link: int, name: str, *, is_root: bool) -> list[Finding]:
    basic = authority.basic
    if basic is None:
        refusing = EVERYONE - {CHROMIUM} if is_root else EVERYONE
        if is_root and authority.version == 1:
            refusing = frozenset({WEBPKI})  # an installed root of version 1 is taken for a CA
        elif is_root and "certificate signing" in (authority.usage or ()):
            refusing -= {OPENSSL}  # its key usage is enough (X509_check_ca)
        return [part(refusing, "issuer-no-bc", link, name=name)]
    return [] if basic.ca else [stop("issuer-not-ca", link, name=name)]


def _path_length(path: list[ParsedCertificate], link: int, name: str, *, is_root: bool) -> list[Finding]:
    """Count the CAs below; RFC 5280 6.1.4 leaves self-issued ones out, Firefox does not."""
    basic = path[link].basic
    if basic is None or basic.path_length is None:
        return []
    below = path[1:link]
    counted = sum(not certificate.self_issued for certificate in below)
    if counted > basic.path_length:
        refusing = EVERYONE - {JAVA} if is_root else EVERYONE
        return [part(refusing, "path-length", link, name=name, allowed=basic.path_length, below=counted)]
    if len(below) > basic.path_length:
        return [part({FIREFOX}, "path-length", link, name=name, allowed=basic.path_length, below=len(below))]
    return []
