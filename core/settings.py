"""The settings tree: frozen, with defaults, read from `settings.toml` in the state folder."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from core.errors import StateCorrupt
from core.model.by_hand import parse_by_hand


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Which interfaces to listen on (names or addresses; empty: all that can multicast) and whom to connect to.

    `probe_services` is "tls" (services that are known to speak TLS) or "all" (every TCP service). Hosts in
    `never_probe` and devices that are seen on the interfaces in `never_probe_on` alone are left in peace. Rates are
    new connections a second, in all and for one subnet.

    `browse_domains` are asked for services by unicast DNS; without any, the resolver's search domains are, unless
    `browse_search_domains` is off. `dns_servers` replaces the system's ("10.0.0.1" or "10.0.0.1#5300"). `devices` are
    added by hand, "host port" or "host port address" each.
    """

    interfaces: tuple[str, ...] = ()
    probe: bool = True
    probe_services: str = "tls"
    never_probe: tuple[str, ...] = ()
    never_probe_on: tuple[str, ...] = ()
    probe_timeout_s: float = 6.0
    probes_per_second: float = 40.0
    probes_per_subnet: float = 20.0
    browse_domains: tuple[str, ...] = ()
    browse_search_domains: bool = True
    dns_servers: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppearanceSettings:
    """How the window looks. `theme` is "system", "light", "dark" or "contrast"; `density` "comfortable" or "compact".

    `language` is "system", "en" or "de". With `tray` an icon stays when the window is closed.
    """

    theme: str = "system"
    density: str = "comfortable"
    language: str = "system"
    system_font: bool = False
    tray: bool = False


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What else is told: devices that are new, and whether the desktop shows what is told while the window is away."""

    new_devices: bool = False
    desktop: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; every value has a default, so an absent file is a valid one."""

    network: NetworkSettings = field(default_factory=NetworkSettings)
    appearance: AppearanceSettings = field(default_factory=AppearanceSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)


FILE_NAME = "settings.toml"
LARGEST = 1_000_000.0
S = TypeVar("S", NetworkSettings, AppearanceSettings, AlertSettings)
CHOICES = {
    "theme": ("system", "light", "dark", "contrast"),
    "density": ("comfortable", "compact"),
    "language": ("system", "en", "de"),
}


def load(folder: Path) -> Settings:
    """Read the settings of a state folder.

    Raises: StateCorrupt, naming the file and the field or line.
    """
    file = folder / FILE_NAME
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StateCorrupt(f"{file}: {error}", file=str(file)) from error
    for name in tree.keys() - {"network", "appearance", "alerts"}:
        raise StateCorrupt(f"{file}: unknown section [{name}]", file=str(file), field=name)
    network = _section(file, tree, "network", NetworkSettings())
    _check_network(file, network)
    for text in network.devices:
        if parse_by_hand(text) is None:
            raise StateCorrupt(
                f"{file}: network.devices: {text!r} is not a device", field="network.devices",
                hint='Write "plc01.local 443" or "plc01.local 443 10.0.0.5".',
            )  # fmt: skip
    appearance = _section(file, tree, "appearance", AppearanceSettings())
    for name, allowed in CHOICES.items():
        if getattr(appearance, name) not in allowed:
            raise StateCorrupt(f"{file}: appearance.{name} is none of {', '.join(allowed)}", field=f"appearance.{name}")
    return Settings(network, appearance, _section(file, tree, "alerts", AlertSettings()))


def _check_network(file: Path, network: NetworkSettings) -> None:
    """Refuse values that cannot be meant.

    Raises: StateCorrupt, naming the field.
    """
    wrong = ""
    for name in ("probe_timeout_s", "probes_per_second", "probes_per_subnet"):
        if not 0 < getattr(network, name) <= LARGEST:
            wrong = f"network.{name} is not between 0 and {LARGEST:.0f}"
    if network.probe_services not in ("tls", "all"):
        wrong = 'network.probe_services is neither "tls" nor "all"'
    from ipaddress import ip_address  # here: a window's first paint does not wait for it

    for server in network.dns_servers:
        address, _, port = server.partition("#")
        try:
            ip_address(address)
        except ValueError:
            wrong = f"network.dns_servers: {server!r} is no address"
        if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
            wrong = f"network.dns_servers: {server!r} has no port after the #"
    if wrong:
        raise StateCorrupt(f"{file}: {wrong}", file=str(file), field=wrong.partition(" ")[0].rstrip(":"))


def _section(file: Path, tree: dict[str, object], name: str, default: S) -> S:
    given = tree.get(name, {})
    if not isinstance(given, dict):
        raise StateCorrupt(f"{file}: [{name}] is not a section", file=str(file), field=name)
    values: dict[str, object] = {}
    for item in fields(default):
        value = given.pop(item.name, getattr(default, item.name))
        expected = type(getattr(default, item.name))
        if expected is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
            value = tuple(value)
        if expected is float and type(value) is int and abs(value) <= LARGEST:
            value = float(value)
        if type(value) is not expected:
            raise StateCorrupt(f"{file}: {name}.{item.name} is not a {expected.__name__}", field=f"{name}.{item.name}")
        values[item.name] = value
    for unknown in given:
        raise StateCorrupt(f"{file}: unknown setting {name}.{unknown}", file=str(file), field=f"{name}.{unknown}")
    return type(default)(**values)  # type: ignore[arg-type]
