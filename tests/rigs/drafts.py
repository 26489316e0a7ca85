"""Write certificates octet by octet, so that any field can break any rule; the counterpart of core.tls.der."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha1

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Extension = tuple[str, bool | None, bytes]
"""Object identifier, critical (None writes the default value out), content of the OCTET STRING."""


def tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def seq(*contents: bytes) -> bytes:
    return tlv(0x30, *contents)


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(text: str) -> bytes:
    numbers = [int(part) for part in text.split(".")]
    octets = bytearray()
    for number in (numbers[0] * 40 + numbers[1], *numbers[2:]):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | (number & 0x7F))
        octets += bytes(reversed(groups))
    return tlv(0x06, bytes(octets))


def bits(*flags: int) -> bytes:
    """Return a BIT STRING with these bits set, the shortest way."""
    if not flags:
        return tlv(0x03, b"\x00")
    size = max(flags) // 8 + 1
    octets = bytearray(size)
    for flag in flags:
        octets[flag // 8] |= 0x80 >> (flag % 8)
    return tlv(0x03, bytes([7 - max(flags) % 8]), bytes(octets))


def common_name(text: str, tag: int = 0x0C) -> bytes:
    return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(tag, text.encode("latin-1" if tag != 0x0C else "utf-8")))))


def utc(moment: datetime) -> bytes:
    return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def generalized(moment: datetime) -> bytes:
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def dns(*names: str) -> bytes:
    return seq(*(tlv(0x82, name.encode("latin-1")) for name in names))


ECDSA_SHA256, RSA_SHA256 = seq(oid("1.2.840.10045.4.3.2")), seq(oid("1.2.840.113549.1.1.11"), b"\x05\x00")
RSA_SHA1, ED25519 = seq(oid("1.2.840.113549.1.1.5"), b"\x05\x00"), seq(oid("1.3.101.112"))
BASIC, USAGE, NAMES, EXTENDED = "2.5.29.19", "2.5.29.15", "2.5.29.17", "2.5.29.37"
LIMITS, SUBJECT_KEY, AUTHORITY_KEY = "2.5.29.30", "2.5.29.14", "2.5.29.35"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"


def pss_sha256(salt: int) -> bytes:
    """Return the algorithm RSASSA-PSS with SHA-256 and a salt of this length."""
    digest = seq(oid("2.16.840.1.101.3.4.2.1"), b"\x05\x00")
    mask = seq(oid("1.2.840.113549.1.1.8"), digest)
    return seq(oid("1.2.840.113549.1.1.10"), seq(tlv(0xA0, digest), tlv(0xA1, mask), tlv(0xA2, integer(salt))))


def key_octets(key: Key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def compressed(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a P-256 key with its point in the short form."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return seq(seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), tlv(0x03, b"\x00", point))


def key_id(key: Key) -> bytes:
    return sha1(key_octets(key), usedforsecurity=False).digest()


@dataclass(frozen=True)
class Draft:
    """A certificate before it is signed; every field is the octets that will stand there."""

    key: Key
    issuer: bytes
    subject: bytes
    not_before: bytes
    not_after: bytes
    extensions: tuple[Extension, ...]
    version: bytes = field(default=tlv(0xA0, integer(2)))
    serial: bytes = field(default=integer(0x1234567890ABCDEF))
    inner: bytes = ECDSA_SHA256
    outer: bytes = b""
    spki: bytes = b""
    unique: bytes = b""
    after: bytes = b""
    salt: int = -1
    finish: Callable[[bytes], bytes] = field(default=lambda der: der)

    def with_extension(self, identity: str, critical: bool | None, value: bytes) -> "Draft":
        """Put an extension in place of the one of its kind, or add it."""
        kept = tuple(e for e in self.extensions if e[0] != identity)
        return replace(self, extensions=(*kept, (identity, critical, value)))

    def without(self, identity: str) -> "Draft":
        return replace(self, extensions=tuple(e for e in self.extensions if e[0] != identity))

    def signed(self, signer: Key, digest: hashes.HashAlgorithm | None = None) -> bytes:
        """Return the DER of the certificate, signed by a key."""
        listed = seq(*(_extension(*e) for e in self.extensions))
        wrapped = tlv(0xA3, listed) if self.extensions else b""
        tbs = seq(
            self.version, self.serial, self.inner, self.issuer, seq(self.not_before, self.not_after), self.subject,
            self.spki or key_octets(self.key), self.unique, wrapped, self.after,
        )  # fmt: skip
        digest = digest or hashes.SHA256()
        if isinstance(signer, ec.EllipticCurvePrivateKey):
            signature = signer.sign(tbs, ec.ECDSA(digest))
        elif isinstance(signer, rsa.RSAPrivateKey):
            scheme = padding.PKCS1v15() if self.salt < 0 else padding.PSS(padding.MGF1(digest), self.salt)
            signature = signer.sign(tbs, scheme, digest)
        else:
            signature = signer.sign(tbs)
        return self.finish(seq(tbs, self.outer or self.inner, tlv(0x03, b"\x00", signature)))


def _extension(identity: str, critical: bool | None, value: bytes) -> bytes:
    flag = {True: b"\x01\x01\xff", False: b"", None: b"\x01\x01\x00"}[critical]
    return seq(oid(identity), flag, tlv(0x04, value))


def basic(*, ca: bool, path_length: int | None = None) -> bytes:
    return seq(b"\x01\x01\xff" if ca else b"", integer(path_length) if path_length is not None else b"")


def authority_draft(key: Key, subject: str, issuer: bytes, issuer_key: Key, now: datetime, days: int) -> Draft:
    return Draft(
        key, issuer, common_name(subject), utc(now - timedelta(days=10)), utc(now + timedelta(days=days)),
        (
            (BASIC, True, basic(ca=True)),
            (USAGE, True, bits(5, 6)),
            (SUBJECT_KEY, False, tlv(0x04, key_id(key))),
            (AUTHORITY_KEY, False, seq(tlv(0x80, key_id(issuer_key)))),
        ),
    )  # fmt: skip


def device_draft(key: Key, host: str, issuer: bytes, issuer_key: Key, now: datetime) -> Draft:
    return Draft(
        key, issuer, common_name(host), utc(now - timedelta(days=5)), utc(now + timedelta(days=300)),
        (
            (BASIC, True, seq()),
            (USAGE, True, bits(0)),
            (EXTENDED, False, seq(oid(SERVER_AUTH))),
            (NAMES, False, dns(host)),
            (SUBJECT_KEY, False, tlv(0x04, key_id(key))),
            (AUTHORITY_KEY, False, seq(tlv(0x80, key_id(issuer_key)))),
        ),
    )  # fmt: skip
