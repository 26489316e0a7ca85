"""Open a running core for a window: on this machine, or on the sample floor."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from core.app.core import Core, CoreConfig
from core.app.sample.session import SampleSession
from core.events import Event
from core.model.plan import Action


@asynccontextmanager
async def machine_core(listener: Callable[[Event], None]) -> AsyncIterator[Core]:
    """Open this machine's core and watch its network; every event goes to `listener`.

    Raises: StateCorrupt.
    """
    core = Core(replace(await asyncio.to_thread(CoreConfig.of_this_machine), keeps_history=True))
    async with _running(core, listener):
        yield core


@asynccontextmanager
async def sample_core(listener: Callable[[Event], None]) -> AsyncIterator[Core]:
    """Open a core on a fresh sample floor whose root its own throw-away stores already trust.

    Raises: EnvironmentProblem when the floor does not start.
    """
    async with SampleSession() as session:
        core = Core(replace(session.config(), keeps_history=True))
        await core.trust.apply(Action.INSTALL)
        async with _running(core, listener):
            yield core


@asynccontextmanager
async def _running(core: Core, listener: Callable[[Event], None]) -> AsyncIterator[None]:
    core.bus.subscribe(listener)
    async with asyncio.TaskGroup() as tasks, core:
        await core.start(tasks)
        yield
