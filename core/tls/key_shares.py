"""Key shares for TLS 1.3 (RFC 8446 4.2.8): made, and joined with the device's; only to read its Certificate message."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

X25519, P256, P384, P521, X448, FFDHE2048 = 0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x0100
OFFERED = (X25519, P256)
_CURVES: dict[int, ec.EllipticCurve] = {P256: ec.SECP256R1(), P384: ec.SECP384R1(), P521: ec.SECP521R1()}


@dataclass(frozen=True)
class KeyShare:
    """One share: `join` takes the device's public key and returns the shared secret, or raises ValueError."""

    group: int
    public: bytes
    join: Callable[[bytes], bytes]


def make(group: int) -> KeyShare:
    """Return a fresh share of a group.

    Raises: ValueError for a group that cannot be computed here.
    """
    if group == X25519:
        own = x25519.X25519PrivateKey.generate()
        return KeyShare(
            group, own.public_key().public_bytes_raw(),
            lambda theirs: own.exchange(x25519.X25519PublicKey.from_public_bytes(theirs)),
        )  # fmt: skip
    if group == X448:
        mine = x448.X448PrivateKey.generate()
        return KeyShare(
            group, mine.public_key().public_bytes_raw(),
            lambda theirs: mine.exchange(x448.X448PublicKey.from_public_bytes(theirs)),
        )  # fmt: skip
    if group in _CURVES:
        return _on_curve(group, _CURVES[group])
    if group == FFDHE2048:
        return _finite_field()
    raise ValueError(f"group {group:#06x} cannot be computed here")


def _on_curve(group: int, curve: ec.EllipticCurve) -> KeyShare:
    own = ec.generate_private_key(curve)
    public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def join(theirs: bytes) -> bytes:
        return own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(curve, theirs))

    return KeyShare(group, public, join)


def _finite_field() -> KeyShare:
    prime, exponent = ffdhe2048_prime(), secrets.randbits(512)

    def join(theirs: bytes) -> bytes:
        value = int.from_bytes(theirs, "big")
        if not 1 < value < prime - 1:
            raise ValueError("the device's share is none")
        return pow(value, exponent, prime).to_bytes(256, "big")

    return KeyShare(FFDHE2048, pow(2, exponent, prime).to_bytes(256, "big"), join)


@lru_cache(maxsize=1)
def ffdhe2048_prime() -> int:
    """Return the prime of RFC 7919 A.1: 2^2048 - 2^1984 + (floor(2^1918 e) + 560316) 2^64 - 1."""
    guard = 64
    term = total = 1 << (1918 + guard)
    divisor = 1
    while term:
        term //= divisor
        total += term
        divisor += 1
    return 2**2048 - 2**1984 + ((total >> guard) + 560316) * 2**64 - 1
