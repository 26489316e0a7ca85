"""Sign certificates: root, issuing CA, device; keys and limits come in, certificates go out; no files."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.authority import profiles

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Signer:
    """A CA certificate with its private key, in memory only."""

    certificate: x509.Certificate
    key: Key


def new_key() -> Key:
    """Return a fresh P-256 key: the one kind that every client and device takes."""
    return ec.generate_private_key(ec.SECP256R1())


def mint_root(site: str, limits: profiles.Limits, now: datetime) -> Signer:
    """Return a new root (pathlen 1), constrained, its common name unique."""
    key = new_key()
    subject = _ca_name(site, "Root CA")
    builder = _builder(subject, subject, key, now, now + timedelta(days=profiles.ROOT_DAYS))
    builder = _as_authority(builder, key, path_length=1, limits=limits)
    return Signer(builder.sign(key, hashes.SHA256()), key)


def mint_issuing(site: str, root: Signer, limits: profiles.Limits, now: datetime) -> Signer:
    """Return an issuing CA (pathlen 0) under the root, with the same limits: Java ignores those of a root."""
    key = new_key()
    end = min(now + timedelta(days=profiles.ISSUING_DAYS), root.certificate.not_valid_after_utc)
    builder = _builder(_ca_name(site, "Devices CA"), root.certificate.subject, key, now, end)
    builder = _as_authority(builder, key, path_length=0, limits=limits)
    builder = builder.add_extension(_authority_key(root), critical=False)
    return Signer(builder.sign(root.key, hashes.SHA256()), key)


def mint_device(
    names: tuple[str, ...],
    addresses: tuple[profiles.IpAddress, ...],
    issuer: Signer,
    key: Key,
    end: datetime,
    now: datetime,
    adjust: Callable[[x509.CertificateBuilder], x509.CertificateBuilder] = lambda builder: builder,
) -> x509.Certificate:
    """Return a device certificate in the profile that passed every client; names live in the SAN."""
    organization = issuer.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    subject = x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, a.value) for a in organization),
            x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64]),
        ]
    )
    alternative = [*(x509.DNSName(n) for n in names), *(x509.IPAddress(a) for a in addresses)]
    builder = (
        _builder(subject, issuer.certificate.subject, key, now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_authority_key(issuer), critical=False)
    )
    return adjust(builder).sign(issuer.key, hashes.SHA256())


def sha256_of(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the DER, lower-case hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, end: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(b"\x01" + secrets.token_bytes(15), "big"))
        .not_valid_before(now.replace(microsecond=0) - profiles.BACKDATED)
        .not_valid_after(end.replace(microsecond=0))
    )


def _as_authority(
    builder: x509.CertificateBuilder, key: Key, *, path_length: int, limits: profiles.Limits
) -> x509.CertificateBuilder:
    permitted = [*(x509.DNSName(n) for n in limits.names), *(x509.IPAddress(n) for n in limits.networks)]
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(key_cert_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        # Not critical: Mbed TLS cannot load a CA with critical constraints (Mbed-TLS/mbedtls#8759); every other
        # client enforces them all the same.
        .add_extension(x509.NameConstraints(permitted, None), critical=False)
    )


def _key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature, key_cert_sign=key_cert_sign, crl_sign=key_cert_sign,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _authority_key(issuer: Signer) -> x509.AuthorityKeyIdentifier:
    own = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _ca_name(site: str, role: str) -> x509.Name:
    unique = secrets.token_hex(3)
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, site[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{site[:40]} {role} {unique}"),
        ]
    )
