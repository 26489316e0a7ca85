"""Browse services that a DNS server lists (RFC 6763 section 11): for networks that multicast does not cross.

The domains come from who calls; the servers from the system, unless named. Each domain has its own budget of questions
and time a round, so that a hostile or slow server wears out nothing but itself; a domain that did not answer keeps what
it listed before.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdata import Rdata
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.SRV import SRV

from core.discovery.describe import describe
from core.discovery.packets import is_possible
from core.model.device import Address, Device, Presence, Service
from core.model.txt import parse_txt

log = logging.getLogger(__name__)

LIFETIME_S, ROUND_S, DOMAIN_S = 3.0, 60.0, 20.0
MAX_DOMAINS, MAX_QUESTIONS = 16, 2_000


class RoundOver(Exception):
    """A domain did not answer, or its share of questions or time is used up."""


class Asker:
    """Asks on behalf of one domain, within its share of one round."""

    def __init__(self, resolver: dns.resolver.Resolver, stop: threading.Event) -> None:
        self._resolver, self._stop = resolver, stop
        self._left, self._until = MAX_QUESTIONS, time.monotonic() + DOMAIN_S

    def ask(self, owner: str | dns.name.Name, kind: dns.rdatatype.RdataType) -> list[Rdata]:
        """Return the records; empty where the server says that there are none.

        Raises: RoundOver.
        """
        self._left -= 1
        if self._stop.is_set() or self._left < 0 or time.monotonic() > self._until:
            raise RoundOver
        try:
            return list(self._resolver.resolve(owner, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.NameTooLong, dns.name.LabelTooLong):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise RoundOver from error

    def targets(self, owner: str | dns.name.Name) -> list[dns.name.Name]:
        """Return where PTR records point to."""
        return [record.target for record in self.ask(owner, dns.rdatatype.PTR) if isinstance(record, PTR)]


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
        self._last: dict[str, dict[str, Device]] = {}
        self._recommended: dict[str, list[str]] = {}
        self._thread = threading.Thread(target=self._run, name="wide-area", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a question that is on its way is not waited for."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._round(_resolver(self._servers))
            except (OSError, dns.exception.DNSException, ValueError) as error:
                log.info("Browsing by unicast DNS failed: %s", error)
            self._stop.wait(self._round_s)

    def _round(self, resolver: dns.resolver.Resolver) -> None:
        domains = dict.fromkeys(d.rstrip(".").lower() for d in self._wanted)
        for domain in tuple(domains):
            with suppress(RoundOver):  # what it recommended before stands
                self._recommended[domain] = _recommended(Asker(resolver, self._stop), domain)
            domains.update(dict.fromkeys(self._recommended.get(domain, [])))
        for dropped in self._last.keys() - domains.keys():
            del self._last[dropped]
        for domain in tuple(domains)[:MAX_DOMAINS]:
            before = self._last.get(domain, {})
            try:
                self._last[domain] = {d.host: d for d in browse(Asker(resolver, self._stop), domain, before)}
            except RoundOver:
                continue  # what it listed before stands
            if not self._stop.is_set():
                self._tell(tuple(device for found in self._last.values() for device in found.values()))


def _resolver(servers: tuple[str, ...]) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        places = [server.partition("#") for server in servers]
        resolver.nameservers = [address for address, _, _ in places]
        resolver.nameserver_ports = {address: int(port) for address, _, port in places if port}
    resolver.lifetime = LIFETIME_S
    return resolver


def _recommended(asker: Asker, domain: str) -> list[str]:
    """Return the domains that a domain has browsed instead or besides."""
    found = [t for label in ("b", "db", "lb") for t in asker.targets(f"{label}._dns-sd._udp.{domain}")]
    names = [t.to_text(omit_final_dot=True).lower() for t in found]
    return [n for n in names if n and n != "local" and not n.endswith(".local")]


def browse(asker: Asker, domain: str, before: dict[str, Device]) -> list[Device]:
    """Return the devices that DNS lists in a domain.

    Raises: RoundOver.
    """
    root = dns.name.from_text(domain)
    hosts: dict[str, list[Service]] = {}
    for kind in dict.fromkeys(asker.targets(f"_services._dns-sd._udp.{domain}")):
        for instance in dict.fromkeys(asker.targets(kind)) if kind.is_subdomain(root) else ():
            found = _service(asker, instance) if instance.is_subdomain(root) else None
            if found is not None:
                hosts.setdefault(found[0], []).append(found[1])
    now = datetime.now(UTC)
    devices = []
    for host, services in sorted(hosts.items()):
        addresses = _addresses(asker, host)
        if addresses:
            listed = tuple(sorted(services, key=lambda s: (s.type, s.instance)))
            first = before[host].first_seen if host in before else now
            devices.append(replace(_device(host, addresses, listed, now), first_seen=first))
    return devices


def _service(asker: Asker, instance: dns.name.Name) -> tuple[str, Service] | None:
    labels = [label.decode("utf-8", "replace") for label in instance.labels]
    if len(labels) < 5 or not labels[1].startswith("_") or labels[2].lower() not in ("_tcp", "_udp"):
        return None
    located = [r for r in asker.ask(instance, dns.rdatatype.SRV) if isinstance(r, SRV)]
    host = located[0].target.to_text(omit_final_dot=True).lower() if located else ""
    if not host or host.endswith(".local"):
        return None  # names under .local are a matter of multicast alone
    texts = [r for r in asker.ask(instance, dns.rdatatype.TXT) if isinstance(r, TXT)]
    octets = b"".join(bytes([len(s)]) + s for s in texts[0].strings) if texts else b""
    return host, Service(f"{labels[1]}.{labels[2]}".lower(), labels[0], located[0].port, parse_txt(octets), octets)


def _addresses(asker: Asker, host: str) -> tuple[str, ...]:
    records = [r for kind in (dns.rdatatype.A, dns.rdatatype.AAAA) for r in asker.ask(host, kind)]
    texts = [str(getattr(r, "address", "")) for r in records]
    return tuple(dict.fromkeys(t for t in texts if t and is_possible(ip_address(t).packed)))


def _device(host: str, addresses: tuple[str, ...], services: tuple[Service, ...], now: datetime) -> Device:
    told = describe(services)
    return Device(
        host=host, name=services[0].instance, addresses=tuple(Address(a) for a in addresses), services=services,
        online=True, first_seen=now, last_seen=now, presence=Presence.LISTED, kind=told.kind, vendor=told.vendor,
        model=told.model, through="DNS",
    )  # fmt: skip
