"""Whom to connect to, and how gently: never two at once to a device, a rate for all and for each subnet, patience."""

import asyncio
import ipaddress
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.discovery.interfaces import scoped
from core.errors import SettingManaged
from core.model.device import Device
from core.model.text import display
from core.model.tls_target import TlsTarget, tls_target
from core.settings import NetworkSettings, Settings

BURST = 16
FIRST_RETRY_S = 60.0
LONGEST_RETRY_S = 3_600.0
_SUBNET_BITS = {4: 24, 6: 64}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a device's chain is to be had: its addresses, best first, and the port."""

    addresses: tuple[str, ...]
    where: TlsTarget


class _Bucket:
    """Lets so many through a second, and a burst at the beginning."""

    def __init__(self, rate: float, now: float, burst: int) -> None:
        self._rate, self._burst, self._level, self._at = rate, float(burst), float(burst), now

    def wait_for(self, now: float) -> float:
        """Take one turn and return in how many seconds it comes."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._level / self._rate)


def refuse_forbidden(settings: Settings, target: str) -> None:
    """Refuse to connect, also when a person asks for it, where an administrator's policy says not to.

    A person's own `probe = false` and `never_probe` mean unasked connections alone. `target` is a host, with or without
    a port or a scheme; "" is no host in particular.

    Raises: SettingManaged.
    """
    if not settings.network.probe and "network.probe" in settings.managed:
        raise SettingManaged("An administrator of this computer forbade connections to devices.", field="network.probe")
    host = re.sub(r"^[a-z]+://", "", target.strip().lower()).partition("/")[0].rpartition("@")[2]
    host = re.sub(r":\d+$", "", host).rstrip(".")
    if "network.never_probe" in settings.managed and host in {
        h.lower().rstrip(".") for h in settings.network.never_probe
    }:
        raise SettingManaged(
            f"An administrator of this computer forbade connections to {display(host, 80)}.",
            field="network.never_probe",
        )


class ProbePolicy:
    """Decides by the settings; remembers which devices failed and how often."""

    def __init__(
        self, settings: NetworkSettings, clock: Callable[[], float] = time.monotonic, *, burst: int = BURST
    ) -> None:
        self._settings, self._clock, self._burst = settings, clock, burst
        self._everything = _Bucket(max(0.1, settings.probes_per_second), clock(), burst)
        self._subnets: dict[str, _Bucket] = {}
        self._failures: dict[str, int] = {}
        self._never = {host.lower().rstrip(".") for host in settings.never_probe}

    @property
    def probes(self) -> bool:
        """Say whether any device is connected to at all."""
        return self._settings.probe

    def target(self, device: Device) -> Target | None:
        """Return where to connect to a device, or None where it has no such port or is to be left in peace."""
        if not self._settings.probe or device.host.lower() in self._never:
            return None
        quiet = set(self._settings.never_probe_on)
        addresses = [a for a in device.addresses if not a.interface or a.interface not in quiet]
        where = tls_target(device.services, every_tcp=self._settings.probe_services == "all")
        if where is None or not addresses:
            return None
        ordered = sorted(addresses, key=lambda a: (":" in a.address, a.address.startswith("fe80"), a.address))
        return Target(tuple(dict.fromkeys(scoped(a.address, a.interface) for a in ordered)), where)

    async def turn(self, address: str) -> None:
        """Wait until a connection to this address may begin."""
        now = self._clock()
        subnet = _subnet_of(address)
        if subnet not in self._subnets:
            self._subnets[subnet] = _Bucket(max(0.1, self._settings.probes_per_subnet), now, self._burst)
        wait = max(self._everything.wait_for(now), self._subnets[subnet].wait_for(now))
        if wait:
            await asyncio.sleep(wait)

    def told(self, host: str, *, failed: bool) -> None:
        """Remember how a connection went."""
        if failed:
            self._failures[host] = self._failures.get(host, 0) + 1
        else:
            self._failures.pop(host, None)

    def patience_s(self, host: str) -> float:
        """Return how long to leave a device that failed alone: twice as long each time, an hour at most."""
        failures = min(self._failures.get(host, 1), 16)
        return float(min(FIRST_RETRY_S * 2 ** (failures - 1), LONGEST_RETRY_S))


def _subnet_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, _SUBNET_BITS[parsed.version]), strict=False))
