"""`dotlocal devices`: what is on the network, once or as it changes."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.device_rows import HEADINGS, all_trusted, is_wanted, open_watch, raise_network_problem, row_texts
from core.cli.output import FINDING, FINE, device_json, document, finding_json, table, talk, tell_finding
from core.events import ChainJudged
from core.model.device import Device
from core.model.network_finding import NetworkFinding, Weight
from core.paths import state_folder
from core.settings import load

if TYPE_CHECKING:
    from core.app.core import Core
    from core.app.watch_network import NetworkWatch

Rows = tuple[tuple[Device, ChainJudged | None], ...]
_SETTLE_S = 8.0
_LISTEN_S = 5.0


def devices(
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=0.1, help="How long to listen; 5, with --watch for ever."),
    ] = None,
    interface: Annotated[
        list[str] | None, typer.Option("--interface", help="Listen on this interface (name or address); repeatable.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--type", help="Show only devices with this service, such as http."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: a live table, or one JSON event a line.")] = False,
    network: Annotated[
        bool, typer.Option("--network", help="With --watch --json: also lines of what is listened to and found.")
    ] = False,
    probe: Annotated[bool, typer.Option("--probe/--no-probe", help="Connect to TLS ports to see certificates.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the .local devices of the network, with a verdict on each one's certificate."""
    settings = load(state_folder())
    chosen = replace(settings.network, probe=probe and settings.network.probe)
    if interface:
        chosen = replace(chosen, interfaces=tuple(interface))
    settings = replace(settings, network=chosen)
    kinds = frozenset(_type_name(text) for text in kind or ())
    if watch:
        from core.cli.watch import follow

        with suppress(asyncio.CancelledError):
            asyncio.run(follow(settings, kinds, seconds, as_json=as_json, network=network))
        return
    rows, findings = asyncio.run(collect(open_watch(settings), seconds or _LISTEN_S))
    wanted = tuple(row for row in rows if is_wanted(row[0], kinds))
    if rows and not wanted and not as_json:
        talk(f"None of the {len(rows)} devices has such a service.")
    show("devices", wanted, findings, as_json=as_json, quiet=bool(rows))
    attention = any(judged and not all_trusted(judged) for _, judged in wanted)
    raise typer.Exit(FINDING if attention else FINE)


def _type_name(text: str) -> str:
    """Return "_http._tcp" for "http", "_http._tcp" and "_http._tcp.local."."""
    name = text.lower().rstrip(".").removesuffix(".local")
    name = name if name.startswith("_") else f"_{name}"
    return name if "._" in name else f"{name}._tcp"


async def collect(watch: "Core | NetworkWatch", seconds: float) -> tuple[Rows, tuple[NetworkFinding, ...]]:
    """Listen for a while, then let running checks end, and return what was found.

    Raises: NetworkUnavailable, UnknownInterface.
    """
    done = watch.bus.subscribe(raise_network_problem)
    async with asyncio.TaskGroup() as tasks, watch:
        await watch.start(tasks)
        done()
        await asyncio.sleep(seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_S):
                await watch.settled()
        return watch.rows(), watch.findings()


def show(
    command: str, rows: Rows, findings: tuple[NetworkFinding, ...] = (), *, as_json: bool, quiet: bool = False
) -> None:
    """Print devices as a document or as a table, and what was found of the network; `quiet`: others are there."""
    if as_json:
        document(
            command,
            {
                "devices": [device_json(device, judged) for device, judged in rows],
                "network": [finding_json(f) for f in findings],
            },
        )
        return
    if rows:
        table(HEADINGS, (row_texts(device, judged) for device, judged in rows))
    for finding in findings:
        if finding.weight is not Weight.HINT or not rows:
            tell_finding(finding)
    if not rows and not findings and not quiet:
        talk("No device announced itself. Check the interface (--interface) and the firewall (UDP port 5353).")
