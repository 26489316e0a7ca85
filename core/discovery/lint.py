"""Say what is wrong with an announcement, point by point, with the clause; pure."""

from collections.abc import Iterator
from ipaddress import ip_address

from zeroconf import DNSAddress, DNSNsec, DNSPointer, DNSService, DNSText

from core.discovery.evidence import Evidence, Told
from core.discovery.names import has_controls, is_registrable_type, split_instance
from core.discovery.packets import is_on_link, is_possible
from core.discovery.txt_rules import txt_points
from core.model.lint import Level, LintPoint, LintReport
from core.model.service_catalogue import CATALOGUE

HOST_TTL_S, OTHER_TTL_S = 120, 4_500
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def lint(evidence: Evidence) -> LintReport:
    """Return every point about one host."""
    mine = evidence.mine()
    addresses = sorted({str(ip_address(t.record.address)) for t in mine if isinstance(t.record, DNSAddress)})
    names = sorted({t.record.name for t in mine if isinstance(t.record, DNSService)})
    points: list[LintPoint] = []
    if mine:
        wire = () if evidence.limited else (_ttl_rules, _flush_rules, _packet_rules)
        for rule in (_host_rules, _address_rules, _pointer_rules, _service_rules, *wire):
            points += rule(evidence, mine)
    unique = {(p.code, p.place): p for p in points}
    order = {Level.ERROR: 0, Level.WARNING: 1, Level.HINT: 2}
    listed = sorted(unique.values(), key=lambda p: (order[p.level], p.place, p.code))
    services = tuple(n.removesuffix(".") for n in names)
    return LintReport(
        evidence.host, bool(mine), tuple(sorted(evidence.senders)), tuple(addresses), services, tuple(listed),
        limited=evidence.limited,
    )  # fmt: skip


def _host_rules(evidence: Evidence, mine: list[Told]) -> Iterator[LintPoint]:
    host = evidence.host
    for label in host.removesuffix(".local").split("."):
        if not set(label) <= _SAFE or label.startswith("-") or label.endswith("-"):
            yield LintPoint(
                "host-characters",
                Level.WARNING,
                host,
                "The host name has characters that browsers and tools stumble over.",
                "Use letters, digits and hyphens, with no hyphen at either end.",
                "RFC 1123 section 2.1",
            )
    if host.count(".") > 1:
        yield LintPoint(
            "host-labels",
            Level.WARNING,
            host,
            "The host name has more than one label before .local.",
            "Many resolvers ask by multicast only for names with one label: use dev01.local.",
            "RFC 6762 section 3",
        )
    senders = {t.source.address for t in mine if isinstance(t.record, DNSAddress)}
    families: dict[int, set[str]] = {}
    for sender in senders:
        families.setdefault(ip_address(sender).version, set()).add(sender)
    if any(len(found) > 1 for found in families.values()):
        yield LintPoint(
            "several-senders",
            Level.WARNING,
            host,
            f"Several senders speak for this host: {', '.join(sorted(senders))}.",
            "A reflector or a second network interface may; two devices with one name must not.",
            "RFC 6762 section 9",
        )


def _address_rules(evidence: Evidence, mine: list[Told]) -> Iterator[LintPoint]:
    host = evidence.host
    packed = {t.record.address for t in mine if isinstance(t.record, DNSAddress)}
    denied = {n for t in mine if isinstance(t.record, DNSNsec) and t.record.key == host + "." for n in t.record.rdtypes}
    if not packed:
        yield LintPoint(
            "no-address",
            Level.ERROR,
            host,
            "The host announces no address.",
            "Answer A and AAAA questions.",
            "RFC 6762 section 6",
        )
    for address in sorted(packed):
        text = str(ip_address(address))
        if not is_possible(address):
            yield LintPoint(
                "bad-address",
                Level.ERROR,
                text,
                "This is no address that a device can have.",
                "Announce only once the interface has its address.",
                "RFC 6762 section 8.4",
            )
        elif not any(is_on_link(text, i.prefixes) for i in evidence.interfaces):
            yield LintPoint(
                "off-link-address",
                Level.WARNING if len(address) == 4 else Level.HINT,
                text,
                "The address lies outside the networks that this computer has on the link.",
                "Announce on each interface the addresses that can be reached there.",
                "RFC 6762 section 11",
            )
    if packed and not any(len(a) == 16 for a in packed) and not denied:
        yield LintPoint(
            "no-nsec",
            Level.HINT,
            host,
            "It has no IPv6 address and does not say so.",
            "Answer with NSEC, so that nobody waits for an address that never comes.",
            "RFC 6762 section 6.1",
        )


def _pointer_rules(evidence: Evidence, mine: list[Told]) -> Iterator[LintPoint]:
    del mine
    for alias in sorted(evidence.unlocated()):
        yield LintPoint(
            "no-srv",
            Level.ERROR,
            alias.removesuffix("."),
            "A PTR record points to the service, and no SRV record says where it is.",
            "Answer SRV questions for the service, or stop announcing it.",
            "RFC 6763 section 5",
        )


def _service_rules(evidence: Evidence, mine: list[Told]) -> Iterator[LintPoint]:
    pointers = {t.record.alias_key for t in mine if isinstance(t.record, DNSPointer)}
    texts = {t.record.key: bytes(t.record.text) for t in mine if isinstance(t.record, DNSText)}
    for told in mine:
        record = told.record
        split = split_instance(record.name) if isinstance(record, DNSService) else None
        if not isinstance(record, DNSService):
            continue
        if split is None:
            yield LintPoint(
                "type-name",
                Level.ERROR,
                record.name.removesuffix("."),
                "The service's type is no name of a service: nobody browses for it.",
                'Use "_" with 1 to 15 letters, digits and hyphens, then ._tcp or ._udp.',
                "RFC 6763 section 4.1.2",
            )
            continue
        label, kind = split
        place = record.name.removesuffix(".")
        yield from _type_rules(kind, record.port, place)
        if has_controls(label):
            yield LintPoint(
                "control-characters",
                Level.ERROR,
                place,
                "The name has control characters.",
                "Use plain UTF-8 text.",
                "RFC 6763 section 4.1.1",
            )
        if record.key not in pointers:
            yield LintPoint(
                "no-pointer",
                Level.ERROR,
                place,
                f"No PTR record of {kind}.local points to the service: nobody finds it.",
                "Answer questions for the type with a PTR record.",
                "RFC 6763 section 4.1",
            )
        if record.key not in texts:
            yield LintPoint(
                "no-txt",
                Level.ERROR,
                place,
                "The service has no TXT record.",
                "Every service needs one, if only with a single zero octet.",
                "RFC 6763 section 6.1",
            )
        else:
            yield from txt_points(place, texts[record.key])
        if f"{kind}.local." not in evidence.enumerated:
            yield LintPoint(
                "not-enumerated",
                Level.WARNING,
                kind,
                "The type is not named when the types of the network are asked for.",
                "Answer PTR questions for _services._dns-sd._udp.local.",
                "RFC 6763 section 9",
            )


def _type_rules(kind: str, port: int, place: str) -> Iterator[LintPoint]:
    if kind == "_http._tcp" and port in (443, 8443):
        yield LintPoint(
            "http-on-tls-port",
            Level.ERROR,
            place,
            f"_http is announced on port {port}, where TLS is usual.",
            "Announce _https._tcp; browsers of services open http:// for _http.",
            "RFC 6763 section 7, RFC 6335",
        )
    if kind == "_https._tcp" and port in (80, 8080):
        yield LintPoint(
            "https-on-plain-port",
            Level.WARNING,
            place,
            f"_https is announced on port {port}, where plain HTTP is usual.",
            "Announce _http._tcp, or the port that speaks TLS.",
            "RFC 6763 section 7, RFC 6335",
        )
    if port == 0:
        yield LintPoint(
            "port-0",
            Level.HINT,
            place,
            "Port 0 says that nothing can be connected to.",
            "Fine for a placeholder of another protocol; else name the port.",
            "RFC 6763 section 8",
        )
    if not is_registrable_type(f"{kind}.local."):
        yield LintPoint(
            "type-name",
            Level.WARNING,
            kind,
            "The type's name breaks the rules for service names.",
            "1 to 15 letters, digits and single hyphens, at least one letter.",
            "RFC 6335 section 5.1",
        )
    elif kind not in CATALOGUE:
        yield LintPoint(
            "unknown-type",
            Level.HINT,
            kind,
            "The type is not one that Dotlocal knows.",
            "If it is your own, register it with IANA, so that nobody else takes the name.",
            "RFC 6335 section 8",
        )


def _ttl_rules(evidence: Evidence, mine: list[Told]) -> Iterator[LintPoint]:
    del evidence
    for told in mine:
        record, name = told.record, told.record.name.removesuffix(".")
        if not record.ttl or isinstance(record, DNSNsec):
            continue
        about_host = isinstance(record, DNSAddress | DNSService)
        wanted = HOST_TTL_S if about_host else OTHER_TTL_S
        kind = _kind(told)
        if record.ttl < wanted / 12:
            yield LintPoint(
                f"ttl-short-{kind}",
                Level.WARNING,
                name,
                f"The {kind} record lives {record.ttl} s: everybody asks again and again.",
                f"Use {wanted} s.",
                "RFC 6762 section 10",
            )
        elif record.ttl > 86_400 or (about_host and record.ttl > 10 * wanted):
            yield LintPoint(
                f"ttl-long-{kind}",
                Level.WARNING,
                name,
                f"The {kind} record lives {record.ttl} s: the device stays in lists long after it is gone.",
                f"Use {wanted} s.",
                "RFC 6762 section 10",
            )
        elif record.ttl != wanted:
            yield LintPoint(
                f"ttl-{kind}",
                Level.HINT,
                name,
                f"The {kind} record lives {record.ttl} s; {wanted} s is recommended.",
                f"Use {wanted} s.",
                "RFC 6762 section 10",
            )


def _flush_rules(evidence: Evidence, mine: list[Told]) -> Iterator[LintPoint]:
    del evidence
    for told in mine:
        record, name, kind = told.record, told.record.name.removesuffix("."), _kind(told)
        if isinstance(record, DNSPointer) and record.unique:
            yield LintPoint(
                "flush-on-shared",
                Level.ERROR,
                name,
                "The PTR record says that it is the only one: it drives out other devices'.",
                "Never set the cache-flush bit on PTR records of service types.",
                "RFC 6762 section 10.2",
            )
        elif isinstance(record, DNSAddress | DNSService | DNSText) and not record.unique and told.source.port == 5353:
            yield LintPoint(
                f"no-flush-{kind}",
                Level.WARNING,
                name,
                f"The {kind} record does not say that it is the only one.",
                "Set the cache-flush bit on A, AAAA, SRV and TXT, so that old values go at once.",
                "RFC 6762 section 10.2",
            )


def _packet_rules(evidence: Evidence, mine: list[Told]) -> Iterator[LintPoint]:
    hops = {t.source.hops for t in mine if t.source.hops is not None}
    if hops - {255}:
        yield LintPoint(
            "hop-limit",
            Level.HINT,
            evidence.host,
            f"Packets come with a hop limit of {', '.join(map(str, sorted(hops)))}.",
            "Send with 255.",
            "RFC 6762 section 11",
        )
    by_datagram: dict[int, set[str]] = {}
    for told in mine:
        by_datagram.setdefault(told.datagram, set()).add(f"{_kind(told)} {told.record.key}")
    for instance in evidence.instances():
        with_pointer = [t.datagram for t in mine if isinstance(t.record, DNSPointer) and t.record.alias_key == instance]
        if with_pointer and not any(f"SRV {instance}" in by_datagram[n] for n in with_pointer):
            yield LintPoint(
                "no-additionals",
                Level.WARNING,
                instance.removesuffix("."),
                "An answer for the type never brings SRV, TXT and addresses along: everybody has to ask once more.",
                "Send them as additional records.",
                "RFC 6763 section 12.1",
            )


def _kind(told: Told) -> str:
    record = told.record
    if isinstance(record, DNSAddress):
        return "A" if len(record.address) == 4 else "AAAA"
    names = {DNSPointer: "PTR", DNSService: "SRV", DNSText: "TXT"}
    return names.get(type(record), "NSEC")
