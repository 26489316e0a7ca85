"""A device as JSON and back; pure."""

import base64
import json
from datetime import datetime

from core.model.device import Address, Device, Presence, Service
from core.model.txt import parse_txt


def written(device: Device) -> str:
    """Return a device as JSON; times and presence stand elsewhere."""
    return json.dumps(
        {
            "host": device.host, "name": device.name, "network": device.network, "kind": device.kind,
            "vendor": device.vendor, "model": device.model, "mac": device.mac, "through": device.through,
            "addresses": [[a.address, a.interface] for a in device.addresses],
            "services": [
                [s.type, s.instance, s.port, base64.b64encode(s.txt_octets).decode("ascii"), list(s.subtypes)]
                for s in device.services
            ],
        }, ensure_ascii=True, separators=(",", ":"),
    )  # fmt: skip


def read(facts: str, first_seen: datetime, last_seen: datetime) -> Device:
    """Return the device that was written, offline.

    Raises: ValueError, KeyError or TypeError for what nobody wrote.
    """
    values = json.loads(facts)
    services = []
    for kind, instance, port, txt, subtypes in values["services"]:
        octets = base64.b64decode(txt)
        services.append(
            Service(str(kind), str(instance), int(port), parse_txt(octets), octets, tuple(map(str, subtypes)))
        )
    texts = {
        name: str(values[name]) for name in ("host", "name", "network", "kind", "vendor", "model", "mac", "through")
    }
    addresses = tuple(Address(str(address), str(interface)) for address, interface in values["addresses"])
    return Device(
        addresses=addresses, services=tuple(services), online=False, first_seen=first_seen, last_seen=last_seen,
        presence=Presence.GONE, **texts,
    )  # fmt: skip
