"""Follow the network's devices without connecting to any: the light half of a core, for who asks only who is there."""

import asyncio
from types import TracebackType
from typing import Self

from core.app.beyond_the_link import open_beyond
from core.app.known_types import KnownTypes
from core.discovery.browser import Browser
from core.errors import NetworkUnavailable
from core.events import Bus, ChainJudged, NetworkListening
from core.model.device import Device
from core.model.network_finding import NetworkFinding
from core.paths import state_folder
from core.settings import NetworkSettings


class NetworkWatch:
    """Devices as they announce themselves; opens no TCP connection. An async context manager."""

    def __init__(self, settings: NetworkSettings) -> None:
        self.bus = Bus()
        self._known = KnownTypes(state_folder())
        self.browser = Browser(self.bus, settings.interfaces, self._known.read(), open_beyond(settings))

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to listen; a network that cannot be used is told on the bus, not raised."""
        del tasks  # the engine works on its own thread
        try:
            await self.browser.start()
        except NetworkUnavailable as problem:
            self.bus.publish(NetworkListening((), problem.message))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        types = self.browser.types()
        await self.browser.aclose()
        await asyncio.to_thread(self._known.remember, types)

    async def settled(self) -> None:
        """Nothing is checked, so nothing is waited for."""

    def rows(self) -> tuple[tuple[Device, ChainJudged | None], ...]:
        """Return every device; none is judged."""
        return tuple((device, None) for device in self.browser.devices())

    def findings(self) -> tuple[NetworkFinding, ...]:
        """Return what was told of the network and is not over."""
        return self.browser.findings()
