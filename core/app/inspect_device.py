"""Look at one host's chain now: resolve, capture, judge."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.app.ask_revocation import ask
from core.app.judge_chain import ChainJudge
from core.app.workers import Worker
from core.clock import Clock, utc_now
from core.discovery.resolve import resolve
from core.errors import BadName, NetworkUnavailable
from core.model.certificate import Presented
from core.model.verdict import PathLink, Verdict
from core.tls.dtls import capture_datagrams
from core.tls.hostnames import as_address
from core.tls.parse import certificate_facts
from core.tls.probe import capture
from core.tls.starttls import BY_PORT, PREFACES

DEFAULT_PORT = 443
_SCHEMES = {
    "https": 443, "wss": 443, "ldaps": 636, "imaps": 993, "pop3s": 995, "smtps": 465, "mqtts": 8883, "ftps": 990,
    "coaps": 5684, "ipps": 631,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a host presented and what each client makes of it."""

    presented: Presented
    verdicts: tuple[Verdict, ...]
    path: tuple[PathLink, ...]


def split_target(text: str) -> tuple[str, int]:
    """Return host and port of "host", "host:port", "[v6]:port", a bare IPv6 address or a URL.

    Raises: BadName.
    """
    host, port_text = text.strip(), ""
    default = DEFAULT_PORT
    scheme, slashes, rest = host.partition("://")
    if slashes:
        if scheme.lower() not in _SCHEMES:
            raise BadName(f"{scheme!r} is not a scheme with TLS.", hint=f"Known: {', '.join(sorted(_SCHEMES))}.")
        default = _SCHEMES[scheme.lower()]
        host = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
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
        return host.rstrip(".").lower(), default
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
    at: datetime | None = None,
    starttls: str = "",
    dtls: bool = False,
    ask_outside: bool = False,
    remember: bool = True,
) -> Inspection:
    """Capture and judge what `target` presents; at `address`, if one is named, and as of `at` instead of now.

    With `ask_outside` the lists and status services that the certificates name are asked.
    `starttls` names what goes before TLS; by itself it is chosen by the port. With `dtls` datagrams are spoken.
    Without `remember` its key is neither compared with the one that is known, nor kept.
    Raises: BadName, UnknownInterface.
    """
    host, port = split_target(target)
    if starttls and starttls not in PREFACES:
        raise BadName(f"There is no STARTTLS for {starttls!r}.", hint=f"Known: {', '.join(PREFACES)}.")
    where = (address,) if address else await _addresses_of(host, port, interfaces)
    if not where:
        presented = Presented(host, "", port, clock(), failure="no-address")
    elif dtls or target.lower().startswith("coaps:"):
        presented = await capture_datagrams(host, where[0], port, timeout_s=timeout_s, clock=clock)
    else:
        before = starttls or BY_PORT.get(port, "")
        presented = await capture(host, where, port, timeout_s=timeout_s, clock=clock, starttls=before)
    judgement = await worker.run(lambda: judge.judge(presented, at, remember=remember))
    if ask_outside and judgement.path:
        told = await ask(judgement.path)
        judgement = await worker.run(lambda: judge.judge(presented, at, told=told))
    return Inspection(presented, judgement.verdicts, judgement.path)


async def inspect_chain(
    chain: Sequence[bytes], name: str, judge: ChainJudge, worker: Worker, at: datetime
) -> Inspection:
    """Judge a chain from a file (device first) as if `name` were visited; "": the first name that it bears."""
    shown = tuple(map(certificate_facts, chain))
    visited = name or next((n for n in shown[0].names if "*" not in n), shown[0].common_name)
    presented = Presented(visited, "", 0, at, shown, key_proved=True)
    judgement = await worker.run(lambda: judge.judge(presented, at, remember=False))
    return Inspection(presented, judgement.verdicts, judgement.path)


async def _addresses_of(host: str, port: int, interfaces: tuple[str, ...]) -> tuple[str, ...]:
    """Return addresses: the system's resolver first, multicast DNS for .local where it knows none."""
    if as_address(host) is not None:
        return (host,)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(5.0):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    except (OSError, TimeoutError, UnicodeError):
        if not host.endswith(".local"):
            return ()
    try:
        return await asyncio.to_thread(resolve, host, interfaces)
    except NetworkUnavailable:
        return ()
