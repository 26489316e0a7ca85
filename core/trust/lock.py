"""One change of this machine at a time, by whichever window or command: a lock that dies with its process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.errors import StateUnwritable, TrustBusy

FILE_NAME = "trust.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of a state folder while the block runs.

    Raises: TrustBusy when another process holds it, StateUnwritable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / FILE_NAME).open("ab+")
    except OSError as error:
        raise StateUnwritable(f"{folder / FILE_NAME} cannot be written: {error.strerror or error}.") from error
    with stream:
        try:
            _take(stream)
        except OSError:
            raise TrustBusy("Another window or command of Dotlocal is changing the trust stores.") from None
        try:
            yield
        finally:
            with suppress(OSError):
                _give_back(stream)


if sys.platform == "win32":
    import msvcrt

    def _take(stream: BinaryIO) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

    def _give_back(stream: BinaryIO) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give_back(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)
