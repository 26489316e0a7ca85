"""Check one host's announcement, and whether this computer's own programs can resolve its name."""

import asyncio
import threading

from core.discovery.evidence import gather
from core.discovery.lint import lint
from core.discovery.system_resolver import ask_system
from core.errors import BadName
from core.model.lint import LintReport
from core.model.resolving import ResolverSight


async def lint_host(
    host: str, interfaces: tuple[str, ...] = (), seconds: float = 4.0
) -> tuple[LintReport, ResolverSight]:
    """Return what is wrong with a host's announcement, and what this computer's resolver says of the name.

    Raises: BadName, NetworkUnavailable, UnknownInterface.
    """
    name = host.strip().rstrip(".").lower()
    if not name or any(c.isspace() for c in name) or len(name.encode()) > 253:
        raise BadName(f"{host!r} is not a host.", hint="Write it like dev01.local.")
    name = name if name.endswith(".local") else f"{name}.local"
    stop = threading.Event()
    try:
        evidence, sight = await asyncio.gather(
            asyncio.to_thread(gather, name, interfaces, seconds, stop), asyncio.to_thread(ask_system, name, stop=stop)
        )
    finally:
        stop.set()  # an interrupt is not to wait for the threads
    report = lint(evidence)
    return report, sight.compared(report.addresses)
