"""The only file that knows both worlds: the core on its asyncio loop in one thread, and the window."""

from __future__ import annotations

import gc
import logging
import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from core.errors import DotlocalError, EnvironmentProblem

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Iterator
    from concurrent.futures import Future

    from core.app.core import Core
    from core.events import Event

T = TypeVar("T")
log = logging.getLogger(__name__)

DRAIN_EVERY_MS = 33
DRAIN_AT_MOST = 500
STOP_WITHIN_S = 8.0


class CoreUnavailable(EnvironmentProblem):
    """The engine is not running, so nothing can be asked of it."""

    code = "core-unavailable"
    hint = "Wait a moment, or start Dotlocal again."


class Bridge(QObject):
    """Runs the core, hands its events over in batches, and carries jobs out for widgets.

    A job belongs to an owner: when the owner is destroyed the job is cancelled and its outcome dropped.
    """

    events = Signal(object)
    ready = Signal()
    failed = Signal(object)
    _outcome = Signal(int, object, object)

    def __init__(self, parent: QObject, *, sample: bool) -> None:
        super().__init__(parent)
        self.sample = sample
        self._stream: deque[Event] = deque()
        self._jobs: dict[int, tuple[Callable[[object], None], Callable[[DotlocalError], None], Future[Any]]] = {}
        self._owned: dict[int, set[int]] = {}
        self._number = 0
        self._core: Core | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[object] | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._again = self._cancelled = False
        self._later: list[tuple[QObject, Any, Any, Any]] = []
        """What was asked for while the core is being started anew."""
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_EVERY_MS)
        self._timer.timeout.connect(self._drain)
        self._outcome.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.ready.connect(self._do_what_waited)

    def start(self) -> None:
        """Start the thread; `ready` or `failed` follows."""
        self._thread = threading.Thread(target=self._run, name="net", daemon=True)
        self._thread.start()
        self._timer.start()

    def stop(self) -> bool:
        """Stop the core and wait for its thread, once; False if it did not end in time. Nothing is told afterwards."""
        if self._stopping.is_set():
            return self._thread is None or not self._thread.is_alive()
        self._stopping.set()
        self._timer.stop()
        loop, task, thread = self._loop, self._task, self._thread
        if loop is not None and task is not None and not loop.is_closed():
            self._cancel(loop, task)
        if thread is not None:
            thread.join(STOP_WITHIN_S)
            return not thread.is_alive()
        return True

    def _cancel(self, loop: asyncio.AbstractEventLoop, task: asyncio.Task[object]) -> None:
        """Cancel the core once: a second time would cut its closing off."""
        if not self._cancelled:
            self._cancelled = True
            loop.call_soon_threadsafe(task.cancel)

    def restart(self) -> None:
        """Stop the core and start it anew with the settings as they are now; `ready` follows. The window goes on."""
        loop, task = self._loop, self._task
        if self._again or loop is None or task is None or loop.is_closed() or self._stopping.is_set():
            return  # it is on its way already, or there is nothing to start anew
        self._again, self._core = True, None
        self._cancel(loop, task)

    def run(
        self,
        owner: QObject,
        call: Callable[[Core], Awaitable[T]],
        done: Callable[[T], None],
        failed: Callable[[DotlocalError], None],
    ) -> None:
        """Carry `call` out on the core's loop; `done` or `failed` follows on the window's thread, while owner lives."""
        import asyncio

        core, loop = self._core, self._loop
        if self._stopping.is_set():
            return
        if self._again:
            self._later.append((owner, call, done, failed))
            return
        if core is None or loop is None or loop.is_closed():
            failed(CoreUnavailable("Dotlocal's engine is not running."))
            return
        self._number += 1
        number = self._number
        future: Future[Any] = asyncio.run_coroutine_threadsafe(_as_coroutine(call, core), loop)
        self._jobs[number] = (done, failed, future)  # type: ignore[assignment]
        self._own(owner, number)
        future.add_done_callback(lambda finished: self._finish(number, finished))

    def post(self, call: Callable[[Core], None]) -> None:
        """Let the core do something that has no outcome, such as asking the network again."""
        if self._core is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, self._core)

    def _do_what_waited(self) -> None:
        """Ask the new core what was asked for while there was none."""
        waiting, self._later = self._later, []
        for owner, call, done, failed in waiting:
            if isValid(owner):
                self.run(owner, call, done, failed)

    def _finish(self, number: int, future: Future[Any]) -> None:
        if future.cancelled():
            return
        try:
            self._outcome.emit(number, None if future.exception() else future.result(), future.exception())
        except RuntimeError:
            return  # the window is gone already ("Signal source has been deleted")

    def _deliver(self, number: int, result: object, error: BaseException | None) -> None:
        job = self._jobs.pop(number, None)
        if job is None:
            return
        done, failed, _ = job
        if error is None:
            done(result)
        elif isinstance(error, DotlocalError):
            failed(error)
        else:
            log.error("A job failed", exc_info=error)
            failed(
                EnvironmentProblem(
                    f"{type(error).__name__}: {error}", hint="This is a bug of Dotlocal; the log has it."
                )
            )

    def _own(self, owner: QObject, number: int) -> None:
        key = id(owner)
        if key not in self._owned:
            self._owned[key] = set()
            owner.destroyed.connect(lambda: self._drop_all(key))
        self._owned[key] &= self._jobs.keys()
        self._owned[key].add(number)

    def _drop_all(self, key: int) -> None:
        for number in self._owned.pop(key, ()):
            job = self._jobs.pop(number, None)
            if job is not None:
                job[2].cancel()

    def _drain(self) -> None:
        batch = [self._stream.popleft() for _ in range(min(DRAIN_AT_MOST, len(self._stream)))]
        if batch:
            self.events.emit(batch)

    def _run(self) -> None:
        while self._run_once() and not self._stopping.is_set():
            self._tell_jobs("Dotlocal's engine was started anew. Try again.")
            self._stream.clear()
            self._stream.append(_watching_anew())

    def _run_once(self) -> bool:
        """Run the core until it ends; return whether it is to be started again."""
        import asyncio

        try:
            with asyncio.Runner() as runner:
                runner.run(self._main())
        except asyncio.CancelledError:
            self._core = None  # stop() or restart() was called: every context was left in order
            return self._again
        except BaseExceptionGroup as group:
            self._tell_failure(_innermost(group))
        except Exception as error:  # the border of the thread: every failure is shown in the window
            self._tell_failure(error)
        return False

    async def _main(self) -> None:
        import asyncio

        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._cancelled = False
        with _imports_left_out_of_collection():
            from core.app.open import machine_core, sample_core
        if self._stopping.is_set():
            return
        opener = sample_core if self.sample else machine_core
        async with opener(self._stream.append) as core:
            if self._stopping.is_set():
                return
            self._core = core
            self._again = False
            self.ready.emit()
            await asyncio.Event().wait()

    def _tell_failure(self, error: BaseException) -> None:
        """Tell the window, and every job that waits, that the engine is gone."""
        self._core, self._again = None, False
        if self._stopping.is_set():
            return
        if not isinstance(error, DotlocalError):
            log.error("The engine stopped", exc_info=error)
        try:
            self.failed.emit(error)
        except RuntimeError:
            return  # the window is gone already ("Signal source has been deleted")
        self._tell_jobs("Dotlocal's engine stopped.")

    def _tell_jobs(self, why: str) -> None:
        """Tell every job that waits that the core it was given to is gone."""
        try:
            for number in tuple(self._jobs):
                self._outcome.emit(number, None, CoreUnavailable(why))
        except RuntimeError:
            return  # the window is gone already


@contextmanager
def _imports_left_out_of_collection() -> Iterator[None]:
    """Keep what is imported out of garbage collection: walking it takes longer than a turn of the window may."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _watching_anew() -> Event:
    from core.events import WatchingAnew

    return WatchingAnew()


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _as_coroutine(call: Callable[[Core], Awaitable[T]], core: Core) -> T:
    return await call(core)
