"""Certificates that live for a day, for a proof or a hand-over; their keys stay in memory and on no record."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from core.authority import minting, profiles
from core.clock import Clock

LIFE = timedelta(hours=24)
NAME = "dotlocal-trust-check.local"


@dataclass(frozen=True)
class BriefIssuer:
    """The opened issuing CA, for as long as this object lives."""

    signer: minting.Signer
    root: bytes
    limits: profiles.Limits
    clock: Clock

    def mint(self, address: str) -> tuple[tuple[bytes, ...], ec.EllipticCurvePrivateKey]:
        """Return a chain, leaf first, for one address of this computer, and its key.

        Raises: BadAddress, OutsideLimits.
        """
        checked = profiles.device_address(address)
        self.limits.check((NAME,), (checked,))
        key = minting.new_key()
        now = self.clock()
        end = min(now + LIFE, self.signer.certificate.not_valid_after_utc)
        leaf = minting.mint_device((NAME,), (checked,), self.signer, key, end, now)
        return tuple(c.public_bytes(Encoding.DER) for c in (leaf, self.signer.certificate)), key

    def sign(self, content: bytes) -> bytes:
        """Return content signed by the issuing CA, as CMS with the content inside (RFC 5652), DER."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self.signer.certificate, self.signer.key, SHA256())
        return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
