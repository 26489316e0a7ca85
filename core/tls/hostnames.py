"""Does a certificate cover the name or address that was visited; pure, RFC 9525 and the browsers' rules."""

import ipaddress

from cryptography import x509

from core.model.verdict import Reason
from core.tls import parse


def as_address(visited: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address if the visited host is one (a scope after % is left out), else None."""
    try:
        return ipaddress.ip_address(visited.partition("%")[0])
    except ValueError:
        return None


def covers(pattern: str, host: str) -> bool:
    """Say whether a dNSName covers a host: equal, or a wildcard for exactly one whole leftmost label."""
    pattern, host = pattern.lower(), host.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == host
    rest = pattern[2:]
    label, _, tail = host.partition(".")
    return bool(label) and tail == rest and "." in rest and "*" not in rest


def name_reasons(leaf: x509.Certificate, visited: str) -> list[Reason]:
    """Return why the leaf does not cover the visited host; empty if it does."""
    address = as_address(visited)
    dns, ips = parse.dns_names(leaf), parse.addresses(leaf)
    if address is not None:
        if address in ips:
            return []
        if str(address) in dns:
            return [Reason("ip-as-dns-name", 0, (("visited", visited),))]
    elif any(covers(pattern, visited) for pattern in dns):
        return []
    dotted = next((p for p in dns if p.endswith(".") and covers(p.rstrip("."), visited)), None)
    if address is None and dotted is not None:
        return [Reason("san-trailing-dot", 0, (("name", dotted),))]
    wide = next((p for p in dns if p.lower().startswith("*.") and "." not in p[2:]), None)
    if address is None and wide is not None and visited.lower().endswith(wide[1:].lower()):
        return [Reason("wildcard-too-wide", 0, (("pattern", wide),))]
    named = parse.read(lambda: parse.common_name(leaf.subject), "")
    if not dns and not ips and named.lower() == visited.lower():
        return [Reason("cn-only", 0, (("visited", visited),))]
    return [Reason("name-mismatch", 0, (("names", _listed(dns, ips, named)), ("visited", visited)))]


def _listed(dns: list[str], ips: list[ipaddress.IPv4Address | ipaddress.IPv6Address], named: str) -> str:
    names = [*dns, *(str(a) for a in ips)] or ([named] if named else [])
    if not names:
        return "no name at all"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
