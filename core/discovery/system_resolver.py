"""Ask this computer's own resolver for a .local name, and read by what means it resolves such names.

Linux: /etc/nsswitch.conf (nss-mdns: mdns4_minimal, mdns; systemd-resolved: resolve) and resolved's MulticastDNS.
macOS resolves .local itself; Windows does since 10, unless a policy turns multicast off.
"""

import re
import socket
import sys
import threading
import time
from pathlib import Path

from core.model.resolving import ResolverSight

TIMEOUT_S = 6.0
NSSWITCH = Path("/etc/nsswitch.conf")


def ask_system(name: str, timeout_s: float = TIMEOUT_S, stop: threading.Event | None = None) -> ResolverSight:
    """Return what getaddrinfo gives within a time, or until `stop` is set; blocks."""
    found: list[str] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))

    asker = threading.Thread(target=ask, name="resolver", daemon=True)
    asker.start()
    until = time.monotonic() + timeout_s
    while asker.is_alive() and time.monotonic() < until and not (stop is not None and stop.is_set()):
        asker.join(0.05)
    addresses, way = tuple(found), means()
    if addresses:
        return ResolverSight(name, addresses, way, f"This computer resolves {name} to {', '.join(addresses)}.", "")
    if asker.is_alive():
        sentence = f"This computer's own resolver gave no answer for {name} within {timeout_s:.0f} seconds."
    else:
        sentence = f"This computer's own resolver does not know {name}: other programs will not find it by name."
    return ResolverSight(name, (), way, sentence, _mend(way, asker.is_alive()))


def means() -> str:
    """Return by what .local names are resolved here: "nss-mdns", "systemd-resolved", "system", or "" for nothing."""
    if sys.platform in ("win32", "darwin"):
        return "system"
    try:
        text = NSSWITCH.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    line = next((entry for entry in text.splitlines() if re.match(r"\s*hosts\s*:", entry)), "")
    words = line.partition(":")[2].split()
    if any(word.startswith("mdns") for word in words):
        return "nss-mdns"
    return "systemd-resolved" if "resolve" in words else ""


def _mend(way: str, still_waiting: bool) -> str:
    if sys.platform == "win32":
        return (
            "Allow multicast DNS: no policy may turn it off (EnableMulticast), the network must be private,"
            " UDP 5353 open."
        )
    if sys.platform == "darwin":
        return "macOS resolves .local by itself: check the firewall and a VPN that takes all names."
    if way == "nss-mdns":
        slow = " It did not answer in time." if still_waiting else ""
        return f"nss-mdns is set up, so avahi-daemon may not be running: systemctl enable --now avahi-daemon.{slow}"
    if way == "systemd-resolved":
        return (
            "systemd-resolved resolves .local only with MulticastDNS=yes in resolved.conf and"
            " `resolvectl mdns LINK yes`; or install libnss-mdns."
        )
    return (
        "Install nss-mdns: apt install libnss-mdns avahi-daemon (Fedora: nss-mdns); it adds mdns4_minimal to the hosts"
        " line of nsswitch.conf."
    )
