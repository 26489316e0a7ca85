"""Fetch revocation lists and status answers from where certificates say; only after a person allowed this traffic."""

import asyncio
import http.client
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from core.model.verdict import PathLink
from core.tls import ocsp
from core.tls.certificate import ParsedCertificate, try_parse
from core.tls.revocation import places_of

log = logging.getLogger(__name__)

WITHIN_S = 5.0
MOST_OCTETS = 16 * 1024 * 1024
MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class RevocationTold:
    """What was fetched, as DER: whole lists, and answers about single certificates. Nothing is believed yet."""

    lists: tuple[bytes, ...] = ()
    answers: tuple[bytes, ...] = ()


async def ask(path: Sequence[PathLink]) -> RevocationTold:
    """Ask every list and status service that a path (device first) names; what does not answer is left out."""
    parsed = [c for link in path if (c := try_parse(link.certificate.der)) is not None]
    async with asyncio.TaskGroup() as tasks:
        lists = [tasks.create_task(_fetch(place, b"")) for place in places_of(parsed)[:MOST_PLACES]]
        answers = [tasks.create_task(_fetch(*question)) for question in _questions(parsed)[:MOST_PLACES]]
    return RevocationTold(_got(lists), _got(answers))


def _questions(path: list[ParsedCertificate]) -> list[tuple[str, bytes]]:
    found = []
    for certificate, issuer in pairwise(path):
        place, request = ocsp.responder_of(certificate), ocsp.request_for(certificate, issuer)
        if place and request:
            found.append((place, request))
    return found


def _got(tasks: "list[asyncio.Task[bytes | None]]") -> tuple[bytes, ...]:
    return tuple(octets for task in tasks if (octets := task.result()) is not None)


async def _fetch(place: str, request: bytes) -> bytes | None:
    return await asyncio.to_thread(_fetch_now, place, request)


def _fetch_now(place: str, request: bytes) -> bytes | None:
    """Get an address by plain http, or post a request to it; no other scheme, no detour, no more than a limit."""
    try:
        parts = urlsplit(place)
        if parts.scheme != "http" or not parts.hostname:
            return None
        connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=WITHIN_S)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            kind = {"Content-Type": "application/ocsp-request"} if request else {}
            connection.request("POST" if request else "GET", target, body=request or None, headers=kind)
            response = connection.getresponse()
            octets = _read(response)
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        log.info("%r gave nothing: %s", place, error)
        return None
    return octets if response.status == 200 else None


def _read(response: http.client.HTTPResponse) -> bytes:
    """Read an answer to its end, within the time and the size that one may take. Raises: ValueError."""
    octets, until = bytearray(), time.monotonic() + 2 * WITHIN_S
    while part := response.read1(65_536):
        octets += part
        if len(octets) > MOST_OCTETS or time.monotonic() > until:
            raise ValueError("it takes too long")
    return bytes(octets)
