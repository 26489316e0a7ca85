"""What the authority's certificates say and what they may cover: the one table of limits and lifetimes; pure."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import BadAddress, BadName, OutsideLimits

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

ROOT_DAYS, ISSUING_DAYS, DEVICE_DAYS, DEVICE_MAX_DAYS = 3650, 1825, 397, 825
BACKDATED = timedelta(days=1)
"""Certificates begin a day early: the clocks of devices are wrong."""

PERMITTED_NAMES = ("local",)
# RFC 1918, 3927, 4193, 4291: private, link-local and loopback addresses. Without an IP list every address would pass.
PERMITTED_NETWORKS = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """The names and networks that the root and the issuing CA are limited to."""

    names: tuple[str, ...] = PERMITTED_NAMES
    networks: tuple[Network, ...] = tuple(ipaddress.ip_network(text) for text in PERMITTED_NETWORKS)

    def with_networks(self, more: tuple[str, ...]) -> "Limits":
        """Return limits that permit further networks.

        Raises: BadAddress, naming the text that is no network.
        """
        added = []
        for text in more:
            try:
                added.append(ipaddress.ip_network(text))
            except ValueError as error:
                raise BadAddress(f"{text!r} is not a network: {error}.", hint="Write it like 100.64.0.0/10.") from error
        return Limits(self.names, tuple(dict.fromkeys((*self.networks, *added))))

    def check(self, names: tuple[str, ...], addresses: tuple[IpAddress, ...]) -> None:
        """Refuse what the constraints would make every client refuse later.

        Raises: OutsideLimits, naming the value.
        """
        permitted = ", ".join(f".{name}" for name in self.names)
        for name in names:
            if not any(name.endswith(f".{tree}") for tree in self.names):
                raise OutsideLimits(
                    f"This authority may not issue for {name!r}: it is limited to names under {permitted}.",
                    hint="Browsers would refuse the certificate. Use the device's .local name.", value=name,
                )  # fmt: skip
        for address in addresses:
            if not any(address.version == n.version and address in n for n in self.networks):
                raise OutsideLimits(
                    f"This authority may not issue for {address}: it is outside its private address ranges.",
                    hint="A new root can permit more ranges: dotlocal ca create --permit-ip CIDR.", value=str(address),
                )  # fmt: skip


def device_name(text: str) -> str:
    """Return a device's full host name in lower case; a bare label gets `.local`.

    Raises: BadName for what no browser can visit.
    """
    name = text.strip().rstrip(".").lower()
    if name and "." not in name:
        name += ".local"
    labels = name.split(".")
    if not name or len(name) > 253 or not name.isascii():
        raise BadName(f"{text!r} is not a host name.", hint="Use letters, digits and hyphens, like dev01.local.")
    for position, label in enumerate(labels):
        if label == "*" and position == 0 and len(labels) > 2:
            continue
        if not _is_label(label):
            raise BadName(
                f"{text!r} is not a host name: the part {label!r} is not usable.",
                hint="Each part has 1 to 63 letters, digits, hyphens or underscores.",
            )
    return name


def _is_label(label: str) -> bool:
    allowed = all(c.isalnum() or c in "-_" for c in label)
    return 0 < len(label) <= 63 and allowed and not label.startswith("-") and not label.endswith("-")


def device_address(text: str) -> IpAddress:
    """Return an IP address as a value.

    Raises: BadAddress, also for an address with a scope: a certificate cannot hold one.
    """
    try:
        return ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError as error:
        raise BadAddress(f"{text!r} is not an IP address.", hint="Write it like 192.168.20.14 or fd12::6.") from error


def device_end(now: datetime, days: int, issuer_end: datetime) -> datetime:
    """Return the end of a device certificate, `days` after its backdated begin, never after its issuer's.

    Raises: OutsideLimits beyond 825 days, which Apple devices refuse.
    """
    if not 1 <= days <= DEVICE_MAX_DAYS:
        raise OutsideLimits(
            f"A device certificate can be valid for 1 to {DEVICE_MAX_DAYS} days, not {days}.",
            hint="iPhones and Macs refuse more than 825 days.", value=str(days),
        )  # fmt: skip
    return min(now - BACKDATED + timedelta(days=days), issuer_end)
