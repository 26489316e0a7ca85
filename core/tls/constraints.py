"""Name constraints of CA certificates over the names below them; pure, RFC 5280 section 4.2.1.10."""

from core.model.verdict import Reason
from core.tls import extensions as ext
from core.tls.certificate import ParsedCertificate
from core.tls.extensions import GeneralName
from core.tls.names import EMAIL
from core.tls.rules.finding import CHROMIUM, EVERYONE, FIREFOX, JAVA, LIKE_OPENSSL, WEBPKI, Finding, part

COMPARISON_BUDGET = 250_000
"""Names times subtrees that may be compared; more is the denial-of-service shape of x509-limbo."""
MOST_TOLD = 5
_EMPTY_NAME = "has a DNS name without letters"
_ODD_MASK = "has a mask that is no network"


class Budget:
    """How many comparisons are left for one judgement, over all its paths and clients."""

    def __init__(self, comparisons: int = COMPARISON_BUDGET) -> None:
        self._left = comparisons

    def spend(self, comparisons: int) -> bool:
        """Take comparisons from what is left; False when there are not enough."""
        self._left -= comparisons
        return self._left >= 0


def constraint_findings(path: list[ParsedCertificate], budget: Budget, *, anchored: bool) -> list[Finding]:
    """Return a finding for each name of a path (device first) that a CA above it forbids."""
    found: list[Finding] = []
    for link, authority in enumerate(path[1:], start=1):
        limits = authority.limits
        if limits is None:
            continue
        is_root = anchored and link == len(path) - 1
        everyone = EVERYONE - {JAVA} if is_root else EVERYONE  # Java does not apply an installed root's limits
        permitted, excluded = limits.permitted or (), limits.excluded or ()
        if any(tree.kind == ext.IP and not is_network(tree.value) for tree in (*permitted, *excluded)):
            found.append(part({CHROMIUM, WEBPKI}, "bad-encoding", link, field="name constraints", detail=_ODD_MASK))
        if not is_root and any(tree.kind == ext.DNS and not tree.value for tree in (*permitted, *excluded)):
            found.append(part({JAVA}, "odd-encoding", link, field="name constraints", detail=_EMPTY_NAME))
        name = authority.subject.common_name
        for position, certificate in enumerate(path[:link]):
            if position and certificate.self_issued:
                continue  # RFC 5280 6.1.3 (b)
            names = names_of(certificate)
            if not budget.spend(len(names) * (len(permitted) + len(excluded))):
                return [Finding(Reason("too-complex", link), EVERYONE)]
            forbidden = [(n, why) for n in names if (why := _forbidden(n, permitted, excluded, everyone))]
            for value, refusing in forbidden[:MOST_TOLD]:
                found.append(part(refusing, "name-constraint", link, name=name, value=value.text))
    return found


def names_of(certificate: ParsedCertificate) -> list[GeneralName]:
    """Return every name that constraints apply to: alternative names, the subject, its e-mail addresses."""
    names = list(certificate.names or ())
    if certificate.subject.rdns:
        names.append(GeneralName(ext.DIRECTORY, certificate.subject.raw, certificate.subject))
        if not any(n.kind == ext.MAIL for n in names):
            mails = [a for a in certificate.subject.attributes() if a.oid == EMAIL]
            names += [GeneralName(ext.MAIL, a.value) for a in mails]
    return names


def _forbidden(
    name: GeneralName, permitted: tuple[GeneralName, ...], excluded: tuple[GeneralName, ...], everyone: frozenset[str]
) -> frozenset[str]:
    """Return who refuses the name; nobody where the limits allow it."""
    limits = [tree for tree in permitted if tree.kind == name.kind]
    barred = [tree for tree in excluded if tree.kind == name.kind]
    if not limits and not barred:
        return frozenset()
    if (
        name.kind == ext.IP
        and JAVA in everyone
        and any(len(t.value) != 2 * len(name.value) for t in (*limits, *barred))
    ):
        return frozenset({JAVA}) | _forbidden(name, *_same_family(name, permitted, excluded), everyone - {JAVA})
    if any(within(name, tree) for tree in barred) or (limits and not any(within(name, tree) for tree in limits)):
        return everyone
    if name.kind == ext.DNS and not _well_formed(name.text):
        return frozenset({FIREFOX})  # it compares well-formed names only
    if name.kind == ext.DNS and any(_covers_into(name.text, tree.text) for tree in barred):
        return everyone - LIKE_OPENSSL - {JAVA}  # the wildcard stands for names of which some are excluded
    return frozenset()


def _same_family(
    name: GeneralName, permitted: tuple[GeneralName, ...], excluded: tuple[GeneralName, ...]
) -> tuple[tuple[GeneralName, ...], tuple[GeneralName, ...]]:
    """Return the limits as they are, but without excluded ranges of the other address family."""
    size = 2 * len(name.value)
    return permitted, tuple(tree for tree in excluded if tree.kind != ext.IP or len(tree.value) == size)


def within(name: GeneralName, tree: GeneralName) -> bool:
    """Say whether a name lies in a subtree of its kind; a kind that cannot be compared lies in every one."""
    if name.kind == ext.DNS:
        return dns_within(name.text, tree.text)
    if name.kind == ext.IP:
        return _address_within(name.value, tree.value)
    if name.kind == ext.DIRECTORY and name.name is not None and tree.name is not None:
        return name.name.begins_with(tree.name)
    if name.kind == ext.MAIL:
        return _mail_within(name.text, tree.text)
    if name.kind == ext.URI:
        host = name.text.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
        limit = tree.text.lower()
        return host.endswith(limit) if limit.startswith(".") else host == limit
    return True


def dns_within(name: str, tree: str) -> bool:
    """Say whether a DNS name lies in a subtree: equal or below; a leading dot in the subtree is read past."""
    name, tree = name.lower().removeprefix("*."), tree.lower().removeprefix(".")
    return tree == "" or name == tree or name.endswith("." + tree)


def _covers_into(name: str, tree: str) -> bool:
    """Say whether a wildcard name stands for names that lie in a subtree."""
    name, tree = name.lower(), tree.lower().removeprefix(".")
    return name.startswith("*.") and tree.partition(".")[2] == name[2:]


def _well_formed(name: str) -> bool:
    labels = name.removeprefix("*.").split(".")
    enough = len(labels) >= 2 or not name.startswith("*.")
    return enough and all(labels) and not labels[-1].isdigit() and "*" not in "".join(labels)


def _address_within(address: bytes, tree: bytes) -> bool:
    half = len(tree) // 2
    if len(address) != half:
        return False
    network, mask = tree[:half], tree[half:]
    return all(a & m == n & m for a, n, m in zip(address, network, mask, strict=True))


def is_network(value: bytes) -> bool:
    """Say whether octets are an address and a mask whose set bits all stand in front."""
    half = len(value) // 2
    inverted = int.from_bytes(value[half:], "big") ^ ((1 << (8 * half)) - 1)
    return len(value) in {8, 32} and inverted & (inverted + 1) == 0


def _mail_within(mail: str, tree: str) -> bool:
    local, _, host = mail.rpartition("@")
    limit_local, at, limit = tree.rpartition("@")
    if at:
        return local == limit_local and host.lower() == limit.lower()
    return host.lower().endswith(limit.lower()) if limit.startswith(".") else host.lower() == limit.lower()
