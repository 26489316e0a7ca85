"""Judge a chain that is no device of the list: from a file, from what was pasted, or from a host that was typed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.app.inspect_device import Inspection
from core.clock import Clock
from core.errors import InputProblem
from core.events import ChainJudged
from core.model.device import Address, Device, Presence
from core.model.text import display


@dataclass(frozen=True, slots=True)
class OutsideChain:
    """A judged chain, and a device that stands for where it came from."""

    device: Device
    judged: ChainJudged
    from_file: bool


class OutsideDesk:
    """Reads and judges; what it sees is not remembered."""

    def __init__(
        self,
        of_host: Callable[[str], Awaitable[Inspection]],
        of_chain: Callable[[Sequence[bytes], str], Awaitable[Inspection]],
        clock: Clock,
    ) -> None:
        self._of_host, self._of_chain, self._clock = of_host, of_chain, clock

    async def host(self, target: str) -> OutsideChain:
        """Connect to "host", "host:port" or a URL.

        Raises: BadName, NetworkUnavailable.
        """
        return _outside(await self._of_host(target), target, self._clock(), from_file=False)

    async def file(self, file: Path, name: str = "", password: str = "") -> OutsideChain:
        """Read a file of any common form.

        Raises: NoCertificates, FilePasswordWrong.
        """
        from core.app.read_certificates import read_file

        ders = await asyncio.to_thread(read_file, file, lambda _: password or None)
        return await self._of_ders(ders, file.name, name)

    async def content(self, content: bytes, source: str, name: str = "", password: str = "") -> OutsideChain:
        """Read what was dropped or pasted.

        Raises: NoCertificates, FilePasswordWrong.
        """
        from core.app.read_certificates import certificates_in

        ders = await asyncio.to_thread(certificates_in, content, source, lambda _: password or None)
        return await self._of_ders(ders, source, name)

    async def _of_ders(self, ders: Sequence[bytes], source: str, name: str) -> OutsideChain:
        from core.tls.parse import certificate_facts

        leaf = certificate_facts(ders[0])
        visited = name or next((n for n in leaf.names if "*" not in n), "") or leaf.common_name
        if not visited:
            raise InputProblem(f"{display(source)} names no host.", hint="Type the name that it is visited by.")
        judged = await self._of_chain(ders, visited)
        return _outside(judged, display(leaf.common_name) or source, self._clock(), from_file=True)


def _outside(found: Inspection, name: str, now: datetime, *, from_file: bool) -> OutsideChain:
    presented = found.presented
    addresses = (Address(presented.address),) if presented.address else ()
    device = Device(
        presented.host, name, addresses, (), online=True, first_seen=now, last_seen=now, presence=Presence.HERE
    )
    judged = ChainJudged(presented.host, presented, found.verdicts, found.path)
    return OutsideChain(device, judged, from_file)
