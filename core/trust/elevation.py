"""The only place that runs other programs: with a fixed argv, no shell, a time-out, and rights only where needed."""

import base64
import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.errors import ElevationRefused, ToolFailed
from core.paths import NO_CONSOLE, is_frozen

_KEPT_VARIABLES = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY",
                   "SystemRoot", "SystemDrive", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles",
                   "TEMP", "TMP", "WINEPREFIX", "JAVA_HOME")  # fmt: skip
_PKEXEC_DISMISSED, _PKEXEC_NOT_AUTHORIZED = 126, 127  # pkexec(1), RETURN VALUE
_AS_ADMINISTRATOR = (
    "Run it as an administrator, with the exported root: dotlocal ca export --out root.crt.pem, "
    "then sudo dotlocal trust {verb} {stores} --root root.crt.pem"
)
MOST_AT_ONCE = 64
"""Changes that the helper takes in one request."""
LONGEST_LINE = 2_000
"""Characters that surely reach a program through ShellExecuteEx: 2,048 have been the most, on older systems."""
CANCELLED = ElevationRefused("Nothing was changed there. The administrator prompt was cancelled.")


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a program printed before it ended."""

    stdout: bytes
    stderr: str
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Elevated:
    """One change for the elevated helper: "install" or "remove", a store's id, and the certificate."""

    verb: str
    store: str
    sha256: str
    der: bytes


def run_tool(
    argv: tuple[str, ...],
    *,
    stdin: bytes = b"",
    timeout_s: float = 60.0,
    on_terminal: bool = False,
    fine: tuple[int, ...] = (0,),
    more: Mapping[str, str] = MappingProxyType({}),
) -> ToolResult:
    """Run a program to its end. What it reads on stdin may be secret; argv must not be.

    With `on_terminal` it keeps our terminal, so that it can ask a person there. `fine` are the exit codes that are
    answers rather than failures; `more` are environment variables beyond the few that every program gets.

    Raises: ToolFailed, with argv, exit code and stderr.
    """
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, timeout=timeout_s, env={**environment(), **more}, check=False,
            start_new_session=not on_terminal, creationflags=0 if on_terminal else NO_CONSOLE,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(argv, None, _text(error.stderr)) from None
    except OSError as error:
        raise ToolFailed(argv, -1, error.strerror or str(error)) from error
    if done.returncode not in fine:
        raise ToolFailed(argv, done.returncode, _text(done.stderr))
    return ToolResult(done.stdout, _text(done.stderr), done.returncode)


def run_elevated(changes: tuple[Elevated, ...]) -> dict[str, str]:
    """Run our own helper as administrator for several changes, as many as `portions` puts together: one prompt.

    The helper takes certificates that hash to the named fingerprints, and ids of stores that it finds itself; no path
    and no command comes from this side. Returns the problem of each store that failed, by its id; "" where the helper
    could not say (read the store back either way).
    Raises: ElevationRefused, ToolFailed.
    """
    for change in changes:
        if change.verb not in {"install", "remove"} or not (len(change.sha256) == 64 and change.sha256.isalnum()):
            raise ValueError(change.verb)
    if sys.platform == "win32":
        from core.trust.windows_elevation import run_as_administrator

        return run_as_administrator(command_in_one_line(changes))
    stores = " ".join(f"--store {store}" for store in dict.fromkeys(c.store for c in changes))
    by_hand = _AS_ADMINISTRATOR.format(verb=changes[0].verb, stores=stores)
    return _run_with_pkexec(_command(changes), _request(changes), by_hand)


def portions(
    changes: tuple[Elevated, ...], *, in_one_line: bool = sys.platform == "win32"
) -> list[tuple[Elevated, ...]]:
    """Return the changes in portions with a prompt each: one, or on Windows several where the line would be too long.

    A single change is a portion however long it is: with a root of RSA 4096 it may be.
    """
    fits = not in_one_line or len(subprocess.list2cmdline(command_in_one_line(changes))) <= LONGEST_LINE
    if len(changes) <= 1 or (fits and len(changes) <= MOST_AT_ONCE):
        return [changes] if changes else []
    half = len(changes) // 2
    return [*portions(changes[:half], in_one_line=in_one_line), *portions(changes[half:], in_one_line=in_one_line)]


def command_in_one_line(changes: tuple[Elevated, ...]) -> tuple[str, ...]:
    """Return the command that carries changes as an argument, packed: a certificate for several stores counts once."""
    request = base64.b64encode(zlib.compress(_request(changes), 9)).decode("ascii")
    return (*_command(changes), "--request", request)


def _command(changes: tuple[Elevated, ...]) -> tuple[str, ...]:
    return (*own_command("elevated-store"), "apply", *dict.fromkeys(c.sha256 for c in changes))


def _request(changes: tuple[Elevated, ...]) -> bytes:
    entries = [
        {"verb": c.verb, "store": c.store, "sha256": c.sha256, "certificate": base64.b64encode(c.der).decode()}
        for c in changes
    ]
    return json.dumps(entries).encode("ascii")


def _run_with_pkexec(command: tuple[str, ...], request: bytes, by_hand: str) -> dict[str, str]:
    pkexec = shutil.which("pkexec")
    if pkexec is None:
        nobody = "and there is nobody here to ask" if sys.platform == "darwin" else "and pkexec is not installed to ask"
        raise ElevationRefused(f"This needs administrator rights, {nobody} for them.", hint=by_hand)
    try:
        result = run_tool((pkexec, *command), stdin=request, timeout_s=600, on_terminal=True)
    except ToolFailed as failure:
        if failure.exit_code == _PKEXEC_DISMISSED:
            raise ElevationRefused(CANCELLED.message) from failure
        if failure.exit_code == _PKEXEC_NOT_AUTHORIZED:
            raise ElevationRefused(
                "Nothing was changed there. No administrator could be asked.", hint=by_hand
            ) from failure
        raise
    try:
        answer = json.loads(result.stdout or b"{}")
    except ValueError as error:
        raise ToolFailed((pkexec, *command), 0, "the helper's answer cannot be read") from error
    return {str(store): str(problem) for store, problem in answer.items()} if isinstance(answer, dict) else {}


def is_administrator() -> bool:
    """Say whether this process already has administrator rights."""
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    return os.geteuid() == 0


_OWN_FILES = {
    "elevated-store": Path(__file__).parent / "helper.py",
    "nss-child": Path(__file__).parent / "backends" / "nss" / "child.py",
    "windows-child": Path(__file__).parent / "backends" / "windows" / "child.py",
}


def own_command(verb: str) -> tuple[str, ...]:
    """Return the argv that runs one of our own child programs, in a checkout, an environment or a bundle."""
    if is_frozen():
        return (str(Path(sys.executable).with_name("dotlocal" + Path(sys.executable).suffix)), verb)
    # Isolated, and without site-packages: these files use the standard library alone.
    return (sys.executable, "-I", "-S", str(_OWN_FILES[verb]))


def environment() -> dict[str, str]:
    """Return a small environment: nothing that redirects a tool's certificates or libraries."""
    return {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")[-4000:]
