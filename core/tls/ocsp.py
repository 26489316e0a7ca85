"""Ask and read the certificate status protocol (RFC 6960); pure: what to send, and what an answer is worth."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from core.tls import extensions as ext
from core.tls import keys
from core.tls.certificate import ParsedCertificate, try_parse

TOLERANCE = timedelta(minutes=5)
_SUCCESSFUL = ocsp.OCSPResponseStatus.SUCCESSFUL


@dataclass(frozen=True, slots=True)
class Status:
    """What an issuer's responder says of one certificate: `revoked_at` is None for one that is good."""

    serial: int
    made_at: datetime
    revoked_at: datetime | None
    why: str


def responder_of(certificate: ParsedCertificate) -> str:
    """Return the address of the status service that a certificate names; "" where it names none by http."""
    for method, place in certificate.value_of(ext.AUTHORITY_ACCESS, tuple) or ():
        if method == "1.3.6.1.5.5.7.48.1" and place.text.lower().startswith("http://"):
            return str(place.text)
    return ""


def request_for(certificate: ParsedCertificate, issuer: ParsedCertificate) -> bytes | None:
    """Return the request to send, or None where the library cannot make one for these certificates."""
    try:
        pair = (x509.load_der_x509_certificate(certificate.der), x509.load_der_x509_certificate(issuer.der))
        built = ocsp.OCSPRequestBuilder().add_certificate(*pair, hashes.SHA1())  # noqa: S303  what responders take
        return built.build().public_bytes(Encoding.DER)
    except (ValueError, TypeError, x509.InvalidVersion):
        return None


def read_answer(
    answer: bytes, certificate: ParsedCertificate, issuer: ParsedCertificate, now: datetime
) -> Status | None:
    """Return what the answer says, or None where it is not about this certificate, not the issuer's, or not current."""
    try:
        response = ocsp.load_der_ocsp_response(answer)
        if response.response_status is not _SUCCESSFUL or response.serial_number != certificate.serial:
            return None
        if not _names_issuer(response, issuer) or not _is_signed(response, issuer):
            return None
        return _status(response, now)
    except (ValueError, TypeError, x509.InvalidVersion):
        return None


def _status(response: ocsp.OCSPResponse, now: datetime) -> Status | None:
    begin, end = response.this_update_utc, response.next_update_utc
    if begin > now + TOLERANCE or (end is not None and end < now - TOLERANCE):
        return None
    if response.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Status(response.serial_number, begin, None, "")
    if response.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        reason = response.revocation_reason
        why = reason.value if reason is not None else "no reason given"
        return Status(response.serial_number, begin, response.revocation_time_utc, why)
    return None


def _names_issuer(response: ocsp.OCSPResponse, issuer: ParsedCertificate) -> bool:
    digest = hashes.Hash(response.hash_algorithm)
    digest.update(issuer.subject.raw)
    return digest.finalize() == response.issuer_name_hash


def _is_signed(response: ocsp.OCSPResponse, issuer: ParsedCertificate) -> bool:
    """Say whether the issuer signed the answer, or a certificate that the issuer made for just that."""
    if _made_by(issuer, response):
        return True
    for delegate in response.certificates:
        parsed = try_parse(delegate.public_bytes(Encoding.DER))
        if parsed is None or ext.OCSP_SIGNING not in (parsed.extended or ()):
            continue
        issued = keys.made_by(issuer.spki, parsed.outer_algorithm, parsed.tbs, parsed.signature)
        if issued and _made_by(parsed, response):
            return True
    return False


def _made_by(signer: ParsedCertificate, response: ocsp.OCSPResponse) -> bool:
    return bool(keys.made_with(signer.spki, response.signature_algorithm_oid.dotted_string, response.tbs_response_bytes,
                               response.signature))  # fmt: skip
