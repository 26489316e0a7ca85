"""Read certificates from a file of any common form: PEM, DER, PKCS#7, PKCS#12; the device's first."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12

from core.errors import InputProblem
from core.model.certificate import ders_in
from core.tls.certificate import try_parse

MAX_FILE = 16 * 1024 * 1024
AskPassword = Callable[[str], str | None]
"""Asks a person for a file's password; None when they give none."""


class NoCertificates(InputProblem):
    """A file holds no certificate that can be found."""

    code = "no-certificates"
    hint = "Give a PEM, DER, PKCS#7 (.p7b) or PKCS#12 (.p12) file."


class FilePasswordWrong(InputProblem):
    """A PKCS#12 file is protected and the password does not open it."""

    code = "file-password-wrong"
    hint = "Run the command again with the password of the file."


class BadTime(InputProblem):
    """A moment cannot be read."""

    code = "bad-time"
    hint = "Write it like 2026-12-24 or 2026-12-24T18:00:00Z."


def read_file(path: Path, ask: AskPassword | None = None) -> list[bytes]:
    """Return the certificates of a file as DER, the device's first where that can be told.

    Raises: NoCertificates, FilePasswordWrong.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise NoCertificates(f"{path}: {error.strerror or error}", file=str(path), hint="Check the path.") from error
    return certificates_in(content, str(path), ask)


def certificates_in(content: bytes, source: str, ask: AskPassword | None = None) -> list[bytes]:
    """Return the certificates of a file's content as DER.

    Raises: NoCertificates, FilePasswordWrong.
    """
    if len(content) > MAX_FILE:
        raise NoCertificates(f"{source} is larger than {MAX_FILE // 2**20} MB.", file=source)
    found = ders_in(content) or _pkcs7(content)
    if not found and try_parse(content) is not None:
        found = [content]
    if not found and content[:1] == b"\x30":
        found = _pkcs12(content, source, ask)
    if not found:
        raise NoCertificates(f"{source} holds no certificate.", file=source)
    return found


def _pkcs7(content: bytes) -> list[bytes]:
    load = pkcs7.load_pem_pkcs7_certificates if b"-----BEGIN" in content else pkcs7.load_der_pkcs7_certificates
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _device_first([c.public_bytes(Encoding.DER) for c in load(content)])
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return []  # it is not PKCS#7


def _pkcs12(content: bytes, source: str, ask: AskPassword | None) -> list[bytes]:
    password: str | None = None
    for attempt in range(3):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                store = pkcs12.load_pkcs12(content, password.encode() if password else None)
        except ValueError as error:
            if "password" not in str(error).lower():
                return []
            password = ask(source) if ask is not None and attempt < 2 else None
            if password is None:
                raise FilePasswordWrong(f"{source} is protected by a password.", file=source) from error
            continue
        held = [store.cert, *store.additional_certs]
        return [entry.certificate.public_bytes(Encoding.DER) for entry in held if entry is not None]
    raise FilePasswordWrong(f"{source} does not open with this password.", file=source)


def _device_first(ders: list[bytes]) -> list[bytes]:
    """Order certificates that come as a set: who signed nobody else stands first."""
    parsed = {der: try_parse(der) for der in ders}
    issuers = {c.issuer.key for c in parsed.values() if c is not None and not c.self_issued}
    return sorted(ders, key=lambda der: (c := parsed[der]) is None or c.subject.key in issuers or c.self_issued)


def moment(text: str) -> datetime:
    """Return a moment that a person wrote; without a zone it is UTC.

    Raises: BadTime.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadTime(f"{text!r} is not a time.") from error
