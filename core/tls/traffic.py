"""Open what a device encrypts in a TLS 1.3 handshake (RFC 8446 5.2, 7.1): its Certificate message, nothing of ours."""

import hmac
from hashlib import sha256, sha384

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

AES_128_GCM, AES_256_GCM, CHACHA20, AES_128_CCM, AES_128_CCM_8 = range(0x1301, 0x1306)
SUITES = frozenset(range(0x1301, 0x1306))


def _hash_name(suite: int) -> str:
    return "sha384" if suite == AES_256_GCM else "sha256"


def transcript_hash(suite: int, messages: bytes) -> bytes:
    """Return the suite's hash of handshake messages."""
    return (sha384 if suite == AES_256_GCM else sha256)(messages).digest()


def expand_label(suite: int, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """Return HKDF-Expand-Label (RFC 8446 7.1)."""
    full = b"tls13 " + label.encode("ascii")
    info = length.to_bytes(2, "big") + bytes([len(full)]) + full + bytes([len(context)]) + context
    output, block = b"", b""
    for counter in range(1, 3):
        block = hmac.digest(secret, block + info + bytes([counter]), _hash_name(suite))
        output += block
    return output[:length]


class ServerTraffic:
    """The server's handshake keys; `open` takes records in the order they came."""

    def __init__(self, suite: int, secret: bytes) -> None:
        length = 16 if suite in {AES_128_GCM, AES_128_CCM, AES_128_CCM_8} else 32
        key = expand_label(suite, secret, "key", b"", length)
        self._iv = int.from_bytes(expand_label(suite, secret, "iv", b"", 12), "big")
        self._count = 0
        if suite == CHACHA20:
            self._cipher: ChaCha20Poly1305 | AESGCM | AESCCM = ChaCha20Poly1305(key)
        elif suite in {AES_128_CCM, AES_128_CCM_8}:
            self._cipher = AESCCM(key, tag_length=8 if suite == AES_128_CCM_8 else 16)
        else:
            self._cipher = AESGCM(key)

    @classmethod
    def derived(cls, suite: int, shared: bytes, transcript: bytes) -> "ServerTraffic":
        """Return the keys that a shared secret and the transcript up to ServerHello give."""
        size = 48 if suite == AES_256_GCM else 32
        early = hmac.digest(bytes(size), bytes(size), _hash_name(suite))
        salt = expand_label(suite, early, "derived", transcript_hash(suite, b""), size)
        handshake = hmac.digest(salt, shared, _hash_name(suite))
        digest = transcript_hash(suite, transcript)
        return cls(suite, expand_label(suite, handshake, "s hs traffic", digest, size))

    def open(self, record: bytes) -> tuple[int, bytes] | None:
        """Return the true type and content of a record; None where the keys don't open it."""
        nonce = (self._iv ^ self._count).to_bytes(12, "big")
        self._count += 1
        try:
            plain = self._cipher.decrypt(nonce, record[5:], record[:5]).rstrip(b"\x00")
        except (InvalidTag, ValueError):
            return None
        return (plain[-1], plain[:-1]) if plain else None
