"""Name constraints of CA certificates over the names below them; pure, RFC 5280 section 4.2.1.10."""

from dataclasses import dataclass, replace

from core.model.verdict import Reason
from core.tls import extensions as ext
from core.tls.certificate import ParsedCertificate
from core.tls.extensions import GeneralName
from core.tls.names import COMMON_NAME, EMAIL, Name
from core.tls.rules.finding import CHROMIUM, EVERYONE, FIREFOX, JAVA, LIKE_OPENSSL, WEBPKI, Finding, part

COMPARISON_BUDGET = 250_000
"""Names times subtrees that may be compared; more is the denial-of-service shape of x509-limbo."""
MOST_TOLD = 5
_UNPROCESSED = {
    ext.OTHER: EVERYONE, ext.X400: EVERYONE, ext.EDI: EVERYONE, ext.URI: frozenset({FIREFOX, WEBPKI}),
    ext.REGISTERED: EVERYONE - {JAVA},
}  # fmt: skip
"""Kinds of name that clients refuse wherever a limit of their kind meets them, for they cannot compare them."""
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
        extension = authority.find(ext.NAME_CONSTRAINTS)
        critical = extension is not None and extension.critical
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
            limited = [(n, EVERYONE) for n in names]
            if position == 0:
                limited += common_names_of(certificate)
            rules = _Rules(permitted, excluded, everyone, critical)
            forbidden = [(n, why) for n, readers in limited if (why := _forbidden(n, rules) & readers)]
            for value, refusing in _worst_of(forbidden):
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


def common_names_of(leaf: ParsedCertificate) -> list[tuple[GeneralName, frozenset[str]]]:
    """Return common names that stand in for DNS names where there are none, with the clients that read them so."""
    if any(name.kind == ext.DNS for name in leaf.names or ()):
        return []
    texts = [a.text for a in leaf.subject.attributes() if a.oid == COMMON_NAME and a.text and a.text.isascii()]
    found = []
    for text in texts:
        readers = LIKE_OPENSSL if "." in text and " " not in text else frozenset()
        if "." in text and not text.replace(".", "").isdigit() and ":" not in text:
            readers = readers | {JAVA}
        found.append((GeneralName(ext.DNS, text.encode("ascii")), readers))
    return found


@dataclass(frozen=True)
class _Rules:
    """The limits of one CA, who applies them, and whether their extension is critical."""

    permitted: tuple[GeneralName, ...]
    excluded: tuple[GeneralName, ...]
    everyone: frozenset[str]
    critical: bool


def _worst_of(forbidden: list[tuple[GeneralName, frozenset[str]]]) -> list[tuple[GeneralName, frozenset[str]]]:
    """Return a few of the forbidden names that together show every client that refuses."""
    told: list[tuple[GeneralName, frozenset[str]]] = []
    shown: frozenset[str] = frozenset()
    for name, refusing in sorted(forbidden, key=lambda entry: -len(entry[1])):
        if len(told) < MOST_TOLD or refusing - shown:
            told.append((name, refusing))
            shown |= refusing
    return told


def _forbidden(name: GeneralName, rules: _Rules) -> frozenset[str]:
    """Return who refuses the name; nobody where the limits allow it."""
    limits = [tree for tree in rules.permitted if tree.kind == name.kind]
    barred = [tree for tree in rules.excluded if tree.kind == name.kind]
    everyone = rules.everyone
    if not limits and not barred:
        return frozenset()
    if name.kind in _UNPROCESSED:
        critical = {CHROMIUM} if rules.critical else set()
        return (_UNPROCESSED[name.kind] | critical) & everyone
    if (
        name.kind == ext.IP
        and JAVA in everyone
        and any(len(t.value) != 2 * len(name.value) for t in (*limits, *barred))
    ):
        same = tuple(tree for tree in rules.excluded if len(tree.value) == 2 * len(name.value))
        return frozenset({JAVA}) | _forbidden(name, replace(rules, excluded=same, everyone=everyone - {JAVA}))
    if any(within(name, tree) for tree in barred):
        return everyone
    if limits and not any(within(name, tree) for tree in limits):
        return everyone
    return _only_some(name, limits, barred, everyone)


def _only_some(
    name: GeneralName, limits: list[GeneralName], barred: list[GeneralName], everyone: frozenset[str]
) -> frozenset[str]:
    """Return who refuses a name that most clients allow."""
    refusing: frozenset[str] = frozenset()
    if name.kind == ext.DNS:
        if not all(_well_formed(text) for text in (name.text, *(t.text.removeprefix(".") for t in (*limits, *barred)))):
            refusing |= {FIREFOX}  # it compares well-formed names only
        if any(tree.text.lower() == f".{name.text.lower()}" for tree in barred):
            refusing |= {WEBPKI}  # readers differ about the dot
        if any(_covers_into(name.text, tree.text) for tree in barred):
            refusing |= everyone - LIKE_OPENSSL - {JAVA}  # the wildcard stands for names of which some are excluded
    if name.kind == ext.DIRECTORY and name.name is not None:
        octets_fit = not limits or any(_begins_with_octets(name.name, t.name) for t in limits if t.name is not None)
        if not octets_fit or any(t.name is not None and t.name.rdns for t in barred):
            refusing |= {FIREFOX}  # it compares octets, and takes any excluded directory name for a match
    return refusing & (everyone | {FIREFOX})


def _begins_with_octets(name: Name, tree: Name) -> bool:
    return name.rdns[: len(tree.rdns)] == tree.rdns


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
    """Say whether a DNS name lies in a subtree: equal or below; a tree with a leading dot holds what is below alone."""
    name, tree = name.lower().removeprefix("*."), tree.lower()
    bare = tree.removeprefix(".")
    return bare == "" or (name == bare and not tree.startswith(".")) or name.endswith("." + bare)


def _covers_into(name: str, tree: str) -> bool:
    """Say whether a wildcard name stands for names that lie in a subtree."""
    name, tree = name.lower(), tree.lower().removeprefix(".")
    return name.startswith("*.") and tree.partition(".")[2] == name[2:]


def _well_formed(name: str) -> bool:
    """Say whether Firefox takes a text for a DNS name (mozilla::pkix, IsValidDNSID)."""
    if not name:
        return True
    labels = name.removeprefix("*.").split(".")
    enough = len(labels) >= 2 or not name.startswith("*.")
    letters = all(c.isalnum() or c in "-_" for c in "".join(labels))
    sizes = all(0 < len(label) < 64 and label[0] != "-" and label[-1] != "-" for label in labels)
    return enough and letters and sizes and len(name) <= 253 and not labels[-1].isdigit()


def _address_within(address: bytes, tree: bytes) -> bool:
    if len(tree) != 2 * len(address):
        return False
    network, mask = tree[: len(address)], tree[len(address) :]
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
