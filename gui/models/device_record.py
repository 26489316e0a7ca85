"""A device as its row shows it: display strings and sort keys, made once for each change."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from core.events import ChainJudged
from core.model.device import Device
from core.model.text import display
from gui.i18n import left_text, tr
from gui.models.verdict_summary import State, summarize
from gui.theme.tokens import Tone

_ICONS = (
    ("cam", "cctv"), ("door", "lock"), ("lock", "lock"), ("print", "printer"), ("label", "printer"),
    ("therm", "thermometer"), ("sensor", "thermometer"), ("temp", "thermometer"), ("hvac", "fan"), ("fan", "fan"),
    ("boiler", "gauge"), ("meter", "circuit-board"), ("plc", "circuit-board"), ("plug", "plug"), ("switch", "plug"),
    ("nas", "hard-drive"), ("storage", "hard-drive"), ("record", "server"), ("router", "router"),
    ("gateway", "router"), ("wall", "monitor"), ("tv", "monitor"), ("display", "monitor"), ("speaker", "speaker"),
    ("tannoy", "speaker"), ("light", "lightbulb"), ("lamp", "lightbulb"), ("scale", "scale"), ("esp", "cpu"),
    ("dev", "cpu"),
)  # fmt: skip
_KIND_ICONS = {
    "printer": "printer", "camera": "cctv", "computer": "laptop", "storage": "hard-drive", "router": "router",
    "speaker": "speaker", "screen": "monitor", "controller": "circuit-board", "sensor": "thermometer",
    "instrument": "gauge", "broker": "server", "home": "plug", "machine": "cpu", "media": "radio", "phone": "monitor",
}  # fmt: skip
_TYPE_ICONS = {"_ipp._tcp": "printer", "_ipps._tcp": "printer", "_rtsp._tcp": "cctv", "_workstation._tcp": "laptop"}


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """Everything a row, the search and the sorting need; all text is fit to show. `host` is the device's id."""

    host: str
    device: Device
    judged: ChainJudged | None
    state: State
    icon: str
    name: str
    shown_host: str
    address: str
    more_addresses: str
    services: str
    ports: str
    certificate: str
    certificate_tone: Tone
    certificate_by: str
    last_seen: datetime
    haystack: str
    address_key: tuple[int, int]
    expiry_key: float


def make_record(device: Device, judged: ChainJudged | None, *, checking: bool, now: datetime) -> DeviceRecord:
    """Return the record of a device; network text is made safe here and nowhere else."""
    state = summarize(device, judged, checking=checking)
    name, host = display(device.name, 80), display(device.host, 120)
    addresses = sorted((a.address for a in device.addresses), key=_address_key)
    kinds = list(dict.fromkeys(_kind(s.type) for s in device.services))
    ports = list(dict.fromkeys(str(s.port) for s in device.services))
    leaf = judged.presented.chain[0] if judged and judged.presented.chain else None
    if leaf is None:
        certificate, by, tone = tr("No certificate"), state.label if state.key == "no-tls" else "", Tone.MUTE
    else:
        certificate = left_text(leaf.not_after, now)
        by = tr("Issued by itself") if leaf.self_issued else display(_root_name(judged) or leaf.issuer_common_name, 60)
        tones = {"expired": Tone.BAD, "not-yet-valid": Tone.BAD, "expires-soon": Tone.WARN}
        tone = tones.get(state.key, Tone.MUTE)
    about = (display(device.vendor, 60), display(device.model, 60), device.kind, device.mac)
    texts = (name, host, *addresses, *kinds, *ports, state.label, certificate, by, *about)
    return DeviceRecord(
        host=device.id, device=device, judged=judged, state=state, icon=_icon(device, name), name=name,
        shown_host=host, address=addresses[0] if addresses else "–", more_addresses=_more(addresses),
        services=display(", ".join(kinds), 80), ports=", ".join(ports[:6]), certificate=certificate,
        certificate_tone=tone, certificate_by=by, last_seen=device.last_seen,
        haystack="\t".join(texts).lower(), address_key=_address_key(addresses[0]) if addresses else (9, 0),
        expiry_key=leaf.not_after.timestamp() if leaf and leaf.not_after else float("inf"),
    )  # fmt: skip


def _root_name(judged: ChainJudged | None) -> str:
    """Return the common name at the end of the judged path, where the reasons or the chain name it."""
    if judged is None or not judged.presented.chain:
        return ""
    return judged.presented.chain[-1].issuer_common_name


def _address_key(text: str) -> tuple[int, int]:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return (9, 0)
    return address.version, int(address)


def _more(addresses: list[str]) -> str:
    if len(addresses) == 2:
        return addresses[1]
    return tr("%1 more addresses").replace("%1", str(len(addresses) - 1)) if len(addresses) > 2 else ""


def _kind(service_type: str) -> str:
    return display(service_type.partition(".")[0].removeprefix("_"), 24)


def _icon(device: Device, name: str) -> str:
    text = f"{name} {device.host}".lower()
    for word, icon in _ICONS:
        if word in text:
            return icon
    if device.kind in _KIND_ICONS:
        return _KIND_ICONS[device.kind]
    return next((_TYPE_ICONS[s.type] for s in device.services if s.type in _TYPE_ICONS), "box")
