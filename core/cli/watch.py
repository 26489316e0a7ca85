"""`dotlocal devices --watch`: a live table for people, one event a line for programs."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from core.cli.device_rows import HEADINGS, end_on_signals, is_wanted, open_watch, raise_network_problem, row_texts
from core.cli.output import device_json, finding_json, line, say, talk, tell_finding, verdict_word
from core.events import (
    ChainJudged,
    DeviceChanged,
    DeviceForgotten,
    DeviceGone,
    DeviceSeen,
    Event,
    NetworkFound,
    NetworkListening,
)
from core.model.device import Device, Presence
from core.model.network_finding import Findings, Weight
from core.model.network_words import sentence
from core.model.text import display
from core.settings import Settings

if TYPE_CHECKING:
    from rich.console import RenderableType

_NAMES = {DeviceSeen: "device_seen", DeviceChanged: "device_changed", DeviceGone: "device_gone"}
_FRAME_S = 0.25


class Picture:
    """What is known so far: devices by id, judgements, findings."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds = kinds
        self.devices: dict[str, Device] = {}
        self.judged: dict[str, ChainJudged] = {}
        self.findings = Findings()

    def take(self, event: Event) -> str:
        """Take an event in; return its name where it is to be told, else ""."""
        if isinstance(event, DeviceSeen | DeviceChanged | DeviceGone):
            known = event.device.id in self.devices
            if not known and not is_wanted(event.device, self._kinds):
                return ""
            self.devices[event.device.id] = event.device
            return _NAMES[type(event)]
        if isinstance(event, DeviceForgotten):
            self.devices.pop(event.host, None)
            self.judged.pop(event.host, None)
            return ""
        if isinstance(event, ChainJudged):
            self.judged[event.host] = event
            return "device_changed" if event.host in self.devices else ""
        if isinstance(event, NetworkFound):
            self.findings.take(event.finding)
            return "network_finding"
        return "listening" if isinstance(event, NetworkListening) else ""


async def follow(
    settings: Settings, kinds: frozenset[str], seconds: float | None, *, as_json: bool, network: bool = False
) -> None:
    """Show every change until cancelled, or for so many seconds; with `network` JSON tells of more than devices.

    Raises: NetworkUnavailable, UnknownInterface.
    """
    core = open_watch(settings)
    picture = Picture(kinds)
    started = core.bus.subscribe(raise_network_problem)
    waiting: asyncio.Queue[Event] = asyncio.Queue()
    core.bus.subscribe(waiting.put_nowait)
    task = asyncio.current_task()
    if task is not None:
        end_on_signals(task)
    async with core, asyncio.TaskGroup() as tasks:
        await core.start(tasks)
        started()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if not as_json and sys.stdout.isatty():
                    await _show_table(picture, waiting)
                else:
                    tell = (_tell_json if network else _tell_devices) if as_json else _tell_line
                    await _tell_events(picture, waiting, tell)


async def _tell_events(
    picture: Picture, waiting: "asyncio.Queue[Event]", tell: Callable[[str, Event, Picture], None]
) -> None:
    while True:
        event = await waiting.get()
        name = picture.take(event)
        if name:
            tell(name, event, picture)


def _device_of(event: Event, picture: Picture) -> Device | None:
    if isinstance(event, DeviceSeen | DeviceChanged | DeviceGone):
        return event.device
    return picture.devices.get(event.host) if isinstance(event, ChainJudged) else None


def _tell_devices(name: str, event: Event, picture: Picture) -> None:
    """Tell of devices on stdout, one object a line; of the network in words on stderr."""
    if _device_of(event, picture) is not None:
        _tell_json(name, event, picture)
    else:
        _tell_line(name, event, picture)


def _tell_json(name: str, event: Event, picture: Picture) -> None:
    device = _device_of(event, picture)
    if device is not None:
        line({"event": name, "device": device_json(device, picture.judged.get(device.id))})
    elif isinstance(event, NetworkFound):
        line({"event": name, "finding": finding_json(event.finding)})
    elif isinstance(event, NetworkListening):
        line({"event": name, "interfaces": list(event.interfaces), "problem": event.problem or None})


def _tell_line(name: str, event: Event, picture: Picture) -> None:
    device = _device_of(event, picture)
    if device is not None:
        addresses = ", ".join(dict.fromkeys(a.address for a in device.addresses))
        words = display(verdict_word(picture.judged.get(device.id), device))
        say(f"{name:15} {display(device.host)}  {addresses}  {words}")
    elif isinstance(event, NetworkFound):
        tell_finding(event.finding)
    elif isinstance(event, NetworkListening) and event.problem:
        talk(event.problem)


async def _show_table(picture: Picture, waiting: "asyncio.Queue[Event]") -> None:
    """Paint the table anew four times a second, if anything changed."""
    from rich.console import Console
    from rich.live import Live

    console = Console(highlight=False, markup=False, emoji=False)
    with Live(console=console, auto_refresh=False, screen=True) as live:
        while True:
            live.update(_frame(picture, console.height), refresh=True)
            picture.take(await waiting.get())
            await asyncio.sleep(_FRAME_S)
            while not waiting.empty():
                picture.take(waiting.get_nowait())


def _frame(picture: Picture, height: int) -> "RenderableType":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    told = [f for f in picture.findings.all() if f.weight is not Weight.HINT][-5:]
    room = max(3, height - 5 - len(told))
    rows = sorted(picture.devices.values(), key=lambda d: (not d.online, d.name.lower(), d.id))
    view = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for heading in HEADINGS:
        view.add_column(heading, no_wrap=True, overflow="ellipsis", ratio=1)
    for device in rows[:room]:
        style = "" if device.online else "dim"
        view.add_row(*(Text(display(cell), style=style) for cell in row_texts(device, picture.judged.get(device.id))))
    here = sum(d.online and d.presence is not Presence.LISTED for d in rows)
    more = f", {len(rows) - room} more below" if len(rows) > room else ""
    foot = Text(f"{here} here, {len(rows) - here} gone{more}. Ctrl+C ends.", style="dim")
    notes = [Text(f"! {sentence(f)}", style="bold red" if f.weight is Weight.ALARM else "yellow") for f in told]
    return Group(view, Text(), *notes, foot)
