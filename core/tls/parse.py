"""Read the facts of a certificate; what cannot be read becomes its `problem`, never an exception."""

import hashlib
import ipaddress
import warnings
from collections.abc import Callable
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

from core.model.certificate import Certificate

T = TypeVar("T")
MAX_PARSED = 256 * 1024
CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp224r1": "P-224"}


def load(der: bytes) -> x509.Certificate | None:
    """Return the parsed certificate, or None where the bytes are not one, or are more than any device needs."""
    if len(der) > MAX_PARSED:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd serial numbers and versions are facts to show, not warnings of ours
        try:
            return x509.load_der_x509_certificate(der)
        except ValueError:
            return None
        except x509.InvalidVersion:
            return None


def read(getter: Callable[[], T], fallback: T) -> T:
    """Return what an accessor gives; cryptography's accessors fail late and apart on bad encodings."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getter()
    except Exception:
        return fallback


def certificate_facts(der: bytes) -> Certificate:
    """Return what is written in `der`, for showing; judges nothing."""
    sha256 = hashlib.sha256(der).hexdigest()
    parsed = load(der)
    if parsed is None:
        too_large = len(der) > MAX_PARSED
        problem = f"too large to be read ({len(der)} bytes)" if too_large else f"not a certificate ({len(der)} bytes)"
        return Certificate(der=der[:MAX_PARSED], sha256=sha256, problem=problem)
    subject = read(lambda: parsed.subject, None)
    issuer = read(lambda: parsed.issuer, None)
    extensions_read = read(lambda: parsed.extensions is not None, False)
    return Certificate(
        der=der,
        sha256=sha256,
        subject=name_text(subject),
        issuer=name_text(issuer),
        common_name=common_name(subject),
        issuer_common_name=common_name(issuer),
        names=alternative_names(parsed),
        not_before=read(lambda: parsed.not_valid_before_utc, None),
        not_after=read(lambda: parsed.not_valid_after_utc, None),
        key=key_text(parsed),
        serial=read(lambda: f"{parsed.serial_number:x}", ""),
        is_ca=read(lambda: _is_ca(parsed), False),
        self_issued=subject is not None and subject == issuer,
        problem="" if extensions_read and subject is not None and issuer is not None else "badly encoded",
    )


def name_text(name: x509.Name | None) -> str:
    """Return a distinguished name in RFC 4514 form; "" where it could not be read."""
    return "" if name is None else read(name.rfc4514_string, "")


def common_name(name: x509.Name | None) -> str:
    """Return the common name, or the whole name where there is none."""
    if name is None:
        return ""
    values = [a.value for a in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return str(values[0]) if values else name_text(name)


def alternative_names(parsed: x509.Certificate) -> tuple[str, ...]:
    """Return DNS names and addresses of the subject alternative name, in order."""
    return tuple(dns_names(parsed)) + tuple(str(a) for a in addresses(parsed))


def dns_names(parsed: x509.Certificate) -> list[str]:
    """Return the dNSName entries as written."""
    names = read(lambda: parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value, None)
    return [] if names is None else names.get_values_for_type(x509.DNSName)


def addresses(parsed: x509.Certificate) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Return the iPAddress entries."""
    names = read(lambda: parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value, None)
    found = [] if names is None else names.get_values_for_type(x509.IPAddress)
    return [a for a in found if isinstance(a, ipaddress.IPv4Address | ipaddress.IPv6Address)]


def key_text(parsed: x509.Certificate) -> str:
    """Return the kind of key as people name it: "ECDSA P-256", "RSA 2048", "unreadable"."""
    key = read(parsed.public_key, None)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {CURVES.get(key.curve.name, key.curve.name)}"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519"
    if isinstance(key, ed448.Ed448PublicKey):
        return "Ed448"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    return "unreadable"


def _is_ca(parsed: x509.Certificate) -> bool:
    try:
        return parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
