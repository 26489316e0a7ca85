"""Remember which service types were heard, so that the next start asks for them in its first packet."""

import json
import logging
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from core.discovery.names import is_service_type

log = logging.getLogger(__name__)

FILE_NAME = "service-types.json"
MOST_REMEMBERED, KEPT_DAYS = 200, 90


class KnownTypes:
    """The types of one state folder, each with the day it was heard last. A file that cannot be read is begun anew."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME

    def read(self) -> tuple[str, ...]:
        """Return the types, those heard last first."""
        return tuple(self._load())

    def remember(self, types: Iterable[str]) -> None:
        """Take types such as "_http._tcp" in as heard today; blocks."""
        today = datetime.now(UTC).date()
        known = self._load()
        heard = {f"{kind}.local.": today.isoformat() for kind in types if is_service_type(f"{kind}.local.")}
        if all(known.get(kind) == day for kind, day in heard.items()):
            return
        known.update(heard)
        fresh = {k: d for k, d in known.items() if (today - datetime.fromisoformat(d).date()).days <= KEPT_DAYS}
        kept = dict(sorted(fresh.items(), key=lambda entry: entry[1], reverse=True)[:MOST_REMEMBERED])
        self._write(kept)

    def _load(self) -> dict[str, str]:
        try:
            values = json.loads(self._file.read_text(encoding="utf-8"))
            found = {str(k): datetime.fromisoformat(str(d)).date().isoformat() for k, d in values.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            log.info("%s cannot be read: %s", self._file, error)
            return {}
        wanted = {k: d for k, d in found.items() if is_service_type(k)}
        return dict(sorted(wanted.items(), key=lambda entry: entry[1], reverse=True)[:MOST_REMEMBERED])

    def _write(self, values: dict[str, str]) -> None:
        name = ""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=FILE_NAME)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(values, stream, indent=0)
            Path(name).replace(self._file)
        except OSError as error:
            log.info("%s cannot be written: %s", self._file, error)
            if name:
                with suppress(OSError):
                    Path(name).unlink()
