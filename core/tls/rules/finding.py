"""A reason together with the kinds of client that refuse for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.model.verdict import Reason

SYSTEM, OPENSSL, FIREFOX, CHROMIUM, JAVA, SITE, WEBPKI = (
    "os",
    "openssl",
    "firefox",
    "chromium",
    "java",
    "site",
    "webpki",
)
EVERYONE = frozenset({SYSTEM, OPENSSL, FIREFOX, CHROMIUM, JAVA, SITE, WEBPKI})
LIKE_OPENSSL = frozenset({SYSTEM, OPENSSL, SITE})
"""The system's verifier on Linux, OpenSSL itself, and the look through our own root."""
STRICT = frozenset({CHROMIUM, WEBPKI})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """A reason and the kinds of client that refuse for it; an empty set means that it only informs."""

    reason: Reason
    refused_by: frozenset[str]

    def refuses(self, kind: str) -> bool:
        """Say whether a client of this kind refuses; one that we have no rules for refuses whatever anybody refuses."""
        return kind in self.refused_by or (kind not in EVERYONE and bool(self.refused_by))


def stop(code: str, link: int | None, **facts: object) -> Finding:
    """Return a finding that every client refuses for."""
    return part(EVERYONE, code, link, **facts)


def part(clients: Iterable[str], code: str, link: int | None, **facts: object) -> Finding:
    """Return a finding that these kinds of client refuse for."""
    return Finding(Reason(code, link, tuple((key, str(value)) for key, value in facts.items())), frozenset(clients))


def note(code: str, link: int | None, **facts: object) -> Finding:
    """Return a finding that only informs."""
    return part(NOBODY, code, link, **facts)
