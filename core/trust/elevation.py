"""The only place that runs other programs: with a fixed argv, no shell, a time-out, and rights only where needed."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import ElevationRefused, ToolFailed
from core.paths import is_frozen

_KEPT_VARIABLES = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY")
_PKEXEC_DISMISSED, _PKEXEC_NOT_AUTHORIZED = 126, 127  # pkexec(1), RETURN VALUE
_AS_ADMINISTRATOR = (
    "Run it as an administrator, with the exported root: dotlocal ca export --out root.crt.pem, "
    "then sudo dotlocal trust {verb} --store os --root root.crt.pem"
)
_ELEVATED_VERBS = frozenset({"install", "remove"})


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a program printed before it ended with exit code 0."""

    stdout: bytes
    stderr: str


def run_tool(
    argv: tuple[str, ...], *, stdin: bytes = b"", timeout_s: float = 60.0, on_terminal: bool = False
) -> ToolResult:
    """Run a program to its end. What it reads on stdin may be secret; argv must not be.

    With `on_terminal` it keeps our terminal, so that it can ask a person there.

    Raises: ToolFailed, with argv, exit code and stderr.
    """
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, timeout=timeout_s, env=_environment(), check=False,
            start_new_session=not on_terminal,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(argv, None, _text(error.stderr)) from None
    except OSError as error:
        raise ToolFailed(argv, -1, error.strerror or str(error)) from error
    if done.returncode != 0:
        raise ToolFailed(argv, done.returncode, _text(done.stderr))
    return ToolResult(done.stdout, _text(done.stderr))


def run_elevated(verb: str, sha256: str, pem: bytes) -> None:
    """Run our own helper as administrator: one verb, one certificate on stdin, its fingerprint beside it.

    Raises: ElevationRefused, ToolFailed.
    """
    if verb not in _ELEVATED_VERBS or not (len(sha256) == 64 and sha256.isalnum()):
        raise ValueError(verb)
    pkexec = shutil.which("pkexec")
    if pkexec is None:
        raise ElevationRefused(
            "This needs administrator rights, and pkexec is not installed to ask for them.",
            hint=_AS_ADMINISTRATOR.format(verb=verb),
        )
    try:
        run_tool((pkexec, *own_command("elevated-store"), verb, sha256), stdin=pem, timeout_s=300, on_terminal=True)
    except ToolFailed as failure:
        if failure.exit_code == _PKEXEC_DISMISSED:
            raise ElevationRefused("Nothing was changed. The administrator prompt was cancelled.") from failure
        if failure.exit_code == _PKEXEC_NOT_AUTHORIZED:
            raise ElevationRefused(
                "Nothing was changed. No administrator could be asked.",
                hint=_AS_ADMINISTRATOR.format(verb=verb),
            ) from failure
        raise


def is_administrator() -> bool:
    """Say whether this process already has administrator rights."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


_OWN_FILES = {
    "elevated-store": Path(__file__).parent / "backends" / "linux" / "helper.py",
    "nss-child": Path(__file__).parent / "backends" / "nss" / "child.py",
}


def own_command(verb: str) -> tuple[str, ...]:
    """Return the argv that runs one of our own child programs, in a checkout, an environment or a bundle."""
    if is_frozen():
        return (str(Path(sys.executable).with_name("dotlocal" + Path(sys.executable).suffix)), verb)
    # Isolated, and without site-packages: both files use the standard library alone.
    return (sys.executable, "-I", "-S", str(_OWN_FILES[verb]))


def _environment() -> dict[str, str]:
    """Return a small environment: nothing that redirects a tool's certificates or libraries."""
    return {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")[-4000:]
