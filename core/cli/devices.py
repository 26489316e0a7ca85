"""`dotlocal devices`: what is on the network, once or as it changes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.output import FINDING, FINE, device_json, document, line, say, table, talk, verdict_word
from core.errors import NetworkUnavailable
from core.events import ChainJudged, DeviceChanged, DeviceGone, DeviceSeen, Event, NetworkListening
from core.model.device import Device

if TYPE_CHECKING:
    from core.app.core import CoreConfig

Rows = tuple[tuple[Device, ChainJudged | None], ...]
_SETTLE_S = 8.0


def devices(
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="How long to listen.")] = 5.0,
    interface: Annotated[
        list[str] | None, typer.Option("--interface", help="Listen on this interface (name or address); repeatable.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until interrupted; one line a change.")] = False,
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
    if watch:
        asyncio.run(follow(config, as_json=as_json))
        return
    rows = asyncio.run(collect(config, seconds))
    show("devices", rows, as_json=as_json)
    attention = any(judged and not all_trusted(judged) for _, judged in rows)
    raise typer.Exit(FINDING if attention else FINE)


def all_trusted(judged: ChainJudged) -> bool:
    """Say whether at least one client was asked, and every one would trust the chain."""
    return bool(judged.verdicts) and all(v.trusted for v in judged.verdicts)


async def collect(config: "CoreConfig", seconds: float) -> Rows:
    """Listen for a while, then let running checks end, and return what was found.

    Raises: NetworkUnavailable, UnknownInterface.
    """
    from core.app.core import Core

    core = Core(config)
    core.bus.subscribe(_raise_network_problem)
    async with asyncio.TaskGroup() as tasks, core:
        await core.start(tasks)
        await asyncio.sleep(seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_S):
                await core.devices.settled()
        return core.devices.devices()


async def follow(config: "CoreConfig", *, as_json: bool) -> None:
    """Print each change until cancelled."""
    from core.app.core import Core

    core = Core(config)
    core.bus.subscribe(_raise_network_problem)
    waiting: asyncio.Queue[Event] = asyncio.Queue()
    core.bus.subscribe(waiting.put_nowait)
    show_event = _printer(as_json=as_json)
    async with core, asyncio.TaskGroup() as tasks:
        await core.start(tasks)
        while True:
            show_event(await waiting.get())


def _printer(*, as_json: bool) -> Callable[[Event], None]:
    devices: dict[str, Device] = {}
    judged: dict[str, ChainJudged] = {}

    def emit(name: str, device: Device) -> None:
        chain = judged.get(device.host)
        if as_json:
            line({"event": name, "device": device_json(device, chain)})
            return
        from core.model.text import display

        addresses = ", ".join(a.address for a in device.addresses)
        say(f"{name:15} {display(device.host)}  {addresses}  {display(verdict_word(chain, device))}")

    def take(event: Event) -> None:
        if isinstance(event, DeviceSeen | DeviceChanged | DeviceGone):
            devices[event.device.host] = event.device
            names = {DeviceSeen: "device_seen", DeviceChanged: "device_changed", DeviceGone: "device_gone"}
            emit(names[type(event)], event.device)
        elif isinstance(event, ChainJudged):
            judged[event.host] = event
            if event.host in devices:
                emit("device_changed", devices[event.host])

    return take


def _raise_network_problem(event: Event) -> None:
    if isinstance(event, NetworkListening) and event.problem:
        raise NetworkUnavailable(event.problem)


def show(command: str, rows: Rows, *, as_json: bool) -> None:
    """Print devices as a document or as a table."""
    if as_json:
        document(command, {"devices": [device_json(device, judged) for device, judged in rows]})
        return
    if not rows:
        talk("No device announced itself. Check the interface (--interface) and the firewall (UDP port 5353).")
        return
    table(
        ("Device", "Host", "Address", "Services", "Certificate"),
        (
            (
                device.name,
                device.host,
                ", ".join(a.address for a in device.addresses),
                ", ".join(sorted({s.type.removesuffix("._tcp").removeprefix("_") for s in device.services})),
                verdict_word(judged, device),
            )
            for device, judged in rows
        ),
    )
