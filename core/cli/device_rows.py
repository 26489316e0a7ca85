"""What the listing of devices and the live watch share: what to follow, whom to show, and a device's cells."""

import asyncio
import gc
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from core.cli.output import verdict_word
from core.errors import NetworkUnavailable
from core.events import ChainJudged, Event, NetworkListening
from core.model.device import Device
from core.settings import Settings

if TYPE_CHECKING:
    from core.app.core import Core
    from core.app.watch_network import NetworkWatch


def is_wanted(device: Device, kinds: frozenset[str]) -> bool:
    """Say whether a device has one of the wanted services; without any, every device is wanted."""
    return not kinds or any(service.type in kinds for service in device.services)


def open_watch(settings: Settings) -> "Core | NetworkWatch":
    """Return what follows the network: a whole core where devices are connected to, else the light half of one."""
    gc.collect()
    gc.freeze()  # what was imported lives as long as the program: ten thousand devices need not walk over it each time
    gc.set_threshold(20_000, 20, 20)
    if not settings.network.probe:
        from core.app.watch_network import NetworkWatch

        return NetworkWatch(settings.network)
    from core.app.core import Core, CoreConfig

    return Core(replace(CoreConfig.of_this_machine(), settings=settings))


def raise_network_problem(event: Event) -> None:
    """Turn a network that cannot be used into the command's error."""
    if isinstance(event, NetworkListening) and event.problem:
        raise NetworkUnavailable(event.problem)


def all_trusted(judged: ChainJudged) -> bool:
    """Say whether at least one client was asked, and every one would trust the chain."""
    return bool(judged.verdicts) and all(v.trusted for v in judged.verdicts)


HEADINGS = ("Device", "What it is", "Host", "Address", "Services", "Certificate")


def row_texts(device: Device, judged: ChainJudged | None) -> tuple[str, ...]:
    """Return a device's cells; network text is made visible where they are printed."""
    return (
        device.name,
        " ".join(dict.fromkeys(w for w in (device.kind, device.vendor, device.model) if w)),
        device.host,
        ", ".join(dict.fromkeys(a.address for a in device.addresses)),
        ", ".join(sorted({s.type.removesuffix("._tcp").removeprefix("_") for s in device.services})),
        verdict_word(judged, device),
    )


def end_on_signals(task: "asyncio.Task[None]") -> None:
    """Let SIGTERM end a running watch as an interrupt does, with its output whole."""
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
