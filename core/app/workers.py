"""One named worker thread a resource: blocking calls never run on the core's loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Runs blocking calls one after the other on its own thread."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[[], T]) -> T:
        """Run `call` on the worker and return its result; its exceptions come through."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    async def aclose(self) -> None:
        """Let the running call end and stop the thread."""
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)
