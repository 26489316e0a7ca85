"""Ask whether there is a newer version, where a person or an administrator allowed it; unasked at most once a day."""

import asyncio
import base64
import binascii
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from core import __version__
from core.clock import Clock
from core.errors import UpdateRefused, UpdatesOff, UpdatesUnknown
from core.model.update import UpdateAnswer
from core.paths import build_note
from core.settings import load

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
_STATE = "updates.json"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Channel:
    """Where this build asks, and the raw public key that the answer has to be signed by."""

    place: str
    key: bytes


def channel_of_this_build() -> Channel | None:
    """Return where to ask; None for a build that was given no place, as every one that was not released is."""
    said = build_note().get("updates")
    if not isinstance(said, dict):
        return None
    try:
        key = base64.b64decode(str(said.get("key")), validate=True)
    except (ValueError, binascii.Error):
        return None
    place = str(said.get("place"))
    return Channel(place, key) if len(key) == 32 and place.startswith("https://") else None


class UpdateDesk:
    """Asks where the settings in `folder`, as they are at that moment, allow it; remembers there when it was asked."""

    def __init__(self, folder: Path, clock: Clock, channel: Channel | None) -> None:
        self._folder, self._clock, self._channel = folder, clock, channel
        self._asked_at: datetime | None = None
        self._seen: datetime | None = None

    async def ask(self) -> UpdateAnswer:
        """Ask now, because a person wants to know.

        Raises: UpdatesUnknown for a build without a place; UpdatesOff where an administrator turned it off;
        UpdateUnreachable; UpdateRefused for an answer that is not to be believed; StateCorrupt.
        """
        return await _apart(self._ask_if_allowed)

    async def ask_when_due(self) -> UpdateAnswer | None:
        """Ask if it is allowed and a day has passed; None where nothing was asked.

        Raises: UpdateUnreachable, UpdateRefused, StateCorrupt.
        """
        return await _apart(self._ask_if_due) if self._channel is not None else None

    def _ask_if_allowed(self) -> UpdateAnswer:
        settings = load(self._folder)
        if not settings.updates.check and "updates.check" in settings.managed:
            raise UpdatesOff("The update check is turned off for this computer.")
        if self._channel is None:
            raise UpdatesUnknown("This build was given no place to ask for newer versions.")
        return self._ask_now()

    def _ask_if_due(self) -> UpdateAnswer | None:
        if not load(self._folder).updates.check:
            return None
        asked_at, _ = self._remembered()
        due = asked_at is None or not asked_at <= self._clock() < asked_at + EVERY
        return self._ask_now() if due else None

    def _ask_now(self) -> UpdateAnswer:
        from core.updates.fetch import fetch  # here: a window that never asks loads none of it
        from core.updates.statement import is_newer, read

        assert self._channel is not None  # noqa: S101  both callers looked
        now = self._clock()
        _, seen = self._remembered()
        self._remember(now, seen)  # also where nobody answers: a server that is down is not asked all day
        try:
            release = read(fetch(self._channel.place), self._channel.key, now, seen)
        except UpdateRefused as problem:
            log.warning("the statement about versions was refused (%s): %s", problem.reason, problem.message)
            raise
        self._remember(now, release.issued_at)
        return UpdateAnswer(__version__, release, is_newer(release.version, __version__))

    def _remembered(self) -> tuple[datetime | None, datetime | None]:
        """Return when it was asked last, and the age of the newest statement that was believed."""
        try:
            said = json.loads((self._folder / _STATE).read_text(encoding="utf-8"))
            asked, seen = said.get("asked_at"), said.get("issued_at")
            times = [datetime.fromisoformat(text) if isinstance(text, str) else None for text in (asked, seen)]
        except (OSError, ValueError, AttributeError, RecursionError):
            times = [None, None]
        kept = [t for t in times if t is not None and t.tzinfo is None]
        asked_at, issued_at = (None, None) if kept else (times[0], times[1])
        return _later(asked_at, self._asked_at), _later(issued_at, self._seen)

    def _remember(self, asked: datetime, seen: datetime | None) -> None:
        self._asked_at, self._seen = asked, seen  # a folder that cannot be written makes nobody ask all day
        text = json.dumps({"asked_at": asked.isoformat(), "issued_at": seen.isoformat() if seen else None})
        name = ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._folder, prefix="updates-", delete=False) as stream:
                name = stream.name
                stream.write(text)
            Path(name).replace(self._folder / _STATE)
        except OSError as error:
            log.info("the moment of the update check could not be kept: %s", error)
            with suppress(OSError):
                os.unlink(name)  # noqa: PTH108  "" where no file was made


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [moment for moment in (one, other) if moment is not None]
    return max(known) if known else None


async def _apart(call: Callable[[], T]) -> T:
    """Run a call on a thread that nobody waits for: a name that no server resolves must not hold up the end."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, problem: BaseException | None) -> None:
        if ended.done():
            return
        if problem is not None:
            ended.set_exception(problem)
        else:
            ended.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, problem = None, None
        try:
            result = call()
        except Exception as error:  # handed over to whoever asked
            problem = error
        with suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=work, name="updates", daemon=True).start()
    return await ended
