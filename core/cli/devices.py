"""`dotlocal devices`: what is on the network, once or as it changes."""

import asyncio
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.output import FINDING, FINE, device_json, document, finding_json, table, talk, tell_finding, verdict_word
from core.errors import NetworkUnavailable
from core.events import ChainJudged, Event, NetworkListening
from core.model.device import Device
from core.model.network_finding import NetworkFinding, Weight

if TYPE_CHECKING:
    from core.app.core import CoreConfig

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
    probe: Annotated[bool, typer.Option("--probe/--no-probe", help="Connect to TLS ports to see certificates.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the .local devices of the network, with a verdict on each one's certificate."""
    from core.app.core import CoreConfig

    config = CoreConfig.of_this_machine()
    network = replace(config.settings.network, probe=probe and config.settings.network.probe)
    if interface:
        network = replace(network, interfaces=tuple(interface))
    config = replace(config, settings=replace(config.settings, network=network))
    kinds = frozenset(_type_name(text) for text in kind or ())
    if watch:
        from core.cli.watch import follow

        with suppress(asyncio.CancelledError):
            asyncio.run(follow(config, kinds, seconds, as_json=as_json))
        return
    rows, findings = asyncio.run(collect(config, seconds or _LISTEN_S))
    show("devices", tuple(row for row in rows if is_wanted(row[0], kinds)), findings, as_json=as_json)
    attention = any(judged and not all_trusted(judged) for _, judged in rows)
    raise typer.Exit(FINDING if attention else FINE)


def _type_name(text: str) -> str:
    """Return "_http._tcp" for "http", "_http._tcp" and "_http._tcp.local."."""
    name = text.lower().rstrip(".").removesuffix(".local")
    name = name if name.startswith("_") else f"_{name}"
    return name if "._" in name else f"{name}._tcp"


def is_wanted(device: Device, kinds: frozenset[str]) -> bool:
    """Say whether a device has one of the wanted services; without any, every device is wanted."""
    return not kinds or any(service.type in kinds for service in device.services)


def all_trusted(judged: ChainJudged) -> bool:
    """Say whether at least one client was asked, and every one would trust the chain."""
    return bool(judged.verdicts) and all(v.trusted for v in judged.verdicts)


async def collect(config: "CoreConfig", seconds: float) -> tuple[Rows, tuple[NetworkFinding, ...]]:
    """Listen for a while, then let running checks end, and return what was found.

    Raises: NetworkUnavailable, UnknownInterface.
    """
    from core.app.core import Core

    core = Core(config)
    core.bus.subscribe(raise_network_problem)
    async with asyncio.TaskGroup() as tasks, core:
        await core.start(tasks)
        await asyncio.sleep(seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_S):
                await core.devices.settled()
        return core.devices.devices(), core.devices.findings()


def raise_network_problem(event: Event) -> None:
    """Turn a network that cannot be used into the command's error."""
    if isinstance(event, NetworkListening) and event.problem:
        raise NetworkUnavailable(event.problem)


def show(command: str, rows: Rows, findings: tuple[NetworkFinding, ...] = (), *, as_json: bool) -> None:
    """Print devices as a document or as a table, and what was found of the network."""
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
    if not rows and not findings:
        talk("No device announced itself. Check the interface (--interface) and the firewall (UDP port 5353).")


HEADINGS = ("Device", "Host", "Address", "Services", "Certificate")


def row_texts(device: Device, judged: ChainJudged | None) -> tuple[str, ...]:
    """Return a device's cells; network text is made visible where they are printed."""
    return (
        device.name,
        device.host,
        ", ".join(dict.fromkeys(a.address for a in device.addresses)),
        ", ".join(sorted({s.type.removesuffix("._tcp").removeprefix("_") for s in device.services})),
        verdict_word(judged, device),
    )


def end_on_signals(task: "asyncio.Task[None]") -> None:
    """Let SIGTERM end a running watch as an interrupt does, with its output whole."""
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
