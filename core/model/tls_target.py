"""Which of a device's ports may speak TLS, and how one gets there; pure.

Asked by whoever connects, and by whoever says of a device that it offers no TLS, so that both mean the same ports;
`every_tcp` alone, which a setting can ask for, is the connecting side's own.
"""

from dataclasses import dataclass

from core.model.device import Service
from core.model.service_catalogue import CATALOGUE

# IANA service name registry: types that the catalogue has no words for, and whose port speaks TLS from the first byte.
_TLS_WITHOUT_WORDS = frozenset({"_mqtts._tcp", "_ldaps._tcp", "_imaps._tcp"})
_PLAIN_HTTP_PORTS = frozenset({80, 8080, 8000, 8008})
# RFC 3207, 2595, 4217, 4511, 6120 and PostgreSQL's protocol: types that begin in clear text and can go over to TLS.
_GOES_OVER = {
    "_ftp._tcp": "ftp", "_smtp._tcp": "smtp", "_submission._tcp": "smtp", "_imap._tcp": "imap", "_pop3._tcp": "pop3",
    "_ldap._tcp": "ldap", "_xmpp-client._tcp": "xmpp", "_xmpp-server._tcp": "xmpp", "_postgresql._tcp": "postgres",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TlsTarget:
    """Where a chain can be had: the port, the protocol that goes before TLS ("" for none), and whether it is DTLS."""

    port: int
    starttls: str = ""
    dtls: bool = False


def tls_target(services: tuple[Service, ...], *, every_tcp: bool = False) -> TlsTarget | None:
    """Return where to capture a device's chain from, or None.

    The web on 443 first, then HTTPS elsewhere, other types that always speak TLS, HTTP on a port that is not plain,
    whatever else is announced on 443, types that go over to TLS, DTLS; with `every_tcp`, as the settings may want it,
    any other TCP service last.
    """
    candidates = [(_rank(s, every_tcp=every_tcp), s.port, s) for s in services if 0 < s.port < 65_536]
    chosen = min((c for c in candidates if c[0] is not None), key=lambda c: (c[0], c[1]), default=None)
    if chosen is None:
        return None
    kind = chosen[2].type.lower()
    return TlsTarget(chosen[1], _GOES_OVER.get(kind, ""), _always_tls(kind) and kind.endswith("._udp"))


def announces_tls(service: Service) -> bool:
    """Say whether a service's type says that its port speaks TLS, or DTLS."""
    return _always_tls(service.type.lower())


def _always_tls(kind: str) -> bool:
    known = CATALOGUE.get(kind)
    return kind in _TLS_WITHOUT_WORDS or (known is not None and known.tls)


def _rank(service: Service, *, every_tcp: bool) -> int | None:
    """Return the first step that a service stands on, in the order that `tls_target` tells; None for none."""
    kind = service.type.lower()
    always = _always_tls(kind)
    stream = kind.endswith("._tcp")
    web = kind in {"_https._tcp", "_http._tcp"} and service.port not in _PLAIN_HTTP_PORTS
    steps = (
        web and service.port == 443,
        kind == "_https._tcp",
        always and stream,
        web,
        stream and service.port == 443 and kind not in _GOES_OVER,
        kind in _GOES_OVER,
        always,
        every_tcp and stream,
    )
    return steps.index(True) if True in steps else None
