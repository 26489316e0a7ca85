"""The list of what was issued: one JSON object a line, appended and flushed; device keys are never in it."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from core.errors import StateCorrupt, StateUnwritable
from core.model.authority import LedgerEntry

FILE_NAME = "ledger.jsonl"
_FIELDS = ("serial", "sha256", "names", "not_before", "not_after", "issued_at", "issuer", "formats")


def append(folder: Path, entry: LedgerEntry) -> None:
    """Add an entry, on disk before this returns.

    Raises: StateUnwritable.
    """
    values = {name: getattr(entry, name) for name in _FIELDS}
    line = json.dumps(values, default=_plain, ensure_ascii=True) + "\n"
    try:
        with (folder / FILE_NAME).open("ab+") as stream:
            if stream.tell() and not _ends_line(stream):
                stream.write(b"\n")  # a torn last line must not swallow this one
            stream.write(line.encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StateUnwritable(f"{folder / FILE_NAME} cannot be written: {error.strerror or error}.") from error


def _ends_line(stream: BinaryIO) -> bool:
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) == b"\n"


def read(folder: Path) -> tuple[tuple[LedgerEntry, ...], tuple[StateCorrupt, ...]]:
    """Return the readable entries, oldest first, and one problem for each line that is not readable."""
    file = folder / FILE_NAME
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        return (), (StateCorrupt(f"{file}: {error.strerror or error}", file=str(file)),)
    entries: list[LedgerEntry] = []
    problems: list[StateCorrupt] = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(_entry(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            field = error.args[0] if isinstance(error, KeyError) else ""
            what = f"field {field!r} is missing" if field else f"{error}"
            problems.append(
                StateCorrupt(f"{file}, line {number}: {what}", file=str(file), line=number, field=str(field))
            )
    return tuple(entries), tuple(problems)


def _entry(values: dict[str, object]) -> LedgerEntry:
    if not isinstance(values, dict):
        raise TypeError("not an object")
    return LedgerEntry(
        serial=str(values["serial"]),
        sha256=str(values["sha256"]),
        names=_texts(values["names"], "names"),
        not_before=datetime.fromisoformat(str(values["not_before"])),
        not_after=datetime.fromisoformat(str(values["not_after"])),
        issued_at=datetime.fromisoformat(str(values["issued_at"])),
        issuer=str(values["issuer"]),
        formats=_texts(values["formats"], "formats"),
    )


def _texts(value: object, field: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"field {field!r} is not a list of texts")
    return tuple(value)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else list(value)  # type: ignore[call-overload]
