"""Logging to stderr or a file in the state folder; one line an entry, control characters made visible."""

import logging
import sys
from contextlib import suppress
from pathlib import Path

MOST_OCTETS = 1_000_000
"""Of a log: a start that finds more begins a new one, and keeps the one before."""


class OneLineFormatter(logging.Formatter):
    """Formats a record on one line with every control character escaped: log text may come from the network."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def configure(*, verbose: bool = False, file: Path | None = None) -> None:
    """Send warnings (everything, when verbose) to stderr, or to `file` where there is no terminal."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # another window may hold it
            if file.exists() and file.stat().st_size > MOST_OCTETS:
                file.replace(file.with_suffix(".old.log"))
        handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(OneLineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
