"""Judge a presented chain for each client from that client's own roots, with every reason at once; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from core.model.certificate import Presented
from core.model.reasons import Severity
from core.model.verdict import PathLink, Reason, Verdict
from core.tls import parse
from core.tls.certificate import ParsedCertificate, try_parse
from core.tls.constraints import Budget, constraint_findings
from core.tls.hostnames import name_findings
from core.tls.paths import Path, PathBuilder, PathSearch, first_path, is_signed_by
from core.tls.revocation import revocation_findings
from core.tls.rules.dates import date_findings
from core.tls.rules.device import device_findings, feature_findings, installed_leaf_findings
from core.tls.rules.encoding import encoding_findings
from core.tls.rules.finding import EVERYONE, JAVA, LIKE_OPENSSL, Finding, note, stop
from core.tls.rules.issuers import issuer_findings
from core.tls.rules.keys import key_findings
from core.tls.rules.public_web import public_web_findings
from core.tls.rules.sent import protocol_findings, sent_findings

MOST_ENTRIES = 100
_WEIGHT = {Severity.STOP: 0, Severity.PART: 1, Severity.WARN: 2, Severity.NOTE: 3}


@dataclass(frozen=True, slots=True)
class ClientRoots:
    """One client and the roots it trusts for websites. `problem` is set when they could not be read.

    `checked` says in words whose roots and which rules these are. `family` names the kind of client whose rules
    apply, such as "firefox" for a LibreWolf; "": the part of `client` before the colon.
    """

    client: str
    store: str
    roots: tuple[bytes, ...]
    checked: str
    problem: str = ""
    family: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of client that rules name: "firefox" for "firefox:abc.default"."""
        return self.family or self.client.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of every client and the path that they are about, device first."""

    verdicts: tuple[Verdict, ...]
    path: tuple[PathLink, ...]


def judge(
    presented: Presented,
    clients: Sequence[ClientRoots],
    known: Sequence[bytes],
    now: datetime,
    *,
    extra: Sequence[bytes] = (),
    beside: Sequence[Finding] = (),
    revoked: Sequence[bytes] = (),
    answers: Sequence[bytes] = (),
) -> Judgement:
    """Return what each client would make of `presented`.

    `known` are CA certificates met elsewhere: they only help to name what is missing, no client gets a path through
    them. `extra` are certificates that every client may build a path through. `beside` are findings from outside the
    chain, such as another device that shows the same key; `revoked` are revocation lists at hand and `answers`
    those of status services, as DER.
    """
    if presented.failure:
        return _alone(clients, stop_of(failure_reason(presented)), now)
    leaf = try_parse(presented.chain[0].der)
    if leaf is None:
        facts = {"entry": "1", "size": str(len(presented.chain[0].der))}
        return _alone(clients, stop("unreadable-certificate", 0, **facts), now)
    case = _Case(presented, leaf, _parsed(extra), _parsed(known), now, list(beside), tuple(revoked), tuple(answers))
    options = {client.client: case.options(client) for client in clients}
    verdicts = tuple(_judge_for(client, options[client.client], case) for client in clients)
    return Judgement(verdicts, _display_path(case, clients))


def stop_of(reason: Reason) -> Finding:
    """Return a reason as a finding that every client refuses for."""
    return Finding(reason, EVERYONE)


def _alone(clients: Sequence[ClientRoots], finding: Finding, now: datetime) -> Judgement:
    return Judgement(tuple(_verdict(client, (finding,), now) for client in clients), ())


def _parsed(certificates: Sequence[bytes]) -> list[ParsedCertificate]:
    return [certificate for der in certificates if (certificate := try_parse(der)) is not None]


@dataclass
class _Options:
    """What one set of roots gives: the search, and its paths with what was found on each."""

    search: PathSearch
    roots: list[ParsedCertificate]
    paths: list[tuple[Path, list[Finding]]]


@dataclass
class _Case:
    presented: Presented
    leaf: ParsedCertificate
    extra: list[ParsedCertificate]
    known: list[ParsedCertificate]
    now: datetime
    beside: list[Finding]
    lists: tuple[bytes, ...]
    answers: tuple[bytes, ...]
    budget: Budget = field(default_factory=Budget)
    entries: list[ParsedCertificate | None] = field(default_factory=list)
    _by_roots: dict[tuple[bytes, ...], _Options] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entries = [try_parse(entry.der) for entry in self.presented.chain[:MOST_ENTRIES]]
        self.sent = [entry for entry in self.entries[1:] if entry is not None]

    def options(self, client: ClientRoots) -> _Options:
        """Return the paths that a client's roots give; clients with the same roots share the search."""
        found = self._by_roots.get(client.roots)
        if found is None:
            roots = _parsed(client.roots)
            search = PathBuilder(self.leaf, [*self.sent, *self.extra], roots).search()
            anchors = {root.sha256 for root in roots}
            anchored = any(path[-1].sha256 in anchors for path in search.paths)
            paths = [(path, self._findings(path, search)) for path in search.paths] if anchored else []
            found = self._by_roots[client.roots] = _Options(search, roots, paths)
        return found

    def _findings(self, path: Path, search: PathSearch) -> list[Finding]:
        return self.findings(path, anchored=True) + [
            stop("key-unreadable", link + 1, oid=issuer.key.oid)
            for link, (child, issuer) in enumerate(pairwise(path))
            if (child.sha256, issuer.sha256) in search.unproven
        ]

    def findings(self, path: Path, *, anchored: bool) -> list[Finding]:
        """Return all that can be said of a path and of how it was sent."""
        found = date_findings(path, self.now, anchored=anchored)
        found += encoding_findings(path, anchored=anchored)
        found += key_findings(path, anchored=anchored)
        found += device_findings(self.leaf) + feature_findings(path)
        if anchored and len(path) == 1:
            found += installed_leaf_findings(self.leaf)
            found = _spared_by_java(found)
        found += issuer_findings(path, anchored=anchored)
        found += constraint_findings(path, self.budget, anchored=anchored)
        found += public_web_findings(path, anchored=anchored)
        found += name_findings(self.leaf, self.presented.host)
        found += self._sent_findings(path)
        found += revocation_findings(path, self.lists, self.now, self.answers)
        return found

    def _sent_findings(self, path: Path) -> list[Finding]:
        found = sent_findings(self.entries, path) + protocol_findings(self.presented.protocol) + self.beside
        for number, (entry, shown) in enumerate(zip(self.entries, self.presented.chain, strict=False), start=1):
            if entry is None:
                found.append(stop("unreadable-certificate", None, entry=number, size=len(shown.der)))
        if len(self.presented.chain) > MOST_ENTRIES:
            found.append(stop("too-complex", None))
        if self.presented.client_certificate:
            found.append(note("client-certificate-wanted", None))
        if not self.presented.key_proved:
            found.append(stop("key-not-proved", None))
        return found


def _spared_by_java(findings: list[Finding]) -> list[Finding]:
    """Take Java off: a certificate that is itself installed it accepts as it is, but for the name."""
    return [Finding(f.reason, f.refused_by - {JAVA}) for f in findings if f.refused_by != {JAVA}]


def _judge_for(client: ClientRoots, options: _Options, case: _Case) -> Verdict:
    if client.problem:
        return _verdict(client, (stop("store-unreadable", None, detail=client.problem),), case.now)
    candidates = [found for _, found in options.paths]
    if client.kind in LIKE_OPENSSL:
        first = first_path(case.leaf, [*case.sent, *case.extra], options.roots, case.now)
        goes_on_to_a_root = first[-1].self_issued and first[-1] in options.roots
        candidates = [
            [f for f in found if f.reason.code != "anchor-not-root"] if goes_on_to_a_root else found
            for path, found in options.paths
            if path == first[: len(path)]
        ]
        if not candidates and options.paths:
            best = min((found for _, found in options.paths), key=lambda f: sum(x.refuses(client.kind) for x in f))
            refused = any(finding.refuses(client.kind) for finding in best)
            return _verdict(client, best if refused else [*best, stop("no-second-path", None)], case.now)
    if not candidates:
        candidates = [_explained(path, client, options, case) for path in options.search.paths or [[case.leaf]]]
    best = min(candidates, key=lambda found: (sum(f.refuses(client.kind) for f in found), len(found)))
    if options.search.too_complex and (not options.paths or any(f.refuses(client.kind) for f in best)):
        best = [*best, stop("too-complex", None)]  # where a sound path was found, what was not searched matters little
    return _verdict(client, best, case.now)


def _explained(path: Path, client: ClientRoots, options: _Options, case: _Case) -> list[Finding]:
    full, missing = _explain_missing(path, client, options, case)
    return [missing, *case.findings(full, anchored=False)]


def _explain_missing(path: Path, client: ClientRoots, options: _Options, case: _Case) -> tuple[Path, Finding]:
    """Return the path as far as it is known and why it does not end in a root of this client."""
    top, link = path[-1], len(path) - 1
    if top.self_issued and is_signed_by(top, top) is not False:
        if link == 0:
            return path, stop("self-signed", 0)
        return path, _untrusted(top, link, client)
    issuer = top.issuer.common_name
    elsewhere = {c.sha256: c for c in [*case.known, *options.roots]}
    for other in case._by_roots.values():  # noqa: SLF001  the roots of the other clients of this very case
        elsewhere.update((c.sha256, c) for c in other.roots)
    namesakes = [c for c in elsewhere.values() if c.subject.key == top.issuer.key]
    signer = next((c for c in namesakes if is_signed_by(top, c)), None)
    if signer is not None and signer.self_issued:
        return [*path, signer], _untrusted(signer, link + 1, client)
    if signer is not None:
        return [*path, signer], stop("missing-intermediate", link, name=issuer)
    beside = [c for c in (*case.sent, *case.extra) if c.subject.key == top.issuer.key]
    if namesakes or beside:
        pointed = _pointed_at(top)
        same_key = pointed is not None and any(c.key_id == pointed for c in (*namesakes, *beside))
        return path, stop("bad-signature" if same_key else "issuer-key-changed", link, name=issuer)
    return path, stop("unknown-issuer", link, name=issuer)


def _pointed_at(certificate: ParsedCertificate) -> bytes | None:
    pointer = certificate.authority_key
    return pointer.key_id if pointer is not None else None


def _untrusted(root: ParsedCertificate, link: int, client: ClientRoots) -> Finding:
    return stop("untrusted-root", link, name=root.subject.common_name, store=client.store, sha256=root.sha256)


def _verdict(client: ClientRoots, findings: Sequence[Finding], now: datetime) -> Verdict:
    """Keep what this client refuses for, and what only informs; worst first, then from the device upwards."""
    kept = [f for f in findings if f.refuses(client.kind) or not f.refused_by]
    kept.sort(key=lambda f: (not f.refuses(client.kind), _WEIGHT[f.reason.severity], f.reason.link or 0))
    reasons = tuple(dict.fromkeys(finding.reason for finding in kept))
    trusted = not any(f.refuses(client.kind) for f in findings)
    return Verdict(client.client, trusted, reasons, client.checked, now)


def _display_path(case: _Case, clients: Sequence[ClientRoots]) -> tuple[PathLink, ...]:
    """Return the path to show: an anchored one before others, of those the one that most clients like best."""
    union: dict[str, ParsedCertificate] = {}
    for client in clients:
        union.update((root.sha256, root) for root in case.options(client).roots)
    search = PathBuilder(case.leaf, [*case.sent, *case.extra], union.values()).search()
    path = max(search.paths or [[case.leaf]], key=lambda p: (p[-1].sha256 in union, -len(p)))
    if path[-1].sha256 not in union and clients:
        path, _ = _explain_missing(path, clients[0], case.options(clients[0]), case)
    sent = {entry.sha256 for entry in case.presented.chain}
    return tuple(
        PathLink(
            certificate=parse.certificate_facts(certificate.der),
            role="device" if index == 0 else "root" if certificate.self_issued else "issuing",
            sent=certificate.sha256 in sent,
            in_stores=tuple(c.client for c in clients if certificate in case.options(c).roots),
        )
        for index, certificate in enumerate(path)
    )


def failure_reason(presented: Presented) -> Reason:
    """Return the reason for a port that presented no chain."""
    protocol = presented.detail if presented.failure == "not-tls" else ""
    facts = {
        "port": str(presented.port), "host": presented.host, "address": presented.address,
        "detail": presented.detail, "protocol": protocol or "something",
        "seconds": presented.detail if presented.failure == "no-answer" else "",
    }  # fmt: skip
    return Reason(presented.failure, None, tuple((k, v) for k, v in facts.items() if v))
