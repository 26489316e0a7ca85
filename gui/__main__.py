"""Entry point of the window program."""

import gc
import sys

gc.disable()  # until the first paint: walking what is being imported takes longer than it could ever free

from gui.app import main  # noqa: E402


def run() -> None:
    """Run the window and leave with its exit code."""
    sys.exit(main(sys.argv))


if __name__ == "__main__":
    run()
