"""When Dotlocal has a bug: say so, and offer a report without names, addresses or keys."""

import logging
import platform
import re
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, qVersion

log = logging.getLogger(__name__)

_REDACTED = (
    (re.compile(r"-----BEGIN [^-]{1,40}-----.*?-----END [^-]{1,40}-----", re.DOTALL), "<pem>"),
    (re.compile(r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5,}\b"), "<octets>"),
    (re.compile(r"\b[0-9a-fA-F]{32,}\b"), "<digest>"),
    (re.compile(r"[^\s'\"/\\]+\.(?:local|lan|home|internal)\b", re.IGNORECASE), "<host>"),
)


_MAYBE_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}")


def redacted(text: str) -> str:
    """Return text without the home folder, host names, addresses, digests and keys, as far as they can be told."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    for pattern, instead in _REDACTED:
        text = pattern.sub(instead, text)
    return _MAYBE_ADDRESS.sub(_without_address, text)


def _without_address(found: re.Match[str]) -> str:
    from ipaddress import ip_address

    text = found.group()
    for told in (text, text.rstrip(".:")):
        try:
            ip_address(told)
        except ValueError:
            continue
        return "<address>" + text[len(told) :]
    return text


def report_of(error: BaseException, version: str) -> str:
    """Return what a maintainer needs: versions and where it failed. What the exception says is left out.

    A message may hold what a device calls itself.
    """
    lines = [*traceback.format_tb(error.__traceback__), type(error).__name__]
    facts = (
        f"Dotlocal {version}", f"Python {platform.python_version()}", f"Qt {qVersion()}", platform.platform(terse=True),
    )  # fmt: skip
    return redacted("\n".join((*facts, "", *lines)))


class CrashWatch(QObject):
    """Tells of exceptions that nobody caught, from any thread, on the window's thread."""

    crashed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._told = False
        self._show: Callable[[BaseException], None] | None = None
        self.crashed.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def watch(self, show: Callable[[BaseException], None]) -> None:
        """Begin: from now on an exception that nobody catches is shown once, and always logged."""
        self._show = show
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("Something went wrong that should not", exc_info=(kind, error, trace))
        self.crashed.emit(error)

    def _caught_in_thread(self, found: threading.ExceptHookArgs) -> None:
        if found.exc_value is not None:
            self._caught(found.exc_type, found.exc_value, found.exc_traceback)

    def _tell(self, error: BaseException) -> None:
        if not self._told and self._show is not None:
            self._told = True
            self._show(error)

    def again(self) -> None:
        """Show the next one too: the person chose to go on."""
        self._told = False
