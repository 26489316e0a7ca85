"""Service types: which ones to ask for first, and which of their ports speak TLS; pure."""

from dataclasses import dataclass

from core.model.device import Service

COMMON_TYPES = tuple(f"_{name}.local." for name in (
    "http._tcp", "https._tcp", "ipp._tcp", "ipps._tcp", "printer._tcp", "pdl-datastream._tcp", "uscan._tcp", "ssh._tcp",
    "sftp-ssh._tcp", "smb._tcp", "workstation._tcp", "mqtt._tcp", "secure-mqtt._tcp", "opcua-tcp._tcp", "modbus._tcp",
    "coap._udp", "hap._tcp", "matter._tcp", "matterc._udp", "esphomelib._tcp", "shelly._tcp", "arduino._tcp",
    "googlecast._tcp", "airplay._tcp", "raop._tcp", "axis-video._tcp", "rtsp._tcp", "rfb._tcp", "lxi._tcp",
    "hislip._tcp",
))  # fmt: skip

# IANA service name registry and vendors' documentation: types whose port speaks TLS from the first byte.
_ALWAYS_TLS = frozenset(
    {"_https._tcp", "_ipps._tcp", "_secure-mqtt._tcp", "_mqtts._tcp", "_ldaps._tcp", "_imaps._tcp", "_opcua-https._tcp"}
)
_PLAIN_HTTP_PORTS = frozenset({80, 8080, 8000, 8008})
# RFC 3207, 2595, 4217, 4511, 6120 and PostgreSQL's protocol: types that begin in clear text and can go over to TLS.
_GOES_OVER = {
    "_ftp._tcp": "ftp", "_smtp._tcp": "smtp", "_submission._tcp": "smtp", "_imap._tcp": "imap", "_pop3._tcp": "pop3",
    "_ldap._tcp": "ldap", "_xmpp-client._tcp": "xmpp", "_xmpp-server._tcp": "xmpp", "_postgresql._tcp": "postgres",
}  # fmt: skip
_DTLS = frozenset({"_coaps._udp"})


@dataclass(frozen=True, slots=True)
class TlsTarget:
    """Where a chain can be had: the port, the protocol that goes before TLS ("" for none), and whether it is DTLS."""

    port: int
    starttls: str = ""
    dtls: bool = False


def may_speak_tls(service: Service) -> bool:
    """Say whether a service's port is worth a TLS connection: typed as TLS, or HTTP on a port that is not plain."""
    if not 0 < service.port < 65_536:
        return False
    kind = service.type.lower()
    return kind in _ALWAYS_TLS or (kind == "_http._tcp" and service.port not in _PLAIN_HTTP_PORTS)


def tls_target(services: tuple[Service, ...], *, every_tcp: bool = False) -> TlsTarget | None:
    """Return where to capture a device's chain from, or None.

    443 first, then types that always speak TLS, HTTP, types that go over to TLS, DTLS; with `every_tcp` any other
    TCP service last, for who wants to see them all.
    """
    candidates = [(_rank(s, every_tcp=every_tcp), s.port, s) for s in services if 0 < s.port < 65_536]
    chosen = min((c for c in candidates if c[0] is not None), key=lambda c: (c[0], c[1]), default=None)
    if chosen is None:
        return None
    kind = chosen[2].type.lower()
    return TlsTarget(chosen[1], _GOES_OVER.get(kind, ""), kind in _DTLS)


def _rank(service: Service, *, every_tcp: bool) -> int | None:
    kind = service.type.lower()
    if may_speak_tls(service):
        return 0 if service.port == 443 else 1 if kind in _ALWAYS_TLS else 2
    if kind in _GOES_OVER:
        return 3
    if kind in _DTLS:
        return 4
    return 5 if every_tcp and kind.endswith("._tcp") else None
