"""Logging to stderr or a file in the state folder; one line an entry, control characters made visible."""

import logging
import sys
from pathlib import Path


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
        handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(OneLineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
