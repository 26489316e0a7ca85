"""Answer a stream of requests through a child process, so that none can take too long or end the others."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.app.verify_chain import Batch, identity_of, unanswered
from core.paths import NO_CONSOLE, is_frozen

LONGEST_S = 4.0
START_WITHIN_S = 60.0
_READY = b"ready\n"


def child_argv() -> tuple[str, ...]:
    """Return the argv of a child that judges, in a checkout, an environment or a bundle."""
    if is_frozen():
        return (str(Path(sys.executable).with_name("dotlocal" + Path(sys.executable).suffix)), "judging-child")
    return (sys.executable, "-m", "core.app.verify_batch")


def answers(requests: Iterable[bytes], start: Callable[[], "Judging"] | None = None) -> Iterator[dict[str, object]]:
    """Yield one answer for each line, in order; a child that is too slow or dies is replaced."""
    start = start or (lambda: Judging(child_argv()))
    child: Judging | None = None
    try:
        for request in requests:
            line = request.strip()
            if not line:
                continue
            child = child or start()
            found = child.ask(line)
            if found is None:
                child.close()
                child = start()  # now, so that the next request does not wait for it
                found = unanswered(_identity(line), f"it took longer than {LONGEST_S:g} s")
            yield found
    finally:
        if child is not None:
            child.close()


def _identity(line: bytes) -> object:
    with suppress(ValueError, RecursionError):
        fields = json.loads(line)
        return identity_of(fields) if isinstance(fields, dict) else None
    return None


class Judging:
    """A child that judges: a request a line in, an answer a line out. Starting one waits until it listens."""

    def __init__(self, argv: tuple[str, ...]) -> None:
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=NO_CONSOLE)
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="judging", daemon=True)
        self._reader.start()
        with suppress(queue.Empty):
            self._answers.get(timeout=START_WITHIN_S)

    def ask(self, line: bytes) -> dict[str, object] | None:
        """Return the answer, or None where there is none in time."""
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101  it is a pipe
        try:
            stdin.write(line + b"\n")
            stdin.flush()
            answer = self._answers.get(timeout=LONGEST_S)
            found = json.loads(answer)
        except (OSError, queue.Empty, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            with stream:
                for answer in stream:
                    self._answers.put(answer)
        self._answers.put(b"")


def serve(requests: IO[bytes], replies: IO[bytes]) -> int:
    """Be the child: answer until the requests end."""
    batch = Batch()
    replies.write(_READY)
    replies.flush()
    for request in requests:
        replies.write(json.dumps(batch.answer(request)).encode("ascii") + b"\n")
        replies.flush()
    return 0


if __name__ == "__main__":
    sys.exit(serve(sys.stdin.buffer, sys.stdout.buffer))
