"""Drive a real headless Firefox by Marionette: visit a page, say whether it opened or which error it showed."""

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.rigs.sandbox import Sandbox

_PREFERENCES = {
    "marionette.port": 0, "security.enterprise_roots.enabled": False, "app.update.enabled": False,
    "toolkit.telemetry.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
    "browser.safebrowsing.malware.enabled": False, "browser.safebrowsing.phishing.enabled": False,
    "app.normandy.enabled": False, "network.trr.mode": 5, "security.OCSP.enabled": 0,
    "browser.shell.checkDefaultBrowser": False, "browser.aboutwelcome.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "extensions.update.enabled": False, "browser.startup.page": 0,
}  # fmt: skip


def make_profile(home: Path, name: str = "workbench.default", place: str = ".mozilla/firefox") -> Path:
    """Make a profile as Firefox would, with its entry in profiles.ini."""
    root = home / place
    profile = root / name
    profile.mkdir(parents=True)
    (root / "profiles.ini").write_text(f"[Profile0]\nName=workbench\nIsRelative=1\nPath={name}\nDefault=1\n")
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    return profile


class Firefox:
    """One running Firefox in a sandbox; use it as a context manager, a fresh one for each verdict."""

    def __init__(self, sandbox: Sandbox, profile: Path) -> None:
        self._profile = profile
        port_file = profile / "MarionetteActivePort"
        port_file.unlink(missing_ok=True)
        self._log = (sandbox.folder / "firefox.log").open("ab")
        self._process = sandbox.popen(
            "firefox-esr", "--headless", "--marionette", "-remote-allow-system-access", "--no-remote",
            "--profile", str(profile),
            env=sandbox.environment(MOZ_HEADLESS="1", MOZ_CRASHREPORTER_DISABLE="1"),
            stdout=self._log, stderr=self._log,
        )  # fmt: skip
        port = self._wait_for_port(port_file)
        self._socket = _connect_inside(sandbox, port)
        self._buffer = b""
        self._read()
        self._number = 0
        self._call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})
        self._call("WebDriver:SetTimeouts", {"pageLoad": 20_000})

    def __enter__(self) -> "Firefox":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, AssertionError):
            self._call("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._socket.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._log.close()

    def visit(self, url: str) -> str:
        """Return the page's title, or the certificate error's code, or the load error's name."""
        error, _ = self._exchange("WebDriver:Navigate", {"url": url})
        if error is None:
            return str(self._call("WebDriver:GetTitle", {}))
        script = "try { return document.getFailedCertSecurityInfo().errorCodeString } catch (e) { return '' }"
        _, code = self._exchange("WebDriver:ExecuteScript", {"script": script, "args": []})
        found = code.get("value") if isinstance(code, dict) else code
        return str(found or error.get("message"))

    def _wait_for_port(self, file: Path) -> int:
        for _ in range(600):
            try:
                return int(file.read_text())
            except (OSError, ValueError):
                assert self._process.poll() is None, "Firefox ended at start"
                time.sleep(0.1)
        raise AssertionError("Firefox gave no Marionette port")

    def _call(self, name: str, parameters: dict[str, object]) -> object:
        error, result = self._exchange(name, parameters)
        assert error is None, f"{name}: {error}"
        return result.get("value") if isinstance(result, dict) and set(result) == {"value"} else result

    def _exchange(self, name: str, parameters: dict[str, object]):  # type: ignore[no-untyped-def]  # noqa: ANN202
        self._number += 1
        message = json.dumps([0, self._number, name, parameters])
        self._socket.sendall(f"{len(message)}:{message}".encode())
        answer = self._read()
        assert isinstance(answer, list)
        return answer[2], answer[3]

    def _read(self) -> object:
        while b":" not in self._buffer:
            self._receive()
        size, _, rest = self._buffer.partition(b":")
        while len(rest) < int(size):
            self._buffer = size + b":" + rest
            self._receive()
            size, _, rest = self._buffer.partition(b":")
        self._buffer = rest[int(size) :]
        return json.loads(rest[: int(size)])

    def _receive(self) -> None:
        data = self._socket.recv(65_536)
        assert data, "Firefox closed the connection"
        self._buffer += data


def _connect_inside(sandbox: Sandbox, port: int) -> socket.socket:
    """Connect to a port on the sandbox's own loopback: open the socket in its network namespace."""
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    inside = os.open(f"/proc/{sandbox.pid}/ns/net", os.O_RDONLY)
    try:
        _setns(inside)
        connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    finally:
        _setns(own)
        os.close(own)
        os.close(inside)
    return connection


def _setns(descriptor: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.setns(descriptor, 0) == 0, os.strerror(ctypes.get_errno())
