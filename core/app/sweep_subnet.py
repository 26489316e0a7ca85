"""Look for devices that never announce themselves: try the TLS ports of a subnet, gently, when somebody asks for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, ip_network

from core.app.judge_chain import ChainJudge
from core.app.probe_policy import ProbePolicy
from core.app.workers import Worker
from core.errors import BadAddress
from core.events import ChainJudged
from core.model.certificate import Presented
from core.settings import NetworkSettings
from core.tls.probe import capture

MOST_ADDRESSES = 1_024
AT_ONCE = 64
CONNECT_S = 1.5
MOST_CONNECTIONS = 5
_OWN = tuple(ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"))


@dataclass(frozen=True, slots=True)
class Found:
    """An open port: its address, and the chain with its verdicts where it spoke TLS."""

    address: str
    port: int
    judged: ChainJudged


def swept_network(text: str) -> IPv4Network:
    """Return the subnet to sweep.

    Raises: BadAddress for what is no private IPv4 network of at most 1,024 addresses.
    """
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise BadAddress(f"{text!r} is not a network.", hint="Write it like 192.168.1.0/24.") from error
    if not isinstance(network, IPv4Network) or not any(network.subnet_of(own) for own in _OWN):  # type: ignore[arg-type]
        raise BadAddress(f"{network} is not a private IPv4 network.", hint="Only your own networks are swept.")
    if network.num_addresses > MOST_ADDRESSES:
        raise BadAddress(
            f"{network} has more than {MOST_ADDRESSES} addresses.", hint="Sweep a part of it, such as a /24."
        )
    return network


async def sweep(
    network: IPv4Network, ports: Sequence[int], rate: float, judge: ChainJudge, worker: Worker, *, timeout_s: float
) -> AsyncIterator[Found]:  # fmt: skip
    """Yield every open port as it is found, judged; at most `rate` new connections a second."""
    policy = ProbePolicy(NetworkSettings(probes_per_second=rate, probes_per_subnet=rate), burst=1)
    places = [(str(address), port) for address in network.hosts() for port in ports]
    found: asyncio.Queue[Found | None] = asyncio.Queue()
    room = asyncio.Semaphore(AT_ONCE)

    async def look(address: str, port: int) -> None:
        async with room:
            await policy.turn(address)
            if not await _is_open(address, port):
                return
            for _ in range(MOST_CONNECTIONS):  # so many where the first gives no chain
                await policy.turn(address)
            presented = await capture(address, (address,), port, timeout_s=timeout_s)
            named = _named(presented)
            judgement = await worker.run(lambda: judge.judge(named, remember=False))
            await found.put(Found(address, port, ChainJudged(named.host, named, judgement.verdicts, judgement.path)))

    async def look_everywhere() -> None:
        async with asyncio.TaskGroup() as tasks:
            for address, port in places:
                tasks.create_task(look(address, port))
        await found.put(None)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(look_everywhere())
        while (one := await found.get()) is not None:
            yield one


def _named(presented: Presented) -> Presented:
    """Return the capture under the first .local name of its certificate, which people would visit it by."""
    names = presented.chain[0].names if presented.chain else ()
    local = next((n for n in names if n.lower().endswith(".local") and not n.startswith("*")), "")
    return replace(presented, host=local.lower()) if local else presented


async def _is_open(address: str, port: int) -> bool:
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(address, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
