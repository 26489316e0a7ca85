"""Check what a source says of settings and turn it into values; whatever is wrong is named with its place and field."""

from collections.abc import Mapping
from ipaddress import ip_address

from core.errors import StateCorrupt
from core.model.by_hand import parse_by_hand
from core.settings.tree import CHOICES, DEFAULTS, SECTIONS, Value, names, value_of

LARGEST = 1_000_000.0
_KINDS: Mapping[type, str] = {
    bool: "true or false",
    str: "a text",
    float: "a number",
    tuple: 'a list of texts, such as ["10.0.0.1"]',
}
_POSITIVE = ("network.probe_timeout_s", "network.probes_per_second", "network.probes_per_subnet")


def checked(place: str, tree: Mapping[str, object], *, strict: bool = True) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Return the values that a source gives, by "section.name", and the names in it that are no settings.

    Where `strict`, as for a person's own file, an unknown name is refused; an administrator's source may be for a newer
    version.

    Raises: StateCorrupt.
    """
    values: dict[str, Value] = {}
    unknown: list[str] = []
    known = frozenset(names())
    for section, given in tree.items():
        if section not in SECTIONS:
            unknown.append(f"[{section}]")
            continue
        if not isinstance(given, Mapping):
            raise StateCorrupt(f"{place}: [{section}] is not a section", file=place, field=section)
        for item, value in given.items():
            name = f"{section}.{item}"
            if name not in known:
                unknown.append(name)
                continue
            values[name] = _checked_value(place, name, value)
    if strict and unknown:
        what = f"unknown section {unknown[0]}" if unknown[0].startswith("[") else f"unknown setting {unknown[0]}"
        raise StateCorrupt(f"{place}: {what}", file=place, field=unknown[0].strip("[]"))
    return values, tuple(unknown)


def _checked_value(place: str, name: str, value: object) -> Value:
    """Return one value in its type.

    Raises: StateCorrupt.
    """
    expected = type(value_of(DEFAULTS, name))
    if expected is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
        value = tuple(value)
    if expected is float and type(value) is int and abs(value) <= LARGEST:
        value = float(value)
    if type(value) is not expected or not isinstance(value, str | bool | float | tuple):
        raise StateCorrupt(f"{place}: {name} is not {_KINDS[expected]}", file=place, field=name)
    wrong, hint = _nonsense(name, value)
    if wrong:
        raise StateCorrupt(f"{place}: {name}{wrong}", file=place, field=name, hint=hint)
    return value


def _nonsense(name: str, value: Value) -> tuple[str, str | None]:
    """Say why a value of the right type cannot be meant, and what to write; "" where it can."""
    if name in _POSITIVE and not (isinstance(value, float) and 0 < value <= LARGEST):
        return f" is not between 0 and {LARGEST:.0f}", None
    if name in CHOICES and value not in CHOICES[name]:
        return f" is none of {', '.join(CHOICES[name])}", None
    if name == "network.dns_servers" and isinstance(value, tuple):
        return next((wrong for wrong in map(_wrong_server, value) if wrong), ""), None
    if name == "network.devices" and isinstance(value, tuple):
        for text in value:
            if parse_by_hand(text) is None:
                return f": {text!r} is not a device", 'Write "plc01.local 443" or "plc01.local 443 10.0.0.5".'
    return "", None


def _wrong_server(server: str) -> str:
    address, _, port = server.partition("#")
    try:
        ip_address(address)
    except ValueError:
        return f": {server!r} is no address"
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        return f": {server!r} has no port after the #"
    return ""
