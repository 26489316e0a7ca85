"""Name constraints of CA certificates over a device's names; pure, RFC 5280 section 4.2.1.10."""

import ipaddress

from cryptography import x509

from core.model.verdict import Reason
from core.tls import parse

COMPARISON_BUDGET = 250_000
"""Names times subtrees that may be compared; more is the denial-of-service shape of x509-limbo."""


class Budget:
    """How many comparisons are left for one judgement, over all its paths and clients."""

    def __init__(self, comparisons: int = COMPARISON_BUDGET) -> None:
        self._left = comparisons

    def spend(self, comparisons: int) -> bool:
        """Take comparisons from what is left; False when there are not enough."""
        self._left -= comparisons
        return self._left >= 0


def constraint_reasons(path: list[x509.Certificate], budget: Budget) -> list[Reason]:
    """Return one reason for each name of the leaf that a CA of the path forbids."""
    leaf = path[0]
    dns, ips = parse.dns_names(leaf), parse.addresses(leaf)
    subject = parse.read(lambda: leaf.subject, None)
    reasons: list[Reason] = []
    for link, authority in enumerate(path[1:], start=1):
        limits = parse.read(lambda a=authority: _limits(a), None)  # type: ignore[misc]
        if limits is None:
            continue
        permitted, excluded = list(limits.permitted_subtrees or ()), list(limits.excluded_subtrees or ())
        if not budget.spend((len(dns) + len(ips) + 1) * (len(permitted) + len(excluded))):
            return [Reason("too-complex", link)]
        bad = [name for name in dns if _forbidden(x509.DNSName(name) if name.isascii() else None, permitted, excluded)]
        bad += [str(ip) for ip in ips if _forbidden(x509.IPAddress(ip), permitted, excluded)]
        if subject is not None and len(subject.rdns) and _forbidden(x509.DirectoryName(subject), permitted, excluded):
            bad.append(parse.name_text(subject))
        name = parse.common_name(parse.read(lambda a=authority: a.subject, None))  # type: ignore[misc]
        reasons += [Reason("name-constraint", link, (("name", name), ("value", value))) for value in bad[:5]]
    return reasons


def _limits(authority: x509.Certificate) -> x509.NameConstraints | None:
    try:
        return authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return None


def _forbidden(
    name: x509.GeneralName | None, permitted: list[x509.GeneralName], excluded: list[x509.GeneralName]
) -> bool:
    if name is None:
        return bool(permitted)
    same_kind = [p for p in permitted if type(p) is type(name)]
    if any(_within(name, tree) for tree in excluded if type(tree) is type(name)):
        return True
    return bool(same_kind) and not any(_within(name, tree) for tree in same_kind)


def _within(name: x509.GeneralName, tree: x509.GeneralName) -> bool:
    if isinstance(name, x509.DNSName) and isinstance(tree, x509.DNSName):
        return dns_within(name.value, tree.value)
    if isinstance(name, x509.IPAddress) and isinstance(tree, x509.IPAddress):
        network = tree.value
        if not isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network):
            return False
        return name.value.version == network.version and name.value in network
    if isinstance(name, x509.DirectoryName) and isinstance(tree, x509.DirectoryName):
        return list(name.value.rdns)[: len(tree.value.rdns)] == list(tree.value.rdns)
    return False


def dns_within(name: str, tree: str) -> bool:
    """Say whether a DNS name lies in a subtree: equal or below; a leading dot in the subtree is read past."""
    name, tree = name.lower().removeprefix("*."), tree.lower().removeprefix(".")
    return tree == "" or name == tree or name.endswith("." + tree)
