"""What can be said of the chain as it was sent, beside the path that it gives."""

from collections.abc import Sequence

from core.tls.certificate import ParsedCertificate
from core.tls.rules.finding import CHROMIUM, FIREFOX, Finding, note, part

OLD_PROTOCOLS = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


def sent_findings(entries: Sequence[ParsedCertificate | None], path: list[ParsedCertificate]) -> list[Finding]:
    """Return what is untidy in a chain (`entries`, device first) beside the path (device first) that it gives."""
    found: list[Finding] = []
    fingerprints = [entry.sha256 for entry in entries if entry is not None]
    twice = len(fingerprints) - len(set(fingerprints))
    if twice:
        found.append(note("duplicate-certificates", None, count=twice))
    in_path = [certificate.sha256 for certificate in path]
    places = [fingerprints.index(sha256) for sha256 in in_path if sha256 in fingerprints]
    if places != sorted(places):
        found.append(note("wrong-order", None))
    unrelated = len(set(fingerprints) - set(in_path))
    if unrelated and len(path) > 1:
        found.append(note("unrelated-certificates", None, count=unrelated))
    if len(path) > 1 and path[-1].self_issued and path[-1].sha256 in fingerprints:
        found.append(note("root-included", len(path) - 1))
    return found


def protocol_findings(protocol: str) -> list[Finding]:
    """Return whether today's browsers would speak what the device speaks."""
    if protocol in OLD_PROTOCOLS:
        return [part({FIREFOX, CHROMIUM}, "old-protocol", None, version=protocol)]
    return []
