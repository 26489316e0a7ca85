"""The columns of the device table: heading, width, sort key and spoken text of each. Pure values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gui.i18n import date_text, tr
from gui.models.device_record import DeviceRecord

DEVICE, TRUST, ADDRESS, SERVICES, CERTIFICATE, SEEN, MADE, INTERFACE, FIRST_SEEN, FINGERPRINT = range(10)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `share` is its part of the width, `least` what it never goes below; `key` sorts, ties by host."""

    heading: str
    share: int
    least: int
    key: Callable[[DeviceRecord], Any]
    text: Callable[[DeviceRecord], str]
    shown: bool = True


COLUMNS = (
    Column("Device", 214, 168, lambda r: (r.name.lower(), r.host), lambda r: f"{r.name}, {r.shown_host}"),
    Column("Trust", 130, 150, lambda r: (r.state.rank, r.name.lower(), r.host), lambda r: r.state.label),
    Column(
        "Address", 140, 124, lambda r: (r.address_key, r.host),
        lambda r: ", ".join(t for t in (r.address, r.more_addresses) if t),
    ),
    Column("Services", 150, 70, lambda r: (r.services, r.name.lower(), r.host), lambda r: f"{r.services} ({r.ports})"),
    Column(
        "Certificate", 140, 120, lambda r: (r.expiry_key, r.name.lower(), r.host),
        lambda r: ", ".join(t for t in (r.certificate, r.certificate_by) if t),
    ),
    Column("Seen", 60, 82, lambda r: (-r.last_seen.timestamp(), r.host), lambda r: ""),
    Column("Maker, model", 150, 90, lambda r: (r.made.lower(), r.host), lambda r: r.made, shown=False),
    Column("Interface", 90, 70, lambda r: (r.interfaces, r.host), lambda r: ", ".join(r.interfaces), shown=False),
    Column("First seen", 90, 80, lambda r: (-r.first_seen.timestamp(), r.host), lambda r: date_text(r.first_seen),
           shown=False),
    Column("Fingerprint", 180, 110, lambda r: (r.fingerprint, r.host), lambda r: r.fingerprint, shown=False),
)  # fmt: skip

GROUPINGS: dict[str, tuple[str, Callable[[DeviceRecord], str]]] = {
    "type": ("Service type", lambda r: r.types[0] if r.types else tr("no service")),
    "interface": ("Interface", lambda r: r.interfaces[0] if r.interfaces else tr("not known")),
    "issuer": ("Issuer", lambda r: r.certificate_by or tr("no certificate seen")),
}
"""What rows can be grouped by, beside not at all; a device stands in one group: that of its first type or interface."""
