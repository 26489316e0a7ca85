"""Which keys and signatures each client accepts."""

from core.tls.certificate import ParsedCertificate
from core.tls.keys import RSA_PSS, KeyFacts, signature_facts
from core.tls.rules.finding import (
    CHROMIUM,
    EVERYONE,
    FIREFOX,
    JAVA,
    LIKE_OPENSSL,
    WEBPKI,
    Finding,
    part,
    stop,
)

_WEAK_HASHES = {"MD2", "MD4", "MD5", "SHA-1", "SHA-224"}
_BROWSER_CURVES = {"P-256", "P-384"}
_CA_CURVES = {"P-256", "P-384", "P-521"}
_SMALL_CURVES = {"P-192"}
_BROWSERS = frozenset({CHROMIUM, FIREFOX})


def key_findings(path: list[ParsedCertificate], *, anchored: bool) -> list[Finding]:
    """Return what is wrong with the keys of a path, device first."""
    found: list[Finding] = []
    for link, certificate in enumerate(path):
        found += _key(certificate.key, link)
        if certificate.key.compressed:
            found.append(part({FIREFOX, JAVA}, "key-type", link, type=f"compressed {certificate.key.text}"))
    return found + _signatures(path, anchored=anchored)


def _key(key: KeyFacts, link: int) -> list[Finding]:
    if key.kind == "RSA":
        return _rsa(key, link)
    if key.kind == "ECDSA" and key.curve in _CA_CURVES:
        refused = key.curve == "P-521" and link == 0  # Chromium offers no such signature in its hello
        return [part({CHROMIUM}, "key-type", link, type=key.text)] if refused else []
    if key.kind == "ECDSA" and key.curve in _SMALL_CURVES:
        return [stop("key-type", link, type=key.text)]
    if key.kind == "ECDSA" and not key.problem:
        return [part(_BROWSERS | {WEBPKI} | ({JAVA} if link else set()), "key-type", link, type=key.text)]
    if key.kind == "ECDSA":
        return [part(EVERYONE, "key-type", link, type=key.text)]
    if not key.kind or key.problem:
        return [stop("key-unreadable", link, oid=key.oid or "none")]
    refusing = _BROWSERS | {WEBPKI} | (LIKE_OPENSSL | {JAVA} if key.kind == "DSA" else frozenset())
    return [part(refusing, "key-type", link, type=key.text)]


def _rsa(key: KeyFacts, link: int) -> list[Finding]:
    if key.bits < 1023 or key.problem:
        return [stop("weak-key", link, bits=key.bits)]
    if key.bits < 2048:
        below = {CHROMIUM, JAVA} if key.bits < 1024 else set()
        return [part(LIKE_OPENSSL | {WEBPKI} | below, "short-key", link, bits=key.bits)]
    if key.bits % 8:
        return [part({WEBPKI}, "short-key", link, bits=key.bits)]
    return []


def _signatures(path: list[ParsedCertificate], *, anchored: bool) -> list[Finding]:
    """Judge the signatures; an installed root's own carries no trust and is left out."""
    judged = path[:-1] if anchored and len(path) > 1 else path
    found: list[Finding] = []
    for link, certificate in enumerate(judged):
        facts = signature_facts(certificate.outer_algorithm)
        if facts.hash in _WEAK_HASHES:
            refusing = EVERYONE - ({JAVA} if facts.hash in {"SHA-1", "SHA-224"} else set())
            if facts.hash == "SHA-224":
                refusing -= LIKE_OPENSSL
            found.append(part(refusing, "weak-signature", link, hash=facts.hash))
        elif not facts.key:
            found.append(stop("weak-signature", link, hash=facts.text))
        elif facts.odd:
            detail = "has parameters that its algorithm does not take, or lacks those that it takes"
            refusing = frozenset({CHROMIUM, WEBPKI} | ({FIREFOX} if facts.oid == RSA_PSS else set()))
            found.append(part(refusing, "bad-encoding", link, field="signature algorithm", detail=detail))
        elif facts.text in {"Ed25519", "Ed448"}:
            found.append(part(_BROWSERS | {WEBPKI}, "weak-signature", link, hash=facts.text))
    return found
