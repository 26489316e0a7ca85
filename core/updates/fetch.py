"""Get the statement: one https request to the one place that the build names; it says nothing of who asks."""

import http.client
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import UpdateUnreachable
from core.updates.statement import LARGEST

WITHIN_S, ALTOGETHER_S = 4.0, 12.0
_PIECE = 4096
_PUBLIC_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine
)


def fetch(place: str) -> bytes:
    """Return what stands at an https address. No redirect is followed, no cookie kept, no version told.

    Raises: UpdateUnreachable.
    """
    deadline = time.monotonic() + ALTOGETHER_S
    try:
        parts = urlsplit(place)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError as error:
        raise UpdateUnreachable(f"{place} is no https address.") from error
    if parts.scheme != "https" or not host:
        raise UpdateUnreachable(f"{place} is no https address.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = http.client.HTTPSConnection(host, port, timeout=WITHIN_S, context=_trusting())
        try:
            connection.request("GET", path, headers={"User-Agent": "Dotlocal", "Accept": "application/json"})
            with connection.getresponse() as answer:
                octets = _read(answer, deadline)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UpdateUnreachable(f"{host} could not be asked: {error}") from error
    if answer.status != 200:
        raise UpdateUnreachable(f"{host} answered {answer.status}.")
    return octets


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """Return the body, or as much of it as is certainly too long; a server that drips ends at the deadline."""
    octets = b""
    while len(octets) <= LARGEST:
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
        piece = answer.read1(_PIECE)
        if not piece:
            break
        octets += piece
    return octets


def _trusting() -> ssl.SSLContext:
    """Return a context with the public roots; where a bundle's OpenSSL looks at its builder's place, the system's."""
    context = ssl.create_default_context()
    places = ssl.get_default_verify_paths()
    if not context.cert_store_stats()["x509_ca"] and not (places.cafile or places.capath):
        found = next((place for place in _PUBLIC_ROOTS if Path(place).is_file()), None)
        if found is not None:
            context.load_verify_locations(found)
    return context
