"""The settings tree: frozen, every value with a default; pure."""

from dataclasses import dataclass, field


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
class UpdateSettings:
    """Whether a build that knows where to ask may ask, once a day, if there is a newer version. It only tells."""

    check: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; every value has a default, so an absent file is a valid one.

    `managed` names those that this computer's administrator set ("network.probe"): nobody's own file changes them.
    """

    network: NetworkSettings = field(default_factory=NetworkSettings)
    appearance: AppearanceSettings = field(default_factory=AppearanceSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    updates: UpdateSettings = field(default_factory=UpdateSettings)
    managed: frozenset[str] = frozenset()


SECTIONS = ("network", "appearance", "alerts", "updates")
Value = str | bool | float | tuple[str, ...]
CHOICES = {
    "network.probe_services": ("tls", "all"),
    "appearance.theme": ("system", "light", "dark", "contrast"),
    "appearance.density": ("comfortable", "compact"),
    "appearance.language": ("system", "en", "de"),
}
DEFAULTS = Settings()


def names() -> tuple[str, ...]:
    """Return the name of every setting, as "section.name", in their order."""
    return tuple(f"{section}.{name}" for section in SECTIONS for name in type(getattr(DEFAULTS, section)).__slots__)


def value_of(settings: Settings, name: str) -> Value:
    """Return the value of the setting "section.name"."""
    section, _, item = name.partition(".")
    found: Value = getattr(getattr(settings, section), item)
    return found
