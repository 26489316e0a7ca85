"""Device certificates in the forms that devices take; pure: contents by file name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from core.authority.keys import pem_of_key
from core.errors import InputProblem
from core.model.authority import FORMATS


@dataclass(frozen=True)
class Material:
    """A device certificate with its key and the CAs above it, the issuing CA first, the root left out."""

    stem: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]
    p12_password: str = ""


@dataclass(frozen=True)
class ExportFile:
    """One file to write; `private` ones hold a key."""

    name: str
    content: bytes
    private: bool


def check_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Return the formats in a fixed order.

    Raises: InputProblem, naming the one that is not known.
    """
    wanted = set(formats)
    for name in wanted - set(FORMATS):
        raise InputProblem(f"{name!r} is not a format.", hint=f"Formats: {', '.join(FORMATS)}.")
    if not wanted:
        raise InputProblem("No format was named.", hint=f"Formats: {', '.join(FORMATS)}.")
    return tuple(name for name in FORMATS if name in wanted)


def export(material: Material, formats: Iterable[str]) -> tuple[ExportFile, ...]:
    """Return the files for the wanted formats."""
    return tuple(file for name in check_formats(formats) for file in _WRITERS[name](material))


def file_names(stem: str, formats: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the files that `export` would give, before there is a certificate."""
    names = {
        "pem": (f"{stem}.crt.pem", f"{stem}.key.pem"),
        "der": (f"{stem}.crt.der", f"{stem}.chain.der", f"{stem}.key.der"),
        "p12": (f"{stem}.p12",),
        "esp32": (f"{stem}_server_cert.h",),
    }
    return tuple(name for wanted in check_formats(formats) for name in names[wanted])


def chain_pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates as PEM, one after the other."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _pem(material: Material) -> list[ExportFile]:
    full = chain_pem((material.certificate, *material.chain))
    return [
        ExportFile(f"{material.stem}.crt.pem", full, private=False),
        ExportFile(f"{material.stem}.key.pem", pem_of_key(material.key), private=True),
    ]


def _der(material: Material) -> list[ExportFile]:
    key = material.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    chain = b"".join(c.public_bytes(Encoding.DER) for c in (material.certificate, *material.chain))
    return [
        ExportFile(f"{material.stem}.crt.der", material.certificate.public_bytes(Encoding.DER), private=False),
        ExportFile(f"{material.stem}.chain.der", chain, private=False),
        ExportFile(f"{material.stem}.key.der", key, private=True),
    ]


def _p12(material: Material) -> list[ExportFile]:
    if not material.p12_password:
        raise InputProblem("A PKCS#12 file needs a password.", hint="Name a file with --p12-password-file.")
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(50_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(material.p12_password.encode())
    )
    content = pkcs12.serialize_key_and_certificates(
        material.stem.encode(), material.key, material.certificate, list(material.chain), encryption
    )
    return [ExportFile(f"{material.stem}.p12", content, private=True)]


def _esp32(material: Material) -> list[ExportFile]:
    """Return a C header for esp_https_server: PEM text whose length counts the final NUL, as mbedTLS wants."""
    certificate = chain_pem((material.certificate, *material.chain)).decode("ascii")
    names = material.certificate.subject.rfc4514_string()
    text = "\n".join(
        [
            "/* Server certificate and private key for esp_https_server (httpd_ssl_config_t).",
            f" * Subject: {_comment(names)}",
            f" * Valid until: {material.certificate.not_valid_after_utc:%Y-%m-%d}",
            " * The private key is in clear: keep this file out of version control. */",
            "#pragma once",
            "#include <stddef.h>",
            "",
            "/* conf.servercert = server_cert_pem; conf.servercert_len = server_cert_pem_len; */",
            f"static const unsigned char server_cert_pem[] =\n{_c_string(certificate)};",
            "static const size_t server_cert_pem_len = sizeof(server_cert_pem);",
            "",
            "/* conf.prvtkey_pem = server_key_pem; conf.prvtkey_len = server_key_pem_len; */",
            f"static const unsigned char server_key_pem[] =\n{_c_string(pem_of_key(material.key).decode('ascii'))};",
            "static const size_t server_key_pem_len = sizeof(server_key_pem);",
            "",
        ]
    )
    return [ExportFile(f"{material.stem}_server_cert.h", text.encode(), private=True)]


def _c_string(pem: str) -> str:
    return "\n".join(f'    "{line}\\n"' for line in pem.splitlines())


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in text).replace("*/", "* /")


_WRITERS: dict[str, Callable[[Material], list[ExportFile]]] = {"pem": _pem, "der": _der, "p12": _p12, "esp32": _esp32}
