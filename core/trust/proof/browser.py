"""Open a page in the real browser of a store, unseen, with a copy of what it trusts by."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from core.errors import StoreUnavailable
from core.paths import NO_CONSOLE
from core.trust import elevation
from core.trust.proof.listener import Listener, Visit
from core.trust.store import TrustStore

VISIT_S = 60.0
END_WITHIN_S = 10.0
_FIREFOX_PROGRAMS = ("firefox-bin", "firefox-esr", "firefox", "firefox.exe", "librewolf", "librewolf.exe", "waterfox",
                     "waterfox.exe", "zen", "zen.exe", "floorp", "floorp.exe")  # fmt: skip
_CHROMIUM_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "brave-browser",
                      "microsoft-edge", "vivaldi-stable")  # fmt: skip
_QUIET_FIREFOX = {
    "network.proxy.type": "0", "app.update.enabled": "false", "toolkit.telemetry.enabled": "false",
    "datareporting.policy.dataSubmissionEnabled": "false", "browser.aboutwelcome.enabled": "false",
    "browser.safebrowsing.malware.enabled": "false", "browser.safebrowsing.phishing.enabled": "false",
    "app.normandy.enabled": "false", "network.trr.mode": "5", "security.OCSP.enabled": "0",
    "browser.shell.checkDefaultBrowser": "false", "network.captive-portal-service.enabled": "false",
    "network.connectivity-service.enabled": "false", "extensions.update.enabled": "false",
    "browser.sessionstore.resume_from_crash": "false", "datareporting.policy.firstRunURL": '""',
    "network.predictor.enabled": "false", "network.http.speculative-parallel-limit": "0",
}  # fmt: skip
_QUIET_CHROMIUM = (
    "--headless", "--no-first-run", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server",
)  # fmt: skip


def program_of(store: TrustStore) -> Path:
    """Return the browser that reads a store.

    Raises: StoreUnavailable where it is not one that can be started here.
    """
    address = store.address()
    if store.kind == "firefox" and "library" in address:
        folder = Path(str(address["library"] or "/nonexistent"))
        found = next((folder / name for name in _FIREFOX_PROGRAMS if (folder / name).is_file()), None)
    elif store.kind == "chromium" and ":" not in store.id and "database" in address:
        found = next((Path(p) for name in _CHROMIUM_PROGRAMS if (p := shutil.which(name))), None)
    else:
        found = None
    if found is None:
        raise StoreUnavailable("no-browser", f"{store.label}: no browser that can be started here reads this store.")
    return found


def visit(store: TrustStore, listener: Listener) -> Visit:
    """Start the browser of a store on the listener's page and return what it decided. Blocking.

    Raises: StoreUnavailable, ToolFailed.
    """
    program = program_of(store)
    database = Path(str(store.address()["database"]))
    with tempfile.TemporaryDirectory(prefix="dotlocal-proof-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        if store.kind == "firefox":
            profile = _copy_of_profile(database, home / "profile")
            command = [str(program), "--headless", "--no-remote", "--profile", str(profile), listener.url]
        else:
            _copy_database(database, home / _relative(database))
            sandbox = ("--no-sandbox",) if sys.platform != "win32" and elevation.is_administrator() else ()
            data = f"--user-data-dir={home / 'data'}"
            command = [str(program), *_QUIET_CHROMIUM, *sandbox, data, listener.url]
        process = _start(command, home)
        try:
            return listener.wait(VISIT_S, only_from="127.0.0.1")
        finally:
            _end(process)


def _relative(database: Path) -> Path:
    """Return where the copy of a Chromium database lies below the home of the visit: in the place that counts."""
    return Path(".pki/nssdb") if database.parent.name == ".pki" else Path(".local/share/pki/nssdb")


def _copy_of_profile(profile: Path, copy: Path) -> Path:
    """Copy what a profile trusts by: its roots and its security preferences, but no exception that was clicked."""
    _copy_database(profile, copy)
    kept: list[str] = []
    for name in ("prefs.js", "user.js"):
        with suppress(OSError):
            lines = (profile / name).read_text(encoding="utf-8", errors="replace").splitlines()
            kept += [line for line in lines if line.startswith('user_pref("security.')]
    quiet = [f'user_pref("{name}", {value});' for name, value in _QUIET_FIREFOX.items()]
    (copy / "user.js").write_text("\n".join([*kept, *quiet]) + "\n", encoding="utf-8")
    return copy


def _copy_database(source: Path, target: Path) -> None:
    target.mkdir(parents=True, mode=0o700)
    for name in ("cert9.db", "key4.db", "pkcs11.txt"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)


def _start(command: list[str], home: Path) -> "subprocess.Popen[bytes]":
    own: Mapping[str, str] = {"HOME": str(home), "MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1",
                              "XDG_RUNTIME_DIR": str(home)}  # fmt: skip
    dropped = {"DISPLAY", "WAYLAND_DISPLAY"}
    environment = {**{k: v for k, v in elevation.environment().items() if k not in dropped}, **own}
    try:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, creationflags=NO_CONSOLE,
        )  # fmt: skip
    except OSError as error:
        raise StoreUnavailable("no-browser", f"{command[0]} cannot be started: {error.strerror or error}.") from error


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the browser that we started, with every process of its group."""
    for force in (False, True):
        with suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)
        try:
            process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            continue
        if sys.platform != "win32" and not force:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        return
