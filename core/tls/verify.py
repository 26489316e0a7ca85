"""Judge a presented chain for each client from that client's own roots, with every reason at once; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.model.certificate import Presented
from core.model.reasons import Severity
from core.model.verdict import PathLink, Reason, Verdict
from core.tls import parse, rules
from core.tls.constraints import Budget, constraint_reasons
from core.tls.hostnames import name_reasons
from core.tls.paths import Node, PathBuilder, is_signed_by
from core.tls.rules import EVERYONE, Finding

_NOT_CHROMIUM = frozenset({rules.SYSTEM, rules.FIREFOX, rules.SITE})
OLD_PROTOCOLS = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
_WEIGHT = {Severity.STOP: 0, Severity.PART: 1, Severity.WARN: 2, Severity.NOTE: 3}


@dataclass(frozen=True, slots=True)
class ClientRoots:
    """One client and the roots it trusts for websites. `problem` is set when they could not be read.

    `checked` says in words whose roots and which rules these are.
    """

    client: str
    store: str
    roots: tuple[bytes, ...]
    checked: str
    problem: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of client that rules name: "firefox" for "firefox:abc.default"."""
        return self.client.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of every client and the path that they are about, device first."""

    verdicts: tuple[Verdict, ...]
    path: tuple[PathLink, ...]


def judge(presented: Presented, clients: Sequence[ClientRoots], known: Sequence[bytes], now: datetime) -> Judgement:
    """Return what each client would make of `presented`; `known` are CA certificates met elsewhere.

    `known` only helps to name what is missing: no client gets a path through it.
    """
    if presented.failure:
        reason = failure_reason(presented)
        verdicts = [_verdict(client, (Finding(reason, frozenset({EVERYONE})),), now) for client in clients]
        return Judgement(tuple(verdicts), ())
    leaf = Node.of(presented.chain[0].der)
    if leaf is None:
        facts = (("entry", "1"), ("size", str(len(presented.chain[0].der))))
        finding = Finding(Reason("unreadable-certificate", 0, facts), frozenset({EVERYONE}))
        return Judgement(tuple(_verdict(client, (finding,), now) for client in clients), ())
    sent = [node for entry in presented.chain[1:] if (node := Node.of(entry.der)) is not None]
    roots = {c.client: _nodes(c.roots) for c in clients}
    context = _Context(presented, leaf, sent, _nodes(known), roots, now, Budget())
    verdicts = [_judge_for(client, context) for client in clients]
    return Judgement(tuple(verdicts), _display_path(context, clients))


@dataclass(frozen=True, slots=True)
class _Context:
    presented: Presented
    leaf: Node
    sent: list[Node]
    known: list[Node]
    roots: dict[str, list[Node]]
    now: datetime
    budget: Budget


def _nodes(certificates: Sequence[bytes]) -> list[Node]:
    return [node for der in certificates if (node := Node.of_root(der)) is not None]


def _judge_for(client: ClientRoots, context: _Context) -> Verdict:
    if client.problem:
        reason = Reason("store-unreadable", None, (("detail", client.problem),))
        return _verdict(client, (Finding(reason, frozenset({EVERYONE})),), context.now)
    search = PathBuilder(context.leaf, context.sent, context.roots[client.client]).search()
    anchored = any(path[-1] in context.roots[client.client] for path in search.paths)
    options = []
    for path in search.paths or [[context.leaf]]:
        found: list[Finding] = []
        full = path
        if not anchored:
            full, missing = _explain_missing(path, client, context, other_key=search.same_name_other_key)
            found.append(missing)
        found += _path_findings(full, context, anchored=anchored)
        options.append(found)
    best = min(options, key=lambda found: (sum(_refuses(client, f) for f in found), len(found)))
    if search.too_complex:
        best.append(Finding(Reason("too-complex", None), frozenset({EVERYONE})))
    return _verdict(client, best, context.now)


def _path_findings(path: list[Node], context: _Context, *, anchored: bool) -> list[Finding]:
    certificates = [node.certificate for node in path]
    leaf = certificates[0]
    stop = frozenset({EVERYONE})
    found = [
        Finding(reason, _NOT_CHROMIUM if reason.code == "san-trailing-dot" else stop)
        for reason in name_reasons(leaf, context.presented.host)
    ]
    for link, certificate in enumerate(certificates):
        found += rules.date_findings(certificate, link, context.now)
    found += rules.leaf_findings(leaf)
    if anchored and len(path) == 1:
        found += rules.installed_leaf_findings(leaf)
    found += rules.issuer_findings(certificates, anchored=anchored)
    found += rules.signature_findings(certificates, anchored=anchored)
    found += [Finding(reason, stop) for reason in constraint_reasons(certificates, context.budget)]
    if context.presented.protocol in OLD_PROTOCOLS:
        facts = (("version", context.presented.protocol),)
        found.append(Finding(Reason("old-protocol", None, facts), frozenset({rules.FIREFOX, rules.CHROMIUM})))
    if not context.presented.key_proved:
        found.append(Finding(Reason("key-not-proved", None), stop))
    if len(path) > 1 and path[-1].subject == path[-1].issuer and path[-1] in context.sent:
        found.append(Finding(Reason("root-included", len(path) - 1), frozenset()))
    found.append(Finding(Reason("revocation-not-checked", None), frozenset()))
    return found


def _explain_missing(
    path: list[Node], client: ClientRoots, context: _Context, *, other_key: bool
) -> tuple[list[Node], Finding]:
    """Return the path as far as it is known and why it does not end in a root of this client."""
    stop = frozenset({EVERYONE})
    top, link = path[-1], len(path) - 1
    self_issued = top.subject == top.issuer
    if self_issued and is_signed_by(top.certificate, top.certificate):
        if link == 0:
            return path, Finding(Reason("self-signed", 0), stop)
        return path, Finding(_untrusted(top, link, client), stop)
    issuer = parse.common_name(parse.read(lambda: top.certificate.issuer, None))
    elsewhere = [*context.known, *(node for roots in context.roots.values() for node in roots)]
    namesakes = [node for node in elsewhere if node.subject == top.issuer]
    signer = next((node for node in namesakes if is_signed_by(top.certificate, node.certificate)), None)
    if signer is not None and signer.subject == signer.issuer:
        return [*path, signer], Finding(_untrusted(signer, link + 1, client), stop)
    if signer is not None:
        return [*path, signer], Finding(Reason("missing-intermediate", link, (("name", issuer),)), stop)
    if namesakes or other_key:
        return path, Finding(Reason("issuer-key-changed", link, (("name", issuer),)), stop)
    return path, Finding(Reason("unknown-issuer", link, (("name", issuer),)), stop)


def _untrusted(root: Node, link: int, client: ClientRoots) -> Reason:
    name = parse.common_name(parse.read(lambda: root.certificate.subject, None))
    return Reason("untrusted-root", link, (("name", name), ("store", client.store), ("sha256", root.sha256)))


def _refuses(client: ClientRoots, finding: Finding) -> bool:
    return EVERYONE in finding.refused_by or client.kind in finding.refused_by


def _verdict(client: ClientRoots, findings: Sequence[Finding], now: datetime) -> Verdict:
    """Keep what this client refuses for, and what only informs; worst first, then from the device upwards."""
    kept = [f for f in findings if _refuses(client, f) or not f.refused_by]
    kept.sort(key=lambda f: (not _refuses(client, f), _WEIGHT[f.reason.severity], f.reason.link or 0))
    reasons: list[Reason] = []
    for finding in kept:
        if finding.reason not in reasons:
            reasons.append(finding.reason)
    trusted = not any(_refuses(client, f) for f in findings)
    return Verdict(client.client, trusted, tuple(reasons), client.checked, now)


def _display_path(context: _Context, clients: Sequence[ClientRoots]) -> tuple[PathLink, ...]:
    union = {node.sha256: node for roots in context.roots.values() for node in roots}
    search = PathBuilder(context.leaf, context.sent, union.values()).search()
    path = max(search.paths or [[context.leaf]], key=lambda p: (p[-1].sha256 in union, -len(p)))
    anchored = path[-1].sha256 in union
    if not anchored and clients:
        path, _ = _explain_missing(path, clients[0], context, other_key=False)
    sent = {entry.sha256 for entry in context.presented.chain}
    return tuple(
        PathLink(
            certificate=parse.certificate_facts(node.der),
            role=_role(index, node),
            sent=node.sha256 in sent,
            in_stores=tuple(c.client for c in clients if node in context.roots[c.client]),
        )
        for index, node in enumerate(path)
    )


def _role(index: int, node: Node) -> str:
    if index == 0:
        return "device"
    return "root" if node.subject == node.issuer else "issuing"


def failure_reason(presented: Presented) -> Reason:
    """Return the reason for a port that presented no chain."""
    protocol = presented.detail if presented.failure == "not-tls" else ""
    facts = {
        "port": str(presented.port), "host": presented.host, "address": presented.address,
        "detail": presented.detail, "protocol": protocol or "something",
        "seconds": presented.detail if presented.failure == "no-answer" else "",
    }  # fmt: skip
    return Reason(presented.failure, None, tuple((k, v) for k, v in facts.items() if v))
