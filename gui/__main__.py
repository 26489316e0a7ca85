"""Entry point of the window program."""

import sys

from gui.app import main


def run() -> None:
    """Run the window and leave with its exit code."""
    sys.exit(main(sys.argv))


if __name__ == "__main__":
    run()
