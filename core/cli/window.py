"""Start the window program; the command line itself knows no Qt."""

import subprocess
import sys
from pathlib import Path

from core.errors import WindowUnavailable
from core.paths import is_frozen


def window_command() -> tuple[str, ...]:
    """Return the argv of the window program in a bundle or an environment."""
    if is_frozen():
        return (str(Path(sys.executable).with_name("dotlocal-gui" + Path(sys.executable).suffix)),)
    return (sys.executable, "-m", "gui")


def open_window(arguments: tuple[str, ...]) -> int:
    """Run the window program to its end and return its exit code.

    Raises: WindowUnavailable.
    """
    try:
        return subprocess.run((*window_command(), *arguments), check=False).returncode
    except OSError as error:
        raise WindowUnavailable(f"The window program cannot be started: {error.strerror or error}.") from error
