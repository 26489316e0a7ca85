"""Browse services that a DNS server knows (RFC 6763 section 11): for networks that multicast does not cross.

The domains come from who calls; the servers from the system, unless named.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.SRV import SRV

from core.discovery.describe import describe
from core.discovery.packets import is_possible
from core.model.device import Address, Device, Presence, Service
from core.model.txt import parse_txt

log = logging.getLogger(__name__)

LIFETIME_S, ROUND_S = 3.0, 60.0
MAX_DOMAINS, MAX_TYPES, MAX_INSTANCES = 16, 64, 2_000


class WideArea:
    """Asks every minute on a thread of its own; `tell` is called there with all devices of every domain."""

    def __init__(
        self,
        domains: Iterable[str],
        tell: Callable[[tuple[Device, ...]], None],
        servers: tuple[str, ...] = (),
        *,
        round_s: float = ROUND_S,
    ) -> None:
        self._wanted, self._tell, self._servers, self._round_s = tuple(domains), tell, servers, round_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wide-area", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a question that is on its way is not waited for."""
        self._stop.set()

    def _run(self) -> None:
        first_seen: dict[str, datetime] = {}
        while not self._stop.is_set():
            try:
                resolver = _resolver(self._servers)
                found = tuple(browse(resolver, self._wanted, first_seen))
            except (OSError, dns.exception.DNSException) as error:
                log.info("Browsing by unicast DNS failed: %s", error)
            else:
                if not self._stop.is_set():
                    self._tell(found)
            self._stop.wait(self._round_s)


def _resolver(servers: tuple[str, ...]) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [server.partition("#")[0] for server in servers]
        ports = [server.partition("#")[2] for server in servers]
        resolver.port = int(ports[0]) if ports[0] else 53
    resolver.lifetime = LIFETIME_S
    return resolver


def browse(
    resolver: dns.resolver.Resolver, domains: Iterable[str], first_seen: dict[str, datetime]
) -> Iterable[Device]:
    """Yield the devices that DNS knows in these domains and in those that they recommend for browsing."""
    hosts: dict[str, list[Service]] = {}
    for domain in _browse_domains(resolver, domains):
        for kind in _targets(resolver, f"_services._dns-sd._udp.{domain}")[:MAX_TYPES]:
            for instance in _targets(resolver, kind)[:MAX_INSTANCES]:
                found = _service(resolver, instance)
                if found is not None:
                    hosts.setdefault(found[0], []).append(found[1])
    now = datetime.now(UTC)
    for host, services in sorted(hosts.items()):
        addresses = _addresses(resolver, host)
        if addresses:
            first = first_seen.setdefault(host, now)
            yield _device(host, addresses, tuple(sorted(services, key=lambda s: (s.type, s.instance))), first, now)


def _browse_domains(resolver: dns.resolver.Resolver, domains: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for domain in domains:
        found[domain.rstrip(".").lower()] = None
        for label in ("b", "db", "lb"):
            for name in _targets(resolver, f"{label}._dns-sd._udp.{domain}"):
                found[name.to_text(omit_final_dot=True).lower()] = None
    return [d for d in found if not d.endswith("local")][:MAX_DOMAINS]


def _targets(resolver: dns.resolver.Resolver, owner: str | dns.name.Name) -> list[dns.name.Name]:
    with suppress(dns.exception.DNSException):
        answer = resolver.resolve(owner, dns.rdatatype.PTR, search=False)
        return [record.target for record in answer if isinstance(record, PTR)]
    return []


def _service(resolver: dns.resolver.Resolver, instance: dns.name.Name) -> tuple[str, Service] | None:
    labels = [label.decode("utf-8", "replace") for label in instance.labels]
    if len(labels) < 5 or not labels[1].startswith("_") or labels[2].lower() not in ("_tcp", "_udp"):
        return None
    try:
        located = [r for r in resolver.resolve(instance, dns.rdatatype.SRV, search=False) if isinstance(r, SRV)]
    except dns.exception.DNSException:
        return None
    if not located:
        return None
    octets = b""
    with suppress(dns.exception.DNSException):
        texts = [r for r in resolver.resolve(instance, dns.rdatatype.TXT, search=False) if isinstance(r, TXT)]
        octets = b"".join(bytes([len(s)]) + s for s in texts[0].strings) if texts else b""
    host = located[0].target.to_text(omit_final_dot=True).lower()
    kind = f"{labels[1]}.{labels[2]}".lower()
    return host, Service(kind, labels[0], located[0].port, parse_txt(octets), octets)


def _addresses(resolver: dns.resolver.Resolver, host: str) -> tuple[str, ...]:
    found = []
    for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
        with suppress(dns.exception.DNSException):
            answer = resolver.resolve(host, kind, search=False)
            found += [str(r.address) for r in answer if is_possible(ip_address(r.address).packed)]
    return tuple(dict.fromkeys(found))


def _device(
    host: str, addresses: tuple[str, ...], services: tuple[Service, ...], first: datetime, now: datetime
) -> Device:
    told = describe(services)
    return Device(
        host=host, name=services[0].instance if services else host, addresses=tuple(Address(a) for a in addresses),
        services=services, online=True, first_seen=first, last_seen=now, presence=Presence.STALE, kind=told.kind,
        vendor=told.vendor, model=told.model, through="DNS",
    )  # fmt: skip
