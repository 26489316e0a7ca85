"""Our own child programs, kept warm while one task asks them several things: a request a line, an answer a line."""

import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from core.errors import ToolFailed
from core.paths import NO_CONSOLE
from core.trust import elevation

_local = threading.local()
END_WITHIN_S = 5.0


class _Child:
    """One running child; a thread reads its answers, so that waiting for one can end."""

    def __init__(self, argv: tuple[str, ...]) -> None:
        self._argv = argv
        try:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=elevation.environment(), start_new_session=True, creationflags=NO_CONSOLE,
            )  # fmt: skip
        except OSError as error:
            raise ToolFailed(argv, -1, error.strerror or str(error)) from error
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="child-answers", daemon=True).start()

    def ask(self, request: bytes, timeout_s: float) -> bytes:
        """Return the answer to one line. Raises: ToolFailed."""
        assert self._process.stdin is not None  # noqa: S101  it is a pipe
        try:
            self._process.stdin.write(request + b"\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            raise ToolFailed(self._argv, None, "") from None
        except OSError as error:
            raise ToolFailed(self._argv, -1, error.strerror or str(error)) from error
        if not answer:
            raise ToolFailed(self._argv, self._process.wait(END_WITHIN_S), "it ended without an answer")
        return answer

    def close(self) -> None:
        """End the child: the end of its input, and force where that does not help."""
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            with stream:
                for line in stream:
                    self._answers.put(line)
        self._answers.put(b"")


@contextmanager
def kept_warm() -> Iterator[None]:
    """Keep the children of this thread running until the block ends."""
    if getattr(_local, "children", None) is not None:
        yield
        return
    _local.children = {}
    try:
        yield
    finally:
        children, _local.children = _local.children, None
        for child in children.values():
            child.close()


def ask(verb: str, key: str, request: bytes, timeout_s: float = 60.0) -> bytes:
    """Send one line to one of our own child programs and return its answer; `key` tells children of a verb apart.

    Raises: ToolFailed.
    """
    argv = elevation.own_command(verb)
    children: dict[tuple[str, str], _Child] | None = getattr(_local, "children", None)
    if children is None:
        return elevation.run_tool(argv, stdin=request + b"\n", timeout_s=timeout_s).stdout
    child = children.get((verb, key))
    if child is None:
        child = children[verb, key] = _Child(argv)
    try:
        return child.ask(request, timeout_s)
    except ToolFailed:
        child.close()
        del children[verb, key]
        raise
