"""Build certificate paths from a device's certificate towards known roots; pure, with a budget of signature checks."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from core.tls import parse

MAX_DEPTH = 10
SIGNATURE_BUDGET = 100
MAX_PATHS = 16
EDGE_BUDGET = 5_000


@dataclass(frozen=True)
class Node:
    """A parsed certificate with the keys that candidates are found by."""

    der: bytes
    certificate: x509.Certificate
    sha256: str
    subject: bytes
    issuer: bytes

    @staticmethod
    def of(der: bytes) -> "Node | None":
        """Return the node of a DER certificate, or None where it or its names cannot be read."""
        return _node(der)

    @staticmethod
    def of_root(der: bytes) -> "Node | None":
        """Return the node of a store's root, kept: the same few hundred are asked for with every chain."""
        return _kept_node(der)


@lru_cache(maxsize=2048)
def _kept_node(der: bytes) -> Node | None:
    return _node(der)


def _node(der: bytes) -> Node | None:
    parsed = parse.load(der)
    if parsed is None:
        return None
    subject = parse.read(lambda: parsed.subject.public_bytes(), None)
    issuer = parse.read(lambda: parsed.issuer.public_bytes(), None)
    if subject is None or issuer is None:
        return None
    return Node(der, parsed, hashlib.sha256(der).hexdigest(), subject, issuer)


@dataclass
class PathSearch:
    """One search: `paths` holds every path found, leaf first; the rest says what was met on the way."""

    paths: list[list[Node]] = field(default_factory=list)
    same_name_other_key: bool = False
    too_complex: bool = False


class PathBuilder:
    """Searches depth first from the leaf over presented, extra and root certificates."""

    def __init__(self, leaf: Node, pool: Iterable[Node], roots: Iterable[Node]) -> None:
        self._leaf = leaf
        self._roots = {node.sha256: node for node in roots}
        candidates = dict(self._roots)
        for node in pool:
            candidates.setdefault(node.sha256, node)
        self._by_subject: dict[bytes, list[Node]] = {}
        for node in candidates.values():
            self._by_subject.setdefault(node.subject, []).append(node)
        for nodes in self._by_subject.values():
            nodes.sort(key=lambda n: n.sha256 not in self._roots)
        self._signatures: dict[tuple[str, str], bool] = {}
        self._edges = 0
        self._search = PathSearch()

    def search(self) -> PathSearch:
        """Return every anchored path, or the longest unanchored ones where there is none."""
        self._extend([self._leaf])
        anchored = [path for path in self._search.paths if path[-1].sha256 in self._roots]
        self._search.paths = sorted(anchored or self._search.paths, key=len)[:MAX_PATHS]
        return self._search

    def _extend(self, path: list[Node]) -> None:
        last = path[-1]
        if last.sha256 in self._roots:
            self._search.paths.append(path)
            return
        if self._search.too_complex:
            return
        grown = False
        used = {node.sha256 for node in path}
        for issuer in self._by_subject.get(last.issuer, ()):
            self._edges += 1
            if self._edges > EDGE_BUDGET or len(path) >= MAX_DEPTH:
                self._search.too_complex = True
                return
            if issuer.sha256 in used:
                continue
            signed = self._signed(last, issuer)
            if signed is None:
                self._search.too_complex = True
                return
            if not signed:
                self._search.same_name_other_key = True
                continue
            grown = True
            self._extend([*path, issuer])
        if not grown:
            self._search.paths.append(path)

    def _signed(self, child: Node, issuer: Node) -> bool | None:
        key = (child.sha256, issuer.sha256)
        if key not in self._signatures:
            if len(self._signatures) >= SIGNATURE_BUDGET:
                return None
            self._signatures[key] = is_signed_by(child.certificate, issuer.certificate)
        return self._signatures[key]


def is_signed_by(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether the issuer's key made the child's signature, whatever the hash (weakness is judged apart)."""
    try:
        key = issuer.public_key()
        hash_algorithm = child.signature_hash_algorithm
        if isinstance(key, rsa.RSAPublicKey) and hash_algorithm is not None:
            parameters = child.signature_algorithm_parameters
            scheme = parameters if isinstance(parameters, padding.PSS) else padding.PKCS1v15()
            key.verify(child.signature, child.tbs_certificate_bytes, scheme, hash_algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and hash_algorithm is not None:
            key.verify(child.signature, child.tbs_certificate_bytes, ec.ECDSA(hash_algorithm))
        else:
            child.verify_directly_issued_by(issuer)
    except Exception:
        return False
    return True
