"""Mint what each sample device presents, from the sample's own throw-away authorities; keys stay in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from core.app.sample.devices import SampleDevice, Shows
from core.authority import minting, profiles


@dataclass(frozen=True)
class Credentials:
    """A chain (leaf first) and the leaf's key."""

    chain: tuple[x509.Certificate, ...]
    key: minting.Key


class SampleMint:
    """Signs for sample devices with the sample site's issuing CA, or with a foreign one nobody trusts."""

    def __init__(self, issuing: minting.Signer, now: datetime) -> None:
        self._issuing, self._now = issuing, now
        limits = profiles.Limits()
        foreign_root = minting.mint_root("Vendor", limits, now)
        self._foreign = minting.mint_issuing("Vendor", foreign_root, limits, now)

    def credentials(self, device: SampleDevice, address: str) -> Credentials | None:
        """Return what a device presents; None for those without TLS."""
        makers: dict[Shows, Callable[[str, str], Credentials]] = {
            Shows.TRUSTED: lambda host, ip: self._signed(host, ip, days=198),
            Shows.EXPIRES_SOON: lambda host, ip: self._signed(host, ip, days=12),
            Shows.EXPIRED: lambda host, ip: self._signed(host, ip, days=-4),
            Shows.WRONG_NAME: lambda host, ip: self._signed(host.replace("-main", ""), ip, days=198, address=False),
            Shows.FOREIGN_CA: lambda host, ip: self._signed(host, ip, days=300, issuer=self._foreign),
            Shows.LEAF_ONLY: lambda host, ip: self._signed(host, ip, days=57, leaf_only=True),
            Shows.SELF_SIGNED: lambda host, _: self._self_signed(host),
        }
        maker = makers.get(device.shows)
        return maker(f"{device.label}.local", address) if maker else None

    def _signed(
        self,
        host: str,
        ip: str,
        *,
        days: int,
        address: bool = True,
        leaf_only: bool = False,
        issuer: minting.Signer | None = None,
    ) -> Credentials:
        signer, key = issuer or self._issuing, minting.new_key()
        addresses = (profiles.device_address(ip),) if address else ()
        began = self._now - timedelta(days=30)
        end = self._now + timedelta(days=days, hours=1)
        leaf = minting.mint_device((host,), addresses, signer, key, end, began)
        return Credentials((leaf,) if leaf_only else (leaf, signer.certificate), key)

    def _self_signed(self, host: str) -> Credentials:
        key = minting.new_key()
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=400))
            .not_valid_after(self._now + timedelta(days=3285))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        )
        return Credentials((builder.sign(key, hashes.SHA256()),), key)
