"""The journal of changes to this machine: a line before and one after each, on disk, so that all can be undone."""

import base64
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from core.errors import StateUnwritable
from core.model.change import Change, History
from core.model.plan import Action

FILE_NAME = "journal.jsonl"


def begin(folder: Path, change: Change) -> None:
    """Put a change on record before anything is touched.

    Raises: StateUnwritable, so that no change is made that is not on record.
    """
    _append(
        folder,
        {
            "at": change.at.isoformat(), "run": change.run, "change": change.number, "phase": "planned",
            "action": change.action.value, "store": change.store, "label": change.label,
            "address": dict(change.address), "sha256": change.sha256, "root": change.root_name,
            "certificate": base64.b64encode(change.certificate).decode("ascii"), "before": dict(change.before),
            "steps": list(change.steps), **({"undoes": change.undoes} if change.undoes else {}),
        },
    )  # fmt: skip


def end(folder: Path, change: Change, at: datetime, phase: str, detail: str = "", *, altered: bool = True) -> None:
    """Put on record what came of a change: `phase` is "done" or "failed".

    Raises: StateUnwritable.
    """
    entry: dict[str, object] = {
        "at": at.isoformat(), "run": change.run, "change": change.number, "phase": phase, "action": change.action.value,
        "store": change.store, "sha256": change.sha256, "altered": altered,
    }  # fmt: skip
    _append(folder, {**entry, **({"detail": detail} if detail else {})})


def read(folder: Path) -> History:
    """Return what is on record. A last line that a power cut tore counts as damaged, and never hides the others."""
    try:
        lines = (folder / FILE_NAME).read_bytes().split(b"\n")
    except FileNotFoundError:
        return History(())
    except OSError as error:
        return History((), (f"{folder / FILE_NAME}: {error.strerror or error}",))
    changes: dict[str, Change] = {}
    damaged: list[str] = []
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            _take(json.loads(text), changes)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            damaged.append(f"{folder / FILE_NAME}, line {number}: {type(error).__name__} ({error})")
    return History(tuple(changes.values()), tuple(damaged))


def _take(entry: Mapping[str, object], changes: dict[str, Change]) -> None:
    key = f"{entry['run']}/{entry['change']}"
    if entry["phase"] == "planned":
        changes[key] = _planned(entry)
        return
    change = changes[key]
    phase = str(entry["phase"])
    if phase not in {"done", "failed"}:
        raise ValueError(f"the phase is {phase!r}")
    detail, altered = str(entry.get("detail", "")), bool(entry.get("altered", True))
    changes[key] = replace(change, phase=phase, detail=detail, altered=altered)
    if phase == "done" and change.undoes in changes:
        changes[change.undoes] = replace(changes[change.undoes], undone=True)


def _planned(entry: Mapping[str, object]) -> Change:
    """Return the change that a line describes; its certificate must be the one that its fingerprint names."""
    certificate = base64.b64decode(str(entry["certificate"]), validate=True)
    fingerprint = str(entry["sha256"])
    if sha256(certificate).hexdigest() != fingerprint:
        raise ValueError("the certificate is not the one that the fingerprint names")
    address, before, steps = entry["address"], entry["before"], entry.get("steps", [])
    if not isinstance(address, dict) or not isinstance(before, dict) or not isinstance(steps, list):
        raise TypeError("a field has the wrong kind of value")
    return Change(
        run=str(entry["run"]), number=int(str(entry["change"])), at=datetime.fromisoformat(str(entry["at"])),
        action=Action(entry["action"]), store=str(entry["store"]), label=str(entry["label"]), address=address,
        sha256=fingerprint, root_name=str(entry["root"]), certificate=certificate, before=before,
        steps=tuple(str(step) for step in steps), undoes=str(entry.get("undoes", "")),
    )  # fmt: skip


def _append(folder: Path, entry: Mapping[str, object]) -> None:
    file = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_new = not file.exists()
        with file.open("ab") as stream:
            start = b"" if is_new or _ends_with_newline(file) else b"\n"  # a torn line stays a line of its own
            stream.write(start + json.dumps(entry).encode("ascii") + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            _flush_folder(folder)
    except OSError as error:
        raise StateUnwritable(f"{file} cannot be written: {error.strerror or error}.") from error


def _ends_with_newline(file: Path) -> bool:
    with file.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _flush_folder(folder: Path) -> None:
    """Make the file's name last through a power cut too; only POSIX can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
