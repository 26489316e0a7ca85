"""Build certificate paths from a device's certificate towards known roots; pure, with a budget of signature checks."""

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.tls import keys
from core.tls.certificate import ParsedCertificate
from core.tls.extensions import contradicts

MAX_DEPTH = 10
SIGNATURE_BUDGET = 100
EDGE_BUDGET = 5_000
MAX_PATHS = 32

Path = list[ParsedCertificate]


@dataclass
class PathSearch:
    """One search: `paths` holds what was found, device first; the rest says what was met on the way.

    `unproven` holds the edges (fingerprints of child and issuer) whose signature no library here can compute.
    """

    paths: list[Path] = field(default_factory=list)
    unproven: set[tuple[str, str]] = field(default_factory=set)
    same_name_other_key: bool = False
    too_complex: bool = False


@dataclass
class _Way:
    """A path that may go on: how many issuers are still to be tried, and whether one fitted."""

    path: Path
    waiting: int = 0
    grown: bool = False


@dataclass(order=True)
class _Edge:
    """One step that may be taken, in the order of its rank."""

    rank: tuple[int, bool, int]
    way: _Way = field(compare=False)
    issuer: ParsedCertificate = field(compare=False)


class PathBuilder:
    """Searches from the leaf over presented, extra and root certificates; every anchored path counts.

    Another path may satisfy usage, limits or dates where the first does not, so none is taken for the only one.
    """

    def __init__(
        self, leaf: ParsedCertificate, pool: Iterable[ParsedCertificate], roots: Iterable[ParsedCertificate]
    ) -> None:
        self._leaf = leaf
        self._roots = {certificate.sha256: certificate for certificate in roots}
        candidates = dict(self._roots)
        for certificate in pool:
            candidates.setdefault(certificate.sha256, certificate)
        self._by_subject: dict[object, list[ParsedCertificate]] = {}
        for certificate in candidates.values():
            self._by_subject.setdefault(certificate.subject.key, []).append(certificate)
        self._signatures: dict[tuple[str, str], bool | None] = {}
        self._search = PathSearch()
        self._edges: list[_Edge] = []
        self._counter = itertools.count()

    def search(self) -> PathSearch:
        """Return every anchored path, or the longest unanchored ones where there is none.

        Short ways are tried before long ones, and towards a root before elsewhere: the budget goes where it counts.
        """
        anchored: list[Path] = []
        stuck: list[_Way] = []
        start = _Way([self._leaf])
        if self._leaf.sha256 in self._roots:
            anchored.append(start.path)
        else:
            self._look_on(start, stuck)
        looked = 0
        while self._edges and len(anchored) < MAX_PATHS:
            edge = heapq.heappop(self._edges)
            looked += 1
            signed = None if looked > EDGE_BUDGET else self._signed(edge.way.path[-1], edge.issuer)
            if self._search.too_complex or looked > EDGE_BUDGET:
                self._search.too_complex = True
                stuck.append(edge.way)
                break
            edge.way.waiting -= 1
            if signed is False:
                self._search.same_name_other_key = True
                if not edge.way.waiting and not edge.way.grown:
                    stuck.append(edge.way)
                continue
            edge.way.grown = True
            longer = [*edge.way.path, edge.issuer]
            if edge.issuer.sha256 in self._roots:
                anchored.append(longer)
            else:
                self._look_on(_Way(longer), stuck)
        longest = sorted((way.path for way in stuck), key=len, reverse=True)
        self._search.paths = (sorted(anchored, key=len) or longest)[:MAX_PATHS]
        return self._search

    def _look_on(self, way: "_Way", stuck: "list[_Way]") -> None:
        """Put down every certificate that may have signed the last one of a way."""
        last = way.path[-1]
        used = {certificate.sha256 for certificate in way.path}
        pointer = last.authority_key
        wanted = pointer.key_id if pointer is not None else None
        named = self._by_subject.get(last.issuer.key, ()) if len(way.path) < MAX_DEPTH else ()
        for issuer in named:
            if len(self._edges) >= EDGE_BUDGET:
                self._search.too_complex = True
                break
            if issuer.sha256 not in used:
                is_root, fits = issuer.sha256 in self._roots, not wanted or issuer.key_id == wanted
                rank = (len(way.path) + (not is_root), not fits, next(self._counter))
                heapq.heappush(self._edges, _Edge(rank, way, issuer))
                way.waiting += 1
        if not way.waiting:
            stuck.append(way)

    def _signed(self, child: ParsedCertificate, issuer: ParsedCertificate) -> bool | None:
        """Say whether the issuer signed the child; None where nobody can tell, False also for another key's name."""
        key = (child.sha256, issuer.sha256)
        if key not in self._signatures:
            if len(self._signatures) >= SIGNATURE_BUDGET:
                self._search.too_complex = True
                return None
            self._signatures[key] = is_signed_by(child, issuer)
        signed = self._signatures[key]
        if signed is None:
            pointer = child.authority_key
            wanted = pointer.key_id if pointer is not None else None
            if wanted and issuer.key_id and wanted != issuer.key_id:
                return False
            self._search.unproven.add(key)
        return signed


def first_path(
    leaf: ParsedCertificate, pool: Sequence[ParsedCertificate], roots: Sequence[ParsedCertificate], now: datetime
) -> Path:
    """Return the one path that OpenSSL looks at: at each step the first issuer that fits, installed ones before others.

    Of several the first whose dates fit is taken (X509_STORE_CTX_get1_issuer, find_issuer); it never goes back.
    """
    path = [leaf]
    anchors = {root.sha256 for root in roots}
    while len(path) < MAX_DEPTH and not (path[-1].sha256 in anchors and path[-1].self_issued):
        used = {certificate.sha256 for certificate in path}
        fitting = [c for c in (*roots, *pool) if c.sha256 not in used and _points_at(path[-1], c)]
        installed = [c for c in fitting if c.sha256 in anchors]
        best = installed or fitting
        chosen = next((c for c in best if _is_current(c, now)), best[0] if best else None)
        if chosen is None:
            break
        path.append(chosen)
    return path


def _points_at(child: ParsedCertificate, issuer: ParsedCertificate) -> bool:
    other = contradicts(child.authority_key, issuer.key_id, issuer.issuer, issuer.serial)
    return not other and child.issuer.key == issuer.subject.key


def _is_current(certificate: ParsedCertificate, now: datetime) -> bool:
    begin, end = certificate.not_before, certificate.not_after
    return begin is not None and end is not None and begin <= now <= end


def is_signed_by(child: ParsedCertificate, issuer: ParsedCertificate) -> bool | None:
    """Say whether the issuer's key made the child's signature, whatever the hash (weakness is judged apart)."""
    return keys.made_by(issuer.spki, child.outer_algorithm, child.tbs, child.signature)
