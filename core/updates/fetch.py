"""Get the statement: one https request to the one place that the build names; it says nothing of who asks."""

import http.client
import ssl
from urllib.parse import urlsplit

from core.errors import UpdateUnreachable
from core.updates.statement import LARGEST

WITHIN_S = 4.0


def fetch(place: str) -> bytes:
    """Return what stands at an https address. No redirect is followed, no cookie kept, no version told.

    Raises: UpdateUnreachable.
    """
    parts = urlsplit(place)
    if parts.scheme != "https" or not parts.hostname:
        raise UpdateUnreachable(f"{place} is no https address.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=WITHIN_S, context=ssl.create_default_context()
        )
        try:
            connection.request("GET", path, headers={"User-Agent": "Dotlocal", "Accept": "application/json"})
            answer = connection.getresponse()
            octets = answer.read(LARGEST + 1)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UpdateUnreachable(f"{parts.hostname} could not be asked: {error}") from error
    if answer.status != 200:
        raise UpdateUnreachable(f"{parts.hostname} answered {answer.status}.")
    return octets
