"""Drive a real headless Chromium by its debugging pipe: visit a page, say whether it opened or which error it gave."""

import fcntl
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.rigs.sandbox import Sandbox

_FLAGS = (
    "--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--no-sandbox",
)  # fmt: skip


NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"


class Chromium:
    """One running Chromium in a sandbox with its home; use it as a context manager, a fresh one for each verdict."""

    def __init__(self, sandbox: Sandbox) -> None:
        folder = tempfile.mkdtemp(dir=sandbox.folder)
        commands_read, self._commands = os.pipe()
        self._answers, answers_write = os.pipe()
        shell = f'exec chromium "$@" 3<&{_raised(commands_read)} 4>&{_raised(answers_write)}'
        inherited = [_raised(commands_read), _raised(answers_write)]
        os.dup2(commands_read, inherited[0])
        os.dup2(answers_write, inherited[1])
        for descriptor in inherited:
            os.set_inheritable(descriptor, True)
        self._log = (sandbox.folder / "chromium.log").open("ab")
        self._process = sandbox.popen(
            "bash", "-c", shell, "bash", *_FLAGS, f"--user-data-dir={folder}", "about:blank",
            pass_fds=inherited, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        for descriptor in (commands_read, answers_write, *inherited):
            os.close(descriptor)
        fcntl.fcntl(self._answers, fcntl.F_SETFL, os.O_NONBLOCK)
        self._buffer = b""
        self._number = 0
        self._events: list[dict[str, object]] = []
        self._session = ""
        target = self._first_page()
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = str(attached["sessionId"])
        self._call("Page.enable")

    def __enter__(self) -> "Chromium":
        return self

    def __exit__(self, *_: object) -> None:
        self._session = ""
        try:
            self._call("Browser.close")
            self._process.wait(10)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        os.close(self._commands)
        os.close(self._answers)
        self._log.close()

    def visit(self, url: str) -> str:
        """Return the page's title, or the net:: error of the navigation."""
        for _ in range(5):
            answer = self._call("Page.navigate", url=url)
            if answer.get("errorText") != NETWORK_CHANGED:
                break
            time.sleep(1)  # an address of the sandbox has just become usable: no verdict on the page
        return str(answer["errorText"]) if answer.get("errorText") else self._title()

    def visit_all(self, urls: list[str], tabs: int = 16) -> list[str]:
        """Visit many pages, several at a time: Chromium waits three seconds before it shows a certificate error."""
        own, sessions = self._session, []
        for _ in range(tabs):
            self._session = ""
            target = self._call("Target.createTarget", url="about:blank")["targetId"]
            sessions.append(str(self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]))
        found: list[str] = []
        for start in range(0, len(urls), tabs):
            chunk = list(zip(sessions, urls[start : start + tabs], strict=False))
            numbers = [self._send("Page.navigate", session, url=url) for session, url in chunk]
            answers = self._await(set(numbers))
            for (session, url), number in zip(chunk, numbers, strict=True):
                self._session = session
                error = str(answers[number].get("errorText") or "")
                found.append(self.visit(url) if error == NETWORK_CHANGED else error or self._title())
        self._session = own
        return found

    def _title(self) -> str:
        for _ in range(100):
            found = self._call("Runtime.evaluate", expression="document.readyState + '|' + document.title")
            state, _, title = str(found["result"]["value"]).partition("|")  # type: ignore[index]
            if state == "complete" and title:
                return title
            time.sleep(0.1)
        raise AssertionError("the page did not load")

    def _first_page(self) -> str:
        for _ in range(100):
            targets = self._call("Target.getTargets")["targetInfos"]
            pages = [t for t in targets if t["type"] == "page"]  # type: ignore[attr-defined,index]
            if pages:
                return str(pages[0]["targetId"])
            time.sleep(0.1)
        raise AssertionError("Chromium opened no page")

    def _call(self, method: str, **parameters: object) -> dict[str, object]:
        number = self._send(method, self._session, **parameters)
        return self._await({number})[number]

    def _send(self, method: str, session: str, **parameters: object) -> int:
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        return self._number

    def _await(self, numbers: set[int]) -> dict[int, dict[str, object]]:
        """Return the answers to these messages, whatever their order."""
        found: dict[int, dict[str, object]] = {}
        deadline = time.monotonic() + 60
        while numbers - found.keys():
            answer = self._read(deadline)
            number = answer.get("id")
            if isinstance(number, int) and number in numbers:
                assert "error" not in answer, answer
                found[number] = answer["result"]  # type: ignore[assignment]
        return found

    def _read(self, deadline: float) -> dict[str, object]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, "Chromium did not answer"
            data = os.read(self._answers, 65_536)
            assert data, "Chromium closed the pipe"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)  # type: ignore[no-any-return]


def _raised(descriptor: int) -> int:
    """Return a high number for a descriptor, out of the way of 3 and 4."""
    return 60 + descriptor % 20


def nss_folder(home: Path) -> Path:
    """Return where this Chromium generation keeps its database for a fresh user."""
    return home / ".local/share/pki/nssdb"
