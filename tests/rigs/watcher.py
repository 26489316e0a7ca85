"""`dotlocal devices --watch --json` on a namespaced computer: its events with the time each line came."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from tests.rigs.sandbox import Sandbox

Line = dict[str, Any]


class Watcher:
    """A running watch. Use it as a context manager; it waits until the engine listens."""

    def __init__(self, computer: Sandbox, *options: str, command: tuple[str, ...] = ()) -> None:
        argv = command or (sys.executable, "-m", "core.cli.main")
        self.began_at = time.monotonic()
        self._process = computer.popen(
            *argv, "devices", "--watch", "--no-probe", "--json", "--network", *options, stdout=subprocess.PIPE,
            env=computer.environment(DOTLOCAL_HOME=str(computer.folder / "state"), PYTHONUNBUFFERED="1"),
        )  # fmt: skip
        self.lines: list[tuple[float, Line]] = []
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        self.listening_at = self.wait(lambda line: line["event"] == "listening")[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(15)
        self._thread.join(5)

    @property
    def pid(self) -> int:
        """Return the process that was started (nsenter execs the command)."""
        return self._process.pid

    def wait(self, fits: Callable[[Line], bool], seconds: float = 15, *, since: float = 0.0) -> tuple[float, Line]:
        """Return the first line after `since` that fits, with its time."""
        until, place = time.monotonic() + seconds, 0
        with self._news:
            while True:
                while place < len(self.lines):
                    at, line = self.lines[place]
                    place += 1
                    if at >= since and fits(line):
                        return at, line
                left = until - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    heard = [self._short(line) for _, line in self.lines[-12:]]
                    raise AssertionError(f"nothing fits within {seconds} s; the last lines: {heard}")

    def device(
        self,
        host: str,
        fits: Callable[[Line], bool] = lambda d: bool(d["online"]),
        seconds: float = 15,
        *,
        since: float = 0.0,
    ) -> tuple[float, Line]:
        """Wait until a device is as wanted; return when, and the device."""
        at, line = self.wait(
            lambda e: "device" in e and e["device"]["host"] == host and fits(e["device"]), seconds, since=since
        )
        return at, line["device"]

    def gone(self, host: str, seconds: float = 15, *, since: float = 0.0) -> float:
        """Wait until a device is gone; return when."""
        return self.device(host, lambda d: not d["online"], seconds, since=since)[0]

    def finding(self, code: str, seconds: float = 10, *, since: float = 0.0) -> Line:
        """Wait for a finding."""
        found: Line = self.wait(
            lambda e: e["event"] == "network_finding" and e["finding"]["code"] == code, seconds, since=since
        )[1]["finding"]
        return found

    def findings(self) -> list[str]:
        """Return the codes of every finding so far."""
        return [line["finding"]["code"] for _, line in self.lines if line["event"] == "network_finding"]

    def now(self) -> dict[str, Line]:
        """Return every device as it was told last, by host."""
        return {line["device"]["host"]: line["device"] for _, line in tuple(self.lines) if "device" in line}

    def services(self) -> Iterator[tuple[float, str, str]]:
        """Yield when each service was first told of: time, host, type."""
        seen: set[tuple[str, str, str]] = set()
        for at, line in tuple(self.lines):
            device = line.get("device")
            for service in device["services"] if device and device["online"] else ():
                key = (device["host"], service["type"], service["instance"])
                if key not in seen:
                    seen.add(key)
                    yield at, device["host"], service["type"]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            at, line = time.monotonic(), json.loads(text)
            with self._news:
                self.lines.append((at, line))
                self._news.notify_all()
        self._process.stdout.close()

    @staticmethod
    def _short(line: Line) -> str:
        if "device" in line:
            device = line["device"]
            return (
                f"{line['event']} {device['host']} {[a['address'] for a in device['addresses']]} {device['presence']}"
            )
        return str(line)[:200]
