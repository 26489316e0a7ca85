"""Look at one host's chain now: resolve, capture, judge."""

import asyncio
import socket
from dataclasses import dataclass

from core.app.judge_chain import ChainJudge
from core.app.workers import Worker
from core.clock import Clock, utc_now
from core.discovery.resolve import resolve
from core.errors import BadName, NetworkUnavailable
from core.model.certificate import Presented
from core.model.verdict import PathLink, Verdict
from core.tls.hostnames import as_address
from core.tls.probe import capture

DEFAULT_PORT = 443


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a host presented and what each client makes of it."""

    presented: Presented
    verdicts: tuple[Verdict, ...]
    path: tuple[PathLink, ...]


def split_target(text: str) -> tuple[str, int]:
    """Return host and port of "host", "host:port", "[v6]:port" or a bare IPv6 address.

    Raises: BadName.
    """
    host, port_text = text.strip(), ""
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        port_text = rest.removeprefix(":")
    elif host.count(":") == 1:
        host, _, port_text = host.partition(":")
    if (
        not host.rstrip(".")
        or not host.isprintable()
        or any(c.isspace() or c in "/\\@?#" for c in host)
        or len(host) > 253
    ):
        raise BadName(f"{text!r} is not a host.", hint="Write it like dev01.local or dev01.local:8443.")
    if not port_text:
        return host.rstrip(".").lower(), DEFAULT_PORT
    if not port_text.isascii() or not port_text.isdigit() or not 0 < int(port_text) < 65_536:
        raise BadName(f"{port_text!r} is not a port.", hint="A port is a number from 1 to 65535.")
    return host.rstrip(".").lower(), int(port_text)


async def inspect(
    target: str,
    address: str,
    judge: ChainJudge,
    worker: Worker,
    *,
    interfaces: tuple[str, ...] = (),
    timeout_s: float = 6.0,
    clock: Clock = utc_now,
) -> Inspection:
    """Capture and judge what `target` presents; at `address`, if one is named.

    Raises: BadName, UnknownInterface.
    """
    host, port = split_target(target)
    where = address or await _address_of(host, port, interfaces)
    if where:
        presented = await capture(host, where, port, timeout_s=timeout_s, clock=clock)
    else:
        presented = Presented(host, "", port, clock(), failure="no-address")
    judgement = await worker.run(lambda: judge.judge(presented))
    return Inspection(presented, judgement.verdicts, judgement.path)


async def _address_of(host: str, port: int, interfaces: tuple[str, ...]) -> str:
    """Return an address: the system's resolver first, multicast DNS for .local where it knows none."""
    if as_address(host) is not None:
        return host
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(5.0):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return str(found[0][4][0])
    except (OSError, TimeoutError, UnicodeError):
        if not host.endswith(".local"):
            return ""
    try:
        return next(iter(await resolve(host, interfaces)), "")
    except NetworkUnavailable:
        return ""
