"""Mint whatever chain a test needs, with the fields it wants to be odd."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Minted:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: object

    @property
    def der(self) -> bytes:
        """Return the DER."""
        return self.certificate.public_bytes(Encoding.DER)

    def write(self, folder: Path, stem: str, *others: "Minted") -> tuple[Path, Path]:
        """Write chain and key as PEM and return both files."""
        folder.mkdir(parents=True, exist_ok=True)
        chain, key = folder / f"{stem}.crt.pem", folder / f"{stem}.key.pem"
        chain.write_bytes(b"".join(m.certificate.public_bytes(Encoding.PEM) for m in (self, *others)))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))  # type: ignore[attr-defined]
        return chain, key


def name(text: str) -> x509.Name:
    """Return a name with this common name, or an empty one."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else [])


def mint(
    subject: str,
    issuer: Minted | None = None,
    *,
    names: tuple[x509.GeneralName | str, ...] = (),
    begin: datetime = NOW - timedelta(days=10),
    days: float = 397,
    ca: bool | None = False,
    path_length: int | None = None,
    key_usage: frozenset[str] | None = frozenset({"digital_signature"}),
    eku: tuple[x509.ObjectIdentifier, ...] | None = (ExtendedKeyUsageOID.SERVER_AUTH,),
    constraints: x509.NameConstraints | None = None,
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    key: object | None = None,
    hash_algorithm: hashes.HashAlgorithm | None = None,
    san_critical: bool = False,
    serial: int | None = None,
) -> Minted:
    """Return a certificate signed by `issuer`, or by itself."""
    private = key or ec.generate_private_key(ec.SECP256R1())
    signer = issuer or Minted(None, private)  # type: ignore[arg-type]
    issuer_name = issuer.certificate.subject if issuer else name(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer_name)
        .public_key(private.public_key())  # type: ignore[attr-defined]
        .serial_number(serial or int.from_bytes(b"\x01" + secrets.token_bytes(15), "big"))
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
    )
    if names:
        entries = [x509.DNSName(n) if isinstance(n, str) else n for n in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(entries), critical=san_critical)
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
    if key_usage is not None:
        flags = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                 "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
        builder = builder.add_extension(x509.KeyUsage(**{f: f in key_usage for f in flags}), critical=True)
    if eku:
        builder = builder.add_extension(x509.ExtendedKeyUsage(eku), critical=False)
    if constraints is not None:
        builder = builder.add_extension(constraints, critical=False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    ski = x509.SubjectKeyIdentifier.from_public_key(private.public_key())  # type: ignore[attr-defined]
    builder = builder.add_extension(ski, critical=False)
    if issuer is not None:
        own = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        aki = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)
        builder = builder.add_extension(aki, critical=False)
    chosen = hash_algorithm or hashes.SHA256()
    return Minted(builder.sign(signer.key, chosen), private)  # type: ignore[arg-type]


def mint_ca(subject: str = "Test Root", issuer: Minted | None = None, **fields: object) -> Minted:
    """Return a CA certificate."""
    values: dict[str, object] = {
        "ca": True, "key_usage": frozenset({"key_cert_sign", "crl_sign"}), "eku": None, "days": 3650, **fields,
    }  # fmt: skip
    return mint(subject, issuer, **values)  # type: ignore[arg-type]
