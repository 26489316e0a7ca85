"""Say what a device is from what it offers: kind, maker and model by its service types and TXT; pure."""

from typing import NamedTuple

from core.model.device import Service, TxtValue
from core.model.service_catalogue import CATALOGUE

MAX_WORDS = 64
_MAKER_KEYS = ("manufacturer", "usb_mfg", "vendor", "vn", "mfg", "maker")
_MODEL_KEYS = ("model", "ty", "md", "product", "usb_mdl", "modelid", "mn", "am", "app", "board")


class Description(NamedTuple):
    """What a device is; "" where nothing tells."""

    kind: str
    vendor: str
    model: str


def describe(services: tuple[Service, ...]) -> Description:
    """Return kind, maker and model: the type that says most decides the kind, TXT keys name maker and model."""
    ranked = sorted(services, key=lambda s: -_rank(s.type))
    kind = next((c.kind for s in ranked if (c := CATALOGUE.get(s.type)) is not None and c.kind), "")
    vendor = _first(ranked, _MAKER_KEYS) or next(
        (c.vendor for s in ranked if (c := CATALOGUE.get(s.type)) is not None and c.vendor), ""
    )
    return Description(kind, vendor, _first(ranked, _MODEL_KEYS))


def _rank(service_type: str) -> int:
    known = CATALOGUE.get(service_type)
    return known.rank if known is not None else 0


def _first(services: list[Service], keys: tuple[str, ...]) -> str:
    """Return the first value of the first of these keys that any service has and its type knows."""
    for service in services:
        if not service.txt:
            continue
        known = CATALOGUE.get(service.type)
        values = {key.lower(): value for key, value in service.txt}
        for key in keys:
            if key in values and (known is None or key in known.keys or key in {"manufacturer", "model", "vendor"}):
                words = _words(values[key])
                if words:
                    return words
    return ""


def _words(value: TxtValue) -> str:
    return value.strip().strip("()")[:MAX_WORDS] if isinstance(value, str) else ""
