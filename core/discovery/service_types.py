"""Service types: which ones to ask for first, and which of their ports speak TLS; pure."""

from core.model.device import Service

ENUMERATION = "_services._dns-sd._udp.local."

COMMON_TYPES = (
    "_http._tcp.local.", "_https._tcp.local.", "_ipp._tcp.local.", "_ipps._tcp.local.", "_workstation._tcp.local.",
    "_mqtt._tcp.local.", "_secure-mqtt._tcp.local.", "_opcua-tcp._tcp.local.", "_hap._tcp.local.",
    "_matter._tcp.local.", "_esphomelib._tcp.local.", "_arduino._tcp.local.", "_rtsp._tcp.local.",
    "_ssh._tcp.local.", "_printer._tcp.local.", "_device-info._tcp.local.",
)  # fmt: skip

# IANA service name registry and vendors' documentation: types whose port speaks TLS from the first byte.
_ALWAYS_TLS = frozenset(
    {"_https._tcp", "_ipps._tcp", "_secure-mqtt._tcp", "_mqtts._tcp", "_ldaps._tcp", "_imaps._tcp", "_opcua-https._tcp"}
)
_PLAIN_HTTP_PORTS = frozenset({80, 8080, 8000, 8008})


def may_speak_tls(service: Service) -> bool:
    """Say whether a service's port is worth a TLS connection: typed as TLS, or HTTP on a port that is not plain."""
    if not 0 < service.port < 65_536:
        return False
    kind = service.type.lower()
    return kind in _ALWAYS_TLS or (kind == "_http._tcp" and service.port not in _PLAIN_HTTP_PORTS)


def tls_port(services: tuple[Service, ...]) -> int | None:
    """Return the port to capture a device's chain from, or None: 443 first, then types that always speak TLS."""
    candidates = [s for s in services if may_speak_tls(s)]
    candidates.sort(key=lambda s: (s.port != 443, s.type.lower() not in _ALWAYS_TLS, s.port))
    return candidates[0].port if candidates else None
