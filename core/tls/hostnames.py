"""Does a certificate cover the name or address that was visited, and for whom; pure, RFC 9525 and clients' rules."""

import ipaddress
import re
import unicodedata

from core.tls import extensions as ext
from core.tls.certificate import ParsedCertificate
from core.tls.names import COMMON_NAME
from core.tls.rules.finding import CHROMIUM, EVERYONE, FIREFOX, JAVA, LIKE_OPENSSL, OPENSSL, Finding, part, stop

# The suffixes of the Public Suffix List that local networks use; Chromium accepts no wildcard right below them.
_PUBLIC_SUFFIXES = frozenset({"home.arpa", "in-addr.arpa", "ip6.arpa"})


def as_address(visited: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address if the visited host is one (a scope after % is left out), else None."""
    try:
        return ipaddress.ip_address(visited.partition("%")[0].strip("[]"))
    except ValueError:
        return None


def as_written(visited: str) -> str:
    """Return a host as certificates write it: lower case, no final dot, other alphabets in ASCII form."""
    host = visited.rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return ".".join(map(_label_as_written, re.split("[.\u3002\uff0e\uff61]", host)))
    except UnicodeError:
        return host


def _label_as_written(label: str) -> str:
    """Return a label in ASCII form; letters that browsers keep (UTS #46) and Python's codec folds are kept."""
    if any(c in label for c in "\u00df\u03c2\u200c\u200d"):
        return "xn--" + unicodedata.normalize("NFC", label).encode("punycode").decode("ascii")
    return label.encode("idna").decode("ascii") if label else ""


def as_mapped(text: str) -> str:
    """Return an IPv4-mapped IPv6 address with the IPv4 part in dots; any other as it is."""
    address = ipaddress.ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return text if mapped is None else f"::ffff:{mapped}"


def covers(pattern: str, host: str) -> bool:
    """Say whether a dNSName covers a host: equal, or a wildcard for exactly one whole leftmost label."""
    pattern, host = pattern.lower(), host.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == host
    rest = pattern[2:]
    label, _, tail = host.partition(".")
    return bool(label) and tail == rest and "." in rest and "*" not in rest


def _java_covers(pattern: str, host: str) -> bool:
    """Say whether Java takes a pattern for a host: a star stands for any letters of one label, in any label."""
    if "*" not in pattern:
        return pattern.lower() == host
    labels, templates = host.split("."), pattern.lower().split(".")
    if len(labels) != len(templates) or pattern in {"*", "*."} or "." not in pattern[pattern.rindex("*") :]:
        return False
    return all(_fits(template, label) for template, label in zip(templates, labels, strict=True))


def _fits(template: str, label: str) -> bool:
    """Say whether a label is a template whose stars stand for any letters; linear, whatever the template."""
    first, *rest = template.split("*")
    if not rest:
        return template == label
    *middle, last = rest
    if not label.startswith(first) or not label.endswith(last) or len(label) < len(first) + len(last):
        return False
    position, end = len(first), len(label) - len(last)
    for piece in middle:
        found = label.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def _has_good_labels(host: str) -> bool:
    return all(0 < len(label) < 64 and label[0] != "-" and label[-1] != "-" for label in host.split("."))


def _openssl_covers(pattern: str, host: str) -> bool:
    """Say whether OpenSSL takes a pattern whose star stands for part of the leftmost label (X509_check_host)."""
    first, _, rest = pattern.lower().partition(".")
    label, _, tail = host.partition(".")
    before, star, after = first.partition("*")
    fits = label.startswith(before) and label.endswith(after) and len(label) >= len(before) + len(after)
    fits = fits and not (before and after) and all(c.isalnum() or c in "-." for c in host)
    return bool(star) and "*" not in after + rest and "." in rest and tail == rest and fits


def name_findings(leaf: ParsedCertificate, visited: str) -> list[Finding]:
    """Return why the leaf does not cover the visited host, with who minds; empty if it does for all."""
    names = leaf.names or ()
    dns = [name.text for name in names if name.kind == ext.DNS and name.value.isascii()]
    ips = [name.text for name in names if name.kind == ext.IP and len(name.value) in {4, 16}]
    address = as_address(visited)
    if address is not None:
        if str(address) in ips:
            return []
        code = "ip-as-dns-name" if str(address) in dns else ""
        if code:
            return [stop(code, 0, visited=visited)]
        mapped = JAVA if f"::ffff:{address}" in (str(as_mapped(ip)) for ip in ips) else ""
        return [Finding(_mismatch(leaf, dns, ips, visited).reason, EVERYONE - {mapped})]
    host = as_written(visited)
    found = []
    if "_" in host or not _has_good_labels(host):
        refusing = {JAVA} if _has_good_labels(host) else {JAVA, FIREFOX}
        found.append(part(refusing, "odd-hostname", 0, visited=visited))
    if visited.endswith("."):
        found.append(part(LIKE_OPENSSL | {JAVA}, "odd-hostname", 0, visited=visited))
    return found + _by_name(leaf, dns, ips, host, visited)


def _by_name(leaf: ParsedCertificate, dns: list[str], ips: list[str], host: str, visited: str) -> list[Finding]:
    matching = next((pattern for pattern in dns if covers(pattern, host)), None)
    if matching is not None:
        exact = any(p.lower() == host for p in dns)
        suffix = matching[2:].lower()
        bare = not exact and matching.startswith("*.") and suffix in _PUBLIC_SUFFIXES
        found = [part({CHROMIUM}, "wildcard-too-wide", 0, pattern=matching)] if bare else []
        if not exact and not all(c.isalnum() or c in "-." for c in host + matching[2:]):
            found.append(part(LIKE_OPENSSL, "odd-hostname", 0, visited=visited))
        return found
    java = EVERYONE - {JAVA} if any(_java_covers(p, host) for p in dns) else EVERYONE
    dotted = next((p for p in dns if p.endswith(".") and covers(p.rstrip("."), host)), None)
    if dotted is not None:
        return [part(EVERYONE - {CHROMIUM}, "san-trailing-dot", 0, name=dotted)]
    wide = next((p for p in dns if p.lower().startswith("*.") and "." not in p[2:]), None)
    if wide is not None and host.partition(".")[2] == wide[2:].lower():
        return [part(java, "wildcard-too-wide", 0, pattern=wide)]
    commons = [a.text or "" for a in leaf.subject.attributes() if a.oid == COMMON_NAME]
    unnamed = not any(name.kind == ext.DNS for name in leaf.names or ())
    if any(covers(common, host) for common in commons):
        readers = {OPENSSL} if unnamed else set()
        fits_java = covers(commons[-1], host) and (unnamed or ext.SUBJECT_NAMES in leaf.malformed)
        readers |= {JAVA} if fits_java else set()
        return [part(EVERYONE - readers, "cn-only", 0, visited=visited)]
    mismatch = _mismatch(leaf, dns, ips, visited)
    partly = {OPENSSL} if any(_openssl_covers(p, host) for p in dns) else set()
    return [Finding(mismatch.reason, java - partly)]


def _mismatch(leaf: ParsedCertificate, dns: list[str], ips: list[str], visited: str) -> Finding:
    common = next((a.text for a in leaf.subject.attributes() if a.oid == COMMON_NAME), None)
    names = [*dns, *ips] or ([common] if common else [])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    shown = ", ".join(names[:3]) + more if names else "no name at all"
    return stop("name-mismatch", 0, names=shown, visited=visited)
