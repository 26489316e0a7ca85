"""What kind of key a certificate holds, and whether a key made a signature; pure."""

import warnings
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from core.tls import der
from core.tls.der import BadDer

RSA, RSA_PSS, EC, DSA, ED25519, ED448 = (
    "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1", "1.2.840.10040.4.1", "1.3.101.112",
    "1.3.101.113",
)  # fmt: skip
_CURVES = {
    "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521", "1.3.132.0.33": "P-224",
    "1.2.840.10045.3.1.1": "P-192", "1.3.132.0.10": "secp256k1", "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1", "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}  # fmt: skip
_HASHES: dict[str, hashes.HashAlgorithm] = {  # weak ones too: devices show them
    "MD5": hashes.MD5(), "SHA-1": hashes.SHA1(), "SHA-224": hashes.SHA224(), "SHA-256": hashes.SHA256(),  # noqa: S303
    "SHA-384": hashes.SHA384(), "SHA-512": hashes.SHA512(),
}  # fmt: skip
_HASH_OIDS = {
    "1.3.14.3.2.26": "SHA-1", "2.16.840.1.101.3.4.2.4": "SHA-224", "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512",
}  # fmt: skip
_SIGNATURES = {
    "1.2.840.113549.1.1.2": (RSA, "MD2"), "1.2.840.113549.1.1.3": (RSA, "MD4"), "1.2.840.113549.1.1.4": (RSA, "MD5"),
    "1.2.840.113549.1.1.5": (RSA, "SHA-1"), "1.3.14.3.2.29": (RSA, "SHA-1"),
    "1.2.840.113549.1.1.14": (RSA, "SHA-224"), "1.2.840.113549.1.1.11": (RSA, "SHA-256"),
    "1.2.840.113549.1.1.12": (RSA, "SHA-384"), "1.2.840.113549.1.1.13": (RSA, "SHA-512"),
    "1.2.840.10045.4.1": (EC, "SHA-1"), "1.2.840.10045.4.3.1": (EC, "SHA-224"), "1.2.840.10045.4.3.2": (EC, "SHA-256"),
    "1.2.840.10045.4.3.3": (EC, "SHA-384"), "1.2.840.10045.4.3.4": (EC, "SHA-512"),
    "1.2.840.10040.4.3": (DSA, "SHA-1"), "2.16.840.1.101.3.4.3.1": (DSA, "SHA-224"),
    "2.16.840.1.101.3.4.3.2": (DSA, "SHA-256"), ED25519: (ED25519, ""), ED448: (ED448, ""),
}  # fmt: skip
MOST_SALT = 1024
_KINDS = {RSA: "RSA", RSA_PSS: "RSA-PSS", EC: "ECDSA", DSA: "DSA", ED25519: "Ed25519", ED448: "Ed448"}


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A public key: `kind` is "RSA", "ECDSA", … or "" for one that we don't know; `curve` is "" unless ECDSA.

    `problem` says why the key could not be read; then nothing it signed can be checked.
    """

    kind: str
    oid: str
    bits: int = 0
    curve: str = ""
    problem: str = ""
    compressed: bool = False

    @property
    def text(self) -> str:
        """Return the key as people name it: "ECDSA P-256", "RSA 2048", "unreadable"."""
        if not self.kind:
            return f"unknown ({self.oid})" if self.oid else "unreadable"
        return " ".join(part for part in (self.kind, self.curve or (str(self.bits) if self.bits else "")) if part)


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """A signature algorithm: the kind of key that makes it and its hash; both "" where it is unknown."""

    oid: str
    key: str
    hash: str
    salt: int = 0
    odd: bool = False

    @property
    def text(self) -> str:
        """Return the algorithm as people name it."""
        if not self.key:
            return f"unknown ({self.oid})"
        return " ".join(part for part in (_KINDS[self.key], self.hash) if part)


def key_facts(spki: bytes) -> KeyFacts:
    """Return the facts of a SubjectPublicKeyInfo; never raises."""
    try:
        algorithm, key = der.sequence(spki)
        parts = der.children(algorithm.content)
        kind = der.oid(parts[0])
        octets, _ = der.bits(key)
    except (BadDer, ValueError, IndexError):
        return KeyFacts("", "", problem="its fields cannot be read")
    known = _KINDS.get(kind, "")
    try:
        bits, curve = _size(kind, parts, octets)
    except (BadDer, ValueError, IndexError):
        return KeyFacts(known, kind, problem="its numbers cannot be read")
    problem = "" if public_key(spki) is not None else "its kind is not supported here"
    return KeyFacts(known, kind, bits, curve, problem, compressed=kind == EC and octets[:1] != b"\x04")


def _size(kind: str, parts: list[der.Element], octets: bytes) -> tuple[int, str]:
    if kind in {RSA, RSA_PSS}:
        return der.integer(der.sequence(octets)[0]).bit_length(), ""
    if kind == DSA:
        return der.integer(der.children(parts[1].content)[0]).bit_length(), ""
    if kind == EC:
        if parts[1].tag != der.OID:
            return 0, "explicit curve"
        named = der.oid(parts[1])
        return 0, _CURVES.get(named, named)
    return 0, ""


@lru_cache(maxsize=512)
def public_key(spki: bytes) -> object | None:
    """Return the key for checking signatures, or None where this library cannot load it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # short keys are facts to tell, not warnings of ours
        try:
            return load_der_public_key(spki)
        except (ValueError, UnsupportedAlgorithm, TypeError):
            return None


def signature_facts(algorithm: bytes) -> SignatureFacts:
    """Return the facts of an AlgorithmIdentifier; never raises."""
    try:
        parts = der.sequence(algorithm)
        oid = der.oid(parts[0])
    except (BadDer, IndexError):
        return SignatureFacts("", "", "")
    if oid == RSA_PSS:
        return _pss(oid, parts)
    key, digest = _SIGNATURES.get(oid, ("", ""))
    present = len(parts) > 1
    odd = present if key in {EC, ED25519, ED448, DSA} else present and parts[1].whole != b"\x05\x00"
    return SignatureFacts(oid, key, digest, odd=odd or (key == RSA and not present))


def _pss(oid: str, parts: list[der.Element]) -> SignatureFacts:
    digest, salt = "SHA-1", 20
    try:
        for field in der.children(der.expect(parts[1], der.SEQUENCE).content):
            if field.tag == 0xA0:
                digest = _HASH_OIDS.get(der.oid(der.sequence(field.content)[0]), "")
            elif field.tag == 0xA2:
                salt = der.integer(der.only(field.content, der.INTEGER))
    except (BadDer, IndexError):
        return SignatureFacts(oid, "", "")
    known = bool(digest) and 0 <= salt <= MOST_SALT
    odd = known and salt != _HASHES[digest].digest_size
    return SignatureFacts(oid, RSA if known else "", digest, salt if known else 0, odd=odd)


def made_with(spki: bytes, algorithm_oid: str, signed: bytes, signature: bytes) -> bool | None:
    """Say whether this key made the signature by an algorithm that is known by its identifier alone."""
    key, digest = _SIGNATURES.get(algorithm_oid, ("", ""))
    return _made(spki, SignatureFacts(algorithm_oid, key, digest), signed, signature)


def made_by(spki: bytes, algorithm: bytes, signed: bytes, signature: bytes) -> bool | None:
    """Say whether this key made the signature, whatever the hash; None where key or algorithm cannot be computed."""
    return _made(spki, signature_facts(algorithm), signed, signature)


def _made(spki: bytes, facts: SignatureFacts, signed: bytes, signature: bytes) -> bool | None:
    key = public_key(spki)
    if key is None or not facts.key or facts.hash in {"MD2", "MD4"}:
        return None
    try:
        if isinstance(key, rsa.RSAPublicKey) and facts.key == RSA:
            digest = _HASHES[facts.hash]
            pss = facts.oid == RSA_PSS
            scheme = padding.PSS(padding.MGF1(digest), facts.salt) if pss else padding.PKCS1v15()
            key.verify(signature, signed, scheme, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and facts.key == EC:
            key.verify(signature, signed, ec.ECDSA(_HASHES[facts.hash]))
        elif isinstance(key, dsa.DSAPublicKey) and facts.key == DSA:
            key.verify(signature, signed, _HASHES[facts.hash])
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and facts.key in {ED25519, ED448}:
            key.verify(signature, signed)
        else:
            return False
    except InvalidSignature:
        return False
    except (ValueError, OverflowError, UnsupportedAlgorithm):
        return None
    return True
