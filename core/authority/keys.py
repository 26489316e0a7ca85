"""Keep a CA key on disk: PKCS#12, encrypted with the passphrase, never in clear."""

import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from core.authority.minting import Signer
from core.errors import FileExists, PassphraseWrong, StateCorrupt, StateUnwritable

if sys.platform == "win32":
    from core.authority.windows_files import create_for_this_person

KDF_ROUNDS = 600_000
"""PBKDF2-HMAC-SHA256 rounds, the figure that OWASP names."""


def seal(signer: Signer, passphrase: str, *, rounds: int = KDF_ROUNDS) -> bytes:
    """Return key and certificate as PKCS#12, AES-256 under the passphrase."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(rounds)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase.encode())
    )
    return pkcs12.serialize_key_and_certificates(b"dotlocal", signer.key, signer.certificate, None, encryption)


def unseal(file: Path, passphrase: str) -> Signer:
    """Return the CA kept in `file`.

    Raises: PassphraseWrong; StateCorrupt when the file is no key store.
    """
    try:
        sealed = file.read_bytes()
    except OSError as error:
        raise StateCorrupt(f"{file}: {error.strerror or error}", file=str(file)) from error
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(sealed, passphrase.encode())
    except ValueError as error:
        if "password" in str(error).lower() or "mac" in str(error).lower():
            raise PassphraseWrong(f"The passphrase does not open {file.name}.") from None
        raise StateCorrupt(f"{file}: not a PKCS#12 key store ({error})", file=str(file)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
        raise StateCorrupt(f"{file}: holds no EC key with its certificate", file=str(file))
    return Signer(certificate, key)


def write_new(file: Path, content: bytes, *, private: bool) -> None:
    """Write a file that must not exist yet, readable by its owner only where it is private, and flush it to disk.

    Raises: FileExists, StateUnwritable.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        if private and sys.platform == "win32":
            descriptor = create_for_this_person(file)
        else:
            descriptor = os.open(file, flags, 0o600 if private else 0o644)
    except FileExistsError:
        raise FileExists(f"{file} is there already. Nothing was overwritten.") from None
    except OSError as error:
        raise StateUnwritable(f"{file} cannot be written: {error.strerror or error}.", file=str(file)) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        file.unlink(missing_ok=True)
        raise StateUnwritable(f"{file} cannot be written: {error.strerror or error}.", file=str(file)) from error


def pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a device key as PKCS#8 PEM, unencrypted: only for a file that the user asked for."""
    return key.private_bytes(serialization.Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption())
