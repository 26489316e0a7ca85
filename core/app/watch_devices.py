"""Follow the network's devices and keep a fresh verdict on each one's chain."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from core.app.judge_chain import ChainJudge
from core.app.probe_policy import ProbePolicy, Target
from core.app.workers import Worker
from core.discovery.browser import Browser
from core.events import (
    Bus,
    ChainJudged,
    CheckStarted,
    DeviceChanged,
    DeviceForgotten,
    DeviceGone,
    DeviceSeen,
    Event,
    TrafficCounted,
)
from core.model.certificate import Presented
from core.model.device import Device
from core.model.network_finding import NetworkFinding
from core.tls.dtls import capture_datagrams
from core.tls.probe import capture

log = logging.getLogger(__name__)

MAX_AT_ONCE = 8
MOST_GONE = 100
REJUDGE_EVERY_S = 30.0
RECHECK_EVERY_S = 900.0
COUNT_EVERY_S = 1.0
_UNREACHED = frozenset({"no-answer", "unreachable"})


class DeviceWatch:
    """Connects to TLS ports of devices as they appear, one connection at a time to each, and judges what comes."""

    def __init__(
        self, bus: Bus, browser: Browser, judge: ChainJudge, worker: Worker, policy: ProbePolicy, *, timeout_s: float
    ) -> None:
        self._bus, self._browser, self._judge, self._worker = bus, browser, judge, worker
        self._policy, self._timeout_s = policy, timeout_s
        self._pending: asyncio.Queue[str] = asyncio.Queue()
        self._queued: set[str] = set()
        self._busy: set[str] = set()
        self._devices: dict[str, Device] = {}
        self._captured: dict[str, tuple[Presented, float]] = {}
        self._judged: dict[str, ChainJudged] = {}
        self._gone: dict[str, None] = {}
        self._rejudge, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self) -> None:
        """Begin to listen.

        Raises: NetworkUnavailable, UnknownInterface.
        """
        self._unsubscribe = self._bus.subscribe(self._take)
        await self._browser.start()

    async def run(self) -> None:
        """Follow the network until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._browser.run(), name="browser")
            tasks.create_task(self._count_loop(), name="traffic")
            if self._policy.probes:
                tasks.create_task(self._rejudge_loop(), name="rejudge")
                for number in range(MAX_AT_ONCE):
                    tasks.create_task(self._probe_loop(), name=f"probe-{number}")

    async def aclose(self) -> None:
        """Stop listening."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await self._browser.aclose()

    def devices(self) -> tuple[tuple[Device, ChainJudged | None], ...]:
        """Return every device with its last judgement."""
        return tuple((device, self._judged.get(device.id)) for device in self._browser.devices())

    async def settled(self) -> None:
        """Wait until no check is waiting or running."""
        await self._idle.wait()

    def refresh(self) -> None:
        """Ask the network anew and check every device again."""
        self._browser.refresh()
        self._judge.forget_roots()
        self._captured.clear()
        for host in self._devices:
            self._enqueue(host)

    def trust_changed(self) -> None:
        """Judge every captured chain again: a store or the authority changed."""
        self._judge.forget_roots()
        self._rejudge.set()

    def look_at(self, hosts: Iterable[str]) -> None:
        """Somebody looks at these devices: have their records kept fresh."""
        self._browser.watch(key.partition("%")[0] for key in hosts)

    def findings(self) -> tuple[NetworkFinding, ...]:
        """Return what was told of the network and is not over."""
        return self._browser.findings()

    def types(self) -> tuple[str, ...]:
        """Return the service types that were heard."""
        return self._browser.types()

    def check_again(self, host: str) -> bool:
        """Connect to a device again now, and ask everybody anew; False where the settings leave it in peace."""
        device = self._devices.get(host)
        if device is None or self._policy.target(device) is None:
            return False
        self._judge.forget_roots()
        self._captured.pop(host, None)
        self._enqueue(host)
        return True

    def _take(self, event: Event) -> None:
        if isinstance(event, DeviceSeen | DeviceChanged):
            self._gone.pop(event.device.id, None)
            before = self._devices.get(event.device.id)
            self._devices[event.device.id] = event.device
            moved = before is None or self._policy.target(before) != self._policy.target(event.device)
            if moved or isinstance(event, DeviceSeen):
                self._captured.pop(event.device.id, None)
                self._judged.pop(event.device.id, None)  # it was about what the device offered before
                self._enqueue(event.device.id)
        elif isinstance(event, DeviceGone):
            self._devices.pop(event.device.id, None)
            self._judge.forget_device(event.device.id)
            self._remember_gone(event.device.id)
            self._captured.pop(event.device.id, None)
        elif isinstance(event, DeviceForgotten):
            self._judged.pop(event.host, None)
            self._gone.pop(event.host, None)

    def _remember_gone(self, host: str) -> None:
        """Keep what is known of the last devices that went, and drop it of those that went long ago."""
        self._gone[host] = None
        while len(self._gone) > MOST_GONE:
            oldest = next(iter(self._gone))
            del self._gone[oldest]
            self._judged.pop(oldest, None)

    def _enqueue(self, host: str) -> None:
        device = self._devices.get(host)
        if device is None or host in self._queued or self._policy.target(device) is None:
            return
        self._queued.add(host)
        self._idle.clear()
        self._pending.put_nowait(host)

    async def _count_loop(self) -> None:
        """Tell once a second what each interface carries."""
        while True:
            await asyncio.sleep(COUNT_EVERY_S)
            self._bus.publish(TrafficCounted(self._browser.traffic()))

    async def _probe_loop(self) -> None:
        while True:
            host = await self._pending.get()
            self._queued.discard(host)
            if host in self._busy:
                await asyncio.sleep(0.05)  # never two connections to one device: wait for the running one
                self._enqueue(host)
                continue
            self._busy.add(host)
            try:
                await self._check(host)
            except Exception:
                self._policy.told(host, failed=True)
                log.exception("The check of %r failed", host)  # the border of the loop: one device stops no other
            finally:
                self._busy.discard(host)
                if not self._queued and not self._busy:
                    self._idle.set()

    async def _check(self, host: str) -> None:
        device = self._devices.get(host)
        target = self._policy.target(device) if device is not None else None
        if device is None or target is None:
            return
        await self._policy.turn(target.addresses[0])
        self._bus.publish(CheckStarted(host))
        presented = await self._capture(device.host, target)
        self._policy.told(host, failed=bool(presented.failure))
        now_known = self._devices.get(host)
        if now_known is None or self._policy.target(now_known) != target:
            return  # it moved or went while we asked; a new check waits if there is something to check
        self._captured[host] = (presented, asyncio.get_running_loop().time())
        if presented.failure in _UNREACHED:
            self._browser.confirm(device.host)  # RFC 6762 section 10.4: is it still there?
        await self._publish(host, presented)

    async def _capture(self, host: str, target: Target) -> Presented:
        if target.where.dtls:
            return await capture_datagrams(host, target.addresses[0], target.where.port, timeout_s=self._timeout_s)
        return await capture(
            host, target.addresses, target.where.port, timeout_s=self._timeout_s, starttls=target.where.starttls
        )

    async def _publish(self, host: str, presented: Presented) -> None:
        judgement = await self._worker.run(lambda: self._judge.judge(presented, device=host))
        held = self._captured.get(host)
        if held is None or held[0] is not presented:
            if host not in self._devices:
                self._judge.forget_device(host)
            return  # a newer capture is on its way, or the device went
        event = ChainJudged(host, presented, judgement.verdicts, judgement.path)
        before = self._judged.get(host)
        self._judged[host] = event
        if before is None or _differs(before, event):
            self._bus.publish(event)

    async def _rejudge_loop(self) -> None:
        while True:
            try:
                async with asyncio.timeout(REJUDGE_EVERY_S):
                    await self._rejudge.wait()
            except TimeoutError:
                pass  # stores also change behind our back: look again
            self._rejudge.clear()
            now = asyncio.get_running_loop().time()
            for host, (presented, at) in tuple(self._captured.items()):
                if self._captured.get(host) != (presented, at):
                    continue  # it went, or was captured anew, while others were judged
                if now - at > (self._policy.patience_s(host) if presented.failure else RECHECK_EVERY_S):
                    self._enqueue(host)
                try:
                    await self._publish(host, presented)
                except Exception:
                    log.exception("The judgement of %r failed", host)  # the border of the loop


def _differs(before: ChainJudged, after: ChainJudged) -> bool:
    def essence(event: ChainJudged) -> tuple[object, ...]:
        verdicts = tuple((v.client, v.trusted, v.reasons) for v in event.verdicts)
        return event.presented, verdicts, event.path

    return essence(before) != essence(after)
