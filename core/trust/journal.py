"""The journal of changes to this machine: one line before and one after each, so that all can be undone."""

import json
import os
from datetime import datetime
from pathlib import Path

from core.errors import StateUnwritable
from core.model.plan import Action

FILE_NAME = "journal.jsonl"


def write(folder: Path, at: datetime, phase: str, store: str, action: Action, sha256: str, detail: str = "") -> None:
    """Append a line: `phase` is "planned", "done" or "failed".

    Raises: StateUnwritable, so that no change is made that is not on record.
    """
    entry = {"at": at.isoformat(), "phase": phase, "store": store, "action": action.value, "sha256": sha256}
    if detail:
        entry["detail"] = detail
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / FILE_NAME).open("a", encoding="ascii") as stream:
            stream.write(json.dumps(entry) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StateUnwritable(f"{folder / FILE_NAME} cannot be written: {error.strerror or error}.") from error
