"""What certificates of several devices on one network say together: keys, serials and names used twice; no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.tls.certificate import ParsedCertificate
from core.tls.rules.finding import FIREFOX, Finding, note, part

MOST_REMEMBERED = 20_000
MOST_NAMED = 3


@dataclass
class UsedSerials:
    """Remembers which certificate bore an issuer's serial number first; NSS refuses a second one that bears it."""

    _first: dict[tuple[bytes, int], tuple[str, str]] = field(default_factory=dict)

    def findings(self, shown_by: str, chain: Iterable[ParsedCertificate | None]) -> list[Finding]:
        """Return a finding for each certificate (device first) whose issuer and serial another one has."""
        found: list[Finding] = []
        for link, certificate in enumerate(chain):
            if certificate is None:
                continue
            key = (certificate.issuer.raw, certificate.serial)
            if key not in self._first and len(self._first) < MOST_REMEMBERED:
                self._first[key] = (certificate.sha256, shown_by)
            sha256, other = self._first.get(key, (certificate.sha256, ""))
            if sha256 != certificate.sha256:
                found.append(part({FIREFOX}, "serial-reused", None if link else 0, other=other or "another device"))
        return found


@dataclass
class Neighbourhood:
    """The chains of all devices that were captured; each host's last one counts."""

    _chains: dict[str, tuple[ParsedCertificate | None, ...]] = field(default_factory=dict)

    def remember(self, host: str, chain: Iterable[ParsedCertificate | None]) -> None:
        """Take a host's newest chain, device first."""
        self._chains[host] = tuple(chain)

    def forget(self, host: str) -> None:
        """Leave a host out from now on."""
        self._chains.pop(host, None)

    def authorities(self) -> tuple[bytes, ...]:
        """Return the DER of every CA certificate that any device presents."""
        found = {
            certificate.sha256: certificate.der
            for chain in self._chains.values()
            for certificate in chain[1:]
            if certificate is not None and certificate.basic is not None and certificate.basic.ca
        }
        return tuple(found.values())

    def findings(self, host: str) -> list[Finding]:
        """Return what other devices' certificates say about this host's."""
        chain = self._chains.get(host, ())
        own = chain[0] if chain else None
        if own is None:
            return []
        others = {h: c[0] for h, c in self._chains.items() if h != host and c and c[0] is not None}
        twins = [h for h, c in others.items() if c is not None and c.sha256 == own.sha256]
        same_key = [h for h, c in others.items() if c is not None and c.spki == own.spki and h not in twins]
        found = [
            note(code, 0, count=len(hosts) + 1, others=_listed(hosts))
            for code, hosts in (("certificate-shared", twins), ("key-shared", same_key))
            if hosts
        ]
        for other, certificate in others.items():
            if certificate is None or certificate.sha256 == own.sha256:
                continue
            if certificate.issuer.raw == own.issuer.raw and certificate.serial == own.serial:
                found.append(part({FIREFOX}, "serial-reused", 0, other=other))
                break
        return found


def _listed(hosts: list[str]) -> str:
    more = f" and {len(hosts) - MOST_NAMED} more" if len(hosts) > MOST_NAMED else ""
    return ", ".join(sorted(hosts)[:MOST_NAMED]) + more
