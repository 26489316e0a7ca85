"""Is a certificate of a path on a revocation list that is at hand; pure, RFC 5280 6.3."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from core.tls import extensions as ext
from core.tls import keys
from core.tls.certificate import ParsedCertificate
from core.tls.ocsp import Status, read_answer
from core.tls.rules.finding import Finding, note, stop


def revocation_findings(
    path: list[ParsedCertificate], lists: Sequence[bytes], now: datetime, answers: Sequence[bytes] = ()
) -> list[Finding]:
    """Return what lists and answers of status services (DER) say of each certificate of a path below its root."""
    read = [entry for der in lists if (entry := _load(der)) is not None]
    found: list[Finding] = []
    looked = False
    for link, (certificate, issuer) in enumerate(pairwise(path)):
        fitting = next((entry for entry in read if _is_by(entry, issuer) and _is_current(entry, now)), None)
        status = next((s for a in answers if (s := read_answer(a, certificate, issuer, now)) is not None), None)
        looked = looked or (link == 0 and (fitting is not None or status is not None))
        if status is not None:
            found.append(_told(link, issuer, status))
        if fitting is None:
            continue
        number = certificate.serial  # a negative one cannot stand on a list that this library reads
        revoked = fitting.get_revoked_certificate_by_serial_number(number) if number >= 0 else None
        name = issuer.subject.common_name
        if revoked is not None:
            date = f"{revoked.revocation_date_utc:%Y-%m-%d}"
            found.append(stop("revoked", link, name=name, date=date, why=_why(revoked)))
        else:
            found.append(note("revocation-checked", link, name=name, date=f"{fitting.last_update_utc:%Y-%m-%d}"))
    if not looked:
        leaf = path[0]
        elsewhere = leaf.find(ext.CRL_POINTS) is not None or leaf.find(ext.AUTHORITY_ACCESS) is not None
        found.append(note("revocation-elsewhere" if elsewhere else "revocation-not-checked", None))
    return found


def _told(link: int, issuer: ParsedCertificate, status: Status) -> Finding:
    name = issuer.subject.common_name
    if status.revoked_at is not None:
        return stop("revoked", link, name=name, date=f"{status.revoked_at:%Y-%m-%d}", why=status.why)
    return note("revocation-checked", link, name=name, date=f"{status.made_at:%Y-%m-%d}")


def places_of(path: list[ParsedCertificate]) -> list[str]:
    """Return the addresses of lists that the certificates of a path below its root name, by http."""
    named = [place for c in path[:-1] for place in c.value_of(ext.CRL_POINTS, tuple) or ()]
    return list(dict.fromkeys(p for p in named if p.lower().startswith("http://")))


def _load(der: bytes) -> x509.CertificateRevocationList | None:
    try:
        return x509.load_der_x509_crl(der)
    except ValueError:
        return None


def _is_by(entry: x509.CertificateRevocationList, issuer: ParsedCertificate) -> bool:
    """Say whether the issuer made the list; one of another with the same name does not count."""
    key = keys.public_key(issuer.spki)
    kinds = (
        rsa.RSAPublicKey
        | ec.EllipticCurvePublicKey
        | dsa.DSAPublicKey
        | ed25519.Ed25519PublicKey
        | ed448.Ed448PublicKey
    )
    may_sign = issuer.usage is None or "CRL signing" in issuer.usage
    if not may_sign or not isinstance(key, kinds) or entry.issuer.public_bytes() != issuer.subject.raw:
        return False
    try:
        return entry.is_signature_valid(key)
    except (TypeError, ValueError):
        return False


def _is_current(entry: x509.CertificateRevocationList, now: datetime) -> bool:
    return entry.last_update_utc <= now and (entry.next_update_utc is None or now <= entry.next_update_utc)


def _why(revoked: x509.RevokedCertificate) -> str:
    try:
        return revoked.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return "no reason given"
