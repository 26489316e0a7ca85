"""One server of the zoo: how to start it, and what a capture of it must give."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

Start = Callable[[Path], AbstractAsyncContextManager[int]]


@dataclass(frozen=True)
class Animal:
    """A server. `chain` is what it sends, None where only the number of certificates is known (`count`).

    `failure` and `detail` are what a port without a chain must be called; `detail` "" leaves that open.
    """

    name: str
    start: Start
    chain: tuple[bytes, ...] | None = None
    count: int = 0
    failure: str = ""
    detail: str = ""
    proved: bool | None = None
    protocol: str = ""
    client_certificate: bool | None = None
