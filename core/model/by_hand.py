"""A device that somebody added by hand, and how it is written in the settings; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ByHand:
    """A name or an address, a port, and an address where the name does not resolve ("" for none)."""

    host: str
    port: int
    address: str = ""


def parse_by_hand(text: str) -> ByHand | None:
    """Return "host", "host port" or "host port address" as a device; None where it is none of them."""
    from ipaddress import ip_address  # here: reading settings, which the first paint waits for, seldom needs it

    words = text.split()
    if not 1 <= len(words) <= 3 or len(words[0]) > 253 or not words[0].isprintable():
        return None
    port = words[1] if len(words) > 1 else "443"
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        return None
    try:
        address = str(ip_address(words[2])) if len(words) == 3 else ""
    except ValueError:
        return None
    return ByHand(words[0].lower().rstrip("."), int(port), address)
