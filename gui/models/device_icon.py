"""Choose the picture of a device: by what it says it is, then by words in its name; pure."""

from core.model.device import Device

_KIND_ICONS = {
    "printer": "printer", "camera": "cctv", "computer": "laptop", "storage": "hard-drive", "router": "router",
    "speaker": "speaker", "screen": "monitor", "controller": "circuit-board", "sensor": "thermometer",
    "instrument": "gauge", "broker": "server", "home": "plug", "machine": "cpu", "media": "radio", "phone": "monitor",
}  # fmt: skip
_WORDS = (
    ("cam", "cctv"), ("door", "lock"), ("lock", "lock"), ("print", "printer"), ("label", "printer"),
    ("therm", "thermometer"), ("sensor", "thermometer"), ("temp", "thermometer"), ("hvac", "fan"), ("fan", "fan"),
    ("boiler", "gauge"), ("meter", "circuit-board"), ("plc", "circuit-board"), ("plug", "plug"), ("switch", "plug"),
    ("nas", "hard-drive"), ("storage", "hard-drive"), ("record", "server"), ("router", "router"),
    ("gateway", "router"), ("wall", "monitor"), ("tv", "monitor"), ("display", "monitor"), ("speaker", "speaker"),
    ("tannoy", "speaker"), ("light", "lightbulb"), ("lamp", "lightbulb"), ("scale", "scale"), ("esp", "cpu"),
)  # fmt: skip
_TYPES = {"_ipp._tcp": "printer", "_ipps._tcp": "printer", "_rtsp._tcp": "cctv", "_workstation._tcp": "laptop"}
_VAGUE = {"machine", "home", "computer", ""}


def icon_of(device: Device, name: str) -> str:
    """Return an icon's name. A clear kind counts first; a vague one (a board, a computer) after the name's words."""
    if device.kind not in _VAGUE and device.kind in _KIND_ICONS:
        return _KIND_ICONS[device.kind]
    text = f"{name} {device.host}".lower()
    for word, icon in _WORDS:
        if word in text:
            return icon
    if device.kind in _KIND_ICONS:
        return _KIND_ICONS[device.kind]
    return next((_TYPES[s.type] for s in device.services if s.type in _TYPES), "cpu")
