"""Write ClientHellos that offer all that a device could pick; pure. RFC 8446 4.1.2, RFC 5246 7.4.1.2."""

import os
from dataclasses import dataclass, field, replace
from enum import Enum

from core.tls import key_shares

_SUITES = bytes.fromhex(
    "C02BC02FC02CC030CCA9CCA8C0ACC0AEC0A0C09CC009C013C00AC014C023C027C024C028009C009D002F0035003C003D009E009F00330039"
    "0067006BCCAA003200380040006A00A200A3C008C012000A00160013C007C011000500040041008400450088000900150012000300080006"
    "0014003B00020001C006C010C004C00EC005C00F00FF"
)
_SUITES_13 = bytes.fromhex("13011302130313041305")
_SUITES_WITHOUT_CERTIFICATE = bytes.fromhex(
    "0034003A006C006D00A600A70018001BC015C016C017C018C019008A008B008C008D0090009100A800A900AE00AFC035C036C037CCAB"
)
_GROUPS = bytes.fromhex("001D001700180019001E001A001B001C00160015001301000101")
_GROUPS_13 = bytes.fromhex("001D001700180019001E0100")
_SIGNATURES = bytes.fromhex(
    "040308040401050308050501060308060601080708080809080A080B081A081B081C0904090509060203020102020301030304020101"
)


class Offer(Enum):
    """What a hello offers."""

    TLS13 = "hello 1.3"
    TLS12 = "hello 1.2"
    BARE = "bare hello"
    ANONYMOUS = "hello without certificates"


@dataclass(frozen=True)
class ClientHello:
    """One hello; `retry` makes the second one that a HelloRetryRequest asks for, with the same random."""

    offer: Offer
    server_name: bytes | None
    shares: tuple[key_shares.KeyShare, ...] = ()
    cookie: bytes = b""
    random: bytes = field(default_factory=lambda: os.urandom(32))
    session: bytes = field(default_factory=lambda: os.urandom(32))

    @staticmethod
    def of(offer: Offer, server_name: bytes | None) -> "ClientHello":
        """Return a fresh hello."""
        shares = tuple(map(key_shares.make, key_shares.OFFERED)) if offer is Offer.TLS13 else ()
        return ClientHello(offer, server_name, shares)

    def retry(self, group: int | None, cookie: bytes) -> "ClientHello":
        """Return the second hello, with one share of the group that the device wants; None: the same shares.

        Raises: ValueError for a group that cannot be computed here.
        """
        shares = self.shares if group is None else (key_shares.make(group),)
        return replace(self, shares=shares, cookie=cookie)

    @property
    def message(self) -> bytes:
        """Return the handshake message."""
        thirteen, bare = self.offer is Offer.TLS13, self.offer is Offer.BARE
        suites = {
            Offer.TLS13: _SUITES_13 + _SUITES, Offer.ANONYMOUS: _SUITES_WITHOUT_CERTIFICATE + b"\x00\xff",
        }.get(self.offer, _SUITES)  # fmt: skip
        body = b"\x03\x01" if bare else b"\x03\x03"
        body += self.random + (_sized(self.session, 1) if thirteen else b"\x00") + _sized(suites, 2) + b"\x01\x00"
        if not bare:
            body += _sized(self._extensions(thirteen=thirteen), 2)
        return b"\x01" + _sized(body, 3)

    def record(self, *, second: bool = False) -> bytes:
        """Return the message in a record."""
        return b"\x16\x03" + (b"\x03" if second else b"\x01") + _sized(self.message, 2)

    def _extensions(self, *, thirteen: bool) -> bytes:
        found = b""
        if self.server_name:
            found += _extension(0, _sized(b"\x00" + _sized(self.server_name, 2), 2))
        found += _extension(10, _sized(_GROUPS_13 if thirteen else _GROUPS, 2)) + _extension(11, b"\x01\x00")
        found += _extension(13, _sized(_SIGNATURES, 2)) + _extension(23, b"") + _extension(0xFF01, b"\x00")
        if thirteen:
            found += _extension(43, _sized(bytes.fromhex("0304030303020301"), 1)) + _extension(45, b"\x01\x01")
            shares = b"".join(share.group.to_bytes(2, "big") + _sized(share.public, 2) for share in self.shares)
            found += _extension(51, _sized(shares, 2))
            if self.cookie:
                found += _extension(44, _sized(self.cookie, 2))
        return found


def _sized(content: bytes, octets: int) -> bytes:
    return len(content).to_bytes(octets, "big") + content


def _extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _sized(content, 2)
