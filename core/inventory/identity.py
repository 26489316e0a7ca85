"""Remember which key each device showed, and say when it shows another: old against new, with the date."""

import json
import logging
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import StateUnwritable

log = logging.getLogger(__name__)

FILE_NAME = "identities.json"
TOLD_FOR = timedelta(days=7)
MOST_REMEMBERED, WRITE_EVERY_S = 20_000, 2.0


@dataclass(frozen=True, slots=True)
class Identity:
    """The key of one port: `key` is the SHA-256 of its SubjectPublicKeyInfo in hex; "before" is "" for a first key.

    `refused` is "yes" where a person wants the key from before: the change is told until that one is shown again.
    """

    key: str
    seen_at: str
    before: str = ""
    before_seen_at: str = ""
    changed_at: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A device showed another key than before; keys are SHA-256 of SubjectPublicKeyInfo, in hex."""

    old: str
    new: str
    old_seen_at: datetime


class Identities:
    """The identities of one state folder. Blocking; for one thread. A file that cannot be read is begun anew."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._known: dict[str, Identity] | None = None
        self._unwritten: set[str] = set()
        self._tried_at = float("-inf")

    def met(self, place: str, key: str, at: datetime) -> KeyChange | None:
        """Take the key that `place` ("host:port") shows now; return a change that is not older than a week."""
        known = self._load()
        held = known.get(place)
        now = at.isoformat()
        if held is not None and held.key != key:
            held = known[place] = self._told_since(place, held)
        if held is not None and held.refused and key == held.before:
            known[place] = Identity(key, now)  # the key that was wanted is back
            self._save(place, at_once=True)
        elif held is not None and held.refused and key != held.key:
            known[place] = replace(held, key=key, seen_at=now, changed_at=now)  # yet another, and none of them wanted
            self._save(place, at_once=True)
        elif held is None or held.key != key:
            before = {} if held is None else {"before": held.key, "before_seen_at": held.seen_at, "changed_at": now}
            while held is None and len(known) >= MOST_REMEMBERED:
                del known[min(known, key=lambda p: _seen(known[p]))]
            known[place] = Identity(key, now, **before)
            self._save(place, at_once=held is not None)
        elif at - _seen(held) > timedelta(days=1):
            held = self._told_since(place, held)
            known[place] = replace(held, seen_at=now) if held.key == key else held
            self._save(place)
        return _change(known.get(place), at)

    def decide(self, place: str, key: str, *, accept: bool) -> bool:
        """Take a changed key of `place` ("host:port") as its own, or keep wanting the one from before.

        `key` is the key that was looked at, or its beginning. Returns whether that is the one to decide on.
        Raises: StateUnwritable, where the decision could not be kept.
        """
        known = self._load()
        held = known.get(place)
        if held is None or not held.before or not key or not held.key.startswith(key):
            return False
        known[place] = Identity(held.key, held.seen_at) if accept else replace(held, refused="yes")
        if not self._save(place, at_once=True):
            known[place] = held
            raise StateUnwritable(f"{self._file} cannot be written, so nothing was decided.")
        return True

    def _told_since(self, place: str, held: Identity) -> Identity:
        """Return what another Dotlocal may have written of a place since; never what is older than our own."""
        return held if place in self._unwritten else self._read().get(place, held)

    def _load(self) -> dict[str, Identity]:
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> dict[str, Identity]:
        """Return what the file holds; an entry that cannot be read is left out, and a broken file is empty."""
        try:
            values = json.loads(self._file.read_text(encoding="utf-8"))
            entries = values.items()
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            log.info("%s cannot be read: %s", self._file, error)
            return {}
        found = {}
        for place, entry in entries:
            try:
                found[str(place)] = _identity(entry)
            except (ValueError, TypeError, AttributeError) as error:
                log.info("%s: the entry of %r cannot be read: %s", self._file, place, error)
        return found

    def flush(self) -> bool:
        """Write what was not written yet; return whether that worked."""
        return self._write() if self._unwritten else True

    def _save(self, place: str, *, at_once: bool = False) -> bool:
        """Have an entry written: now where that is asked for or the last try was long ago, else with a later one.

        A change is written at once; first keys, which come by the thousand, may wait for one another.

        Returns False where it was tried and did not work.
        """
        self._unwritten.add(place)
        if at_once or time.monotonic() - self._tried_at >= WRITE_EVERY_S:
            return self._write(place if at_once else "")
        return True

    def _write(self, certain: str = "") -> bool:
        """Put our entries into the file as it is now, whole and at once.

        Another Dotlocal may have written: what it saw of a place since stays, but for the place that is `certain`.
        """
        own = self._known or {}
        self._tried_at = time.monotonic()
        merged = self._read()
        for place in self._unwritten & own.keys():
            if place == certain or place not in merged or _seen(own[place]) >= _seen(merged[place]):
                merged[place] = own[place]
        kept = sorted(merged, key=lambda p: _seen(merged[p]))[-MOST_REMEMBERED:]
        values = {name: asdict(merged[name]) for name in kept}
        name = ""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=FILE_NAME)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(values, stream, indent=0)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(self._file)
        except OSError as error:
            log.info("%s cannot be written: %s", self._file, error)
            with suppress(OSError):
                Path(name).unlink()
            return False
        self._unwritten.clear()
        return True


def _identity(entry: dict[str, object]) -> Identity:
    identity = Identity(**{str(key): str(value) for key, value in entry.items()})
    moments = [identity.seen_at]
    if identity.before:
        moments += [identity.before_seen_at, identity.changed_at]
    if any(datetime.fromisoformat(moment).tzinfo is None for moment in moments):
        raise ValueError("a time without a zone")
    return identity


def _seen(held: Identity) -> datetime:
    return datetime.fromisoformat(held.seen_at)


def _change(held: Identity | None, at: datetime) -> KeyChange | None:
    if held is None or not held.before:
        return None
    if not held.refused and at - datetime.fromisoformat(held.changed_at) > TOLD_FOR:
        return None
    return KeyChange(held.before, held.key, datetime.fromisoformat(held.before_seen_at))
