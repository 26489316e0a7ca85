"""Open the inventory's SQLite file: durable, brought to the newest form, its errors put into words."""

import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from core.errors import DotlocalError, StateCorrupt, StateUnwritable
from core.inventory.tables import METADATA, STEPS

log = logging.getLogger(__name__)

FILE_NAME, LOCK_NAME = "history.sqlite", "history.lock"
BUSY_MS = 3000
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """One connection to one file, for one thread. Every transaction is on the disk when it ends."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE_NAME
        self.set_aside: Path | None = None
        """Where a damaged file went when this one was begun anew."""
        self._engine: Engine | None = None
        self._lock: BinaryIO | None = None

    def open(self, now: datetime) -> None:
        """Open the file, or make it; a damaged one is moved aside and a new one is begun.

        Raises: StateUnwritable, StateCorrupt for a file of a newer Dotlocal.
        """
        try:
            self._open()
        except StateCorrupt as problem:
            if problem.facts.get("newer"):
                raise
            log.info("The inventory is damaged: %s", problem)
            self.close()
            self.set_aside = self.file.with_name(f"history.damaged-{now:%Y%m%d-%H%M%S}.sqlite")
            self._move_aside(self.set_aside)
            self._open()

    def _open(self) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateUnwritable(f"{self.file.parent} cannot be made: {error.strerror}.") from error
        self._lock_out_others()
        engine = create_engine(
            f"sqlite:///{self.file}", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin_at_once)
        self._engine = engine
        try:
            with self.transaction() as connection:
                self._check(connection)
                self._migrate(connection)
        except BaseException:
            self.close()
            raise

    def _lock_out_others(self) -> None:
        """Be the only one who writes: two that each remember half would tell everything twice.

        Raises: StateUnwritable where another Dotlocal has it.
        """
        if self._lock is not None:
            return
        try:
            lock = (self.file.parent / LOCK_NAME).open("a+b")
        except OSError as error:
            raise StateUnwritable(f"{self.file.parent} cannot be written: {error.strerror}.") from error
        try:
            if sys.platform == "win32":
                import msvcrt

                lock.seek(0)
                msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            hint = "This window shows what it hears and keeps nothing until the other one is closed."
            raise StateUnwritable("Another Dotlocal keeps the history.", hint=hint) from error
        self._lock = lock

    def _check(self, connection: Connection) -> None:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        if found != "ok":
            raise StateCorrupt(f"{self.file}: {found}", file=str(self.file))

    def _migrate(self, connection: Connection) -> None:
        version = int(connection.execute(text("PRAGMA user_version")).scalar() or 0)
        if version > len(STEPS):
            raise StateCorrupt(
                f"{self.file} was written by a newer Dotlocal (form {version}; this one knows {len(STEPS)}).",
                hint="Update Dotlocal, or move the file away to begin a new history.", newer=True,
            )  # fmt: skip
        for step in STEPS[version:]:
            METADATA.create_all(connection, tables=list(step), checkfirst=True)
        if version < len(STEPS):
            connection.execute(text(f"PRAGMA user_version = {len(STEPS)}"))

    def _move_aside(self, place: Path) -> None:
        try:
            self.file.replace(place)
            for ending in ("-wal", "-shm"):
                self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        except OSError as error:
            raise StateUnwritable(f"{self.file} is damaged and cannot be moved away: {error.strerror}.") from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection; what is done with it is on the disk afterwards, all or nothing.

        Raises: StateUnwritable for a full or read-only disk, StateCorrupt.
        """
        if self._engine is None:
            raise StateUnwritable("The history is not open.")
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise self._problem(error) from error

    def _problem(self, error: DBAPIError) -> DotlocalError:
        """Put an error of SQLite into words."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in _BROKEN:
            return StateCorrupt(f"{self.file} is damaged: {error.orig}.", file=str(self.file))
        if code == sqlite3.SQLITE_FULL:
            hint = "Free some space; Dotlocal goes on by itself. What happens until then is not kept."
            return StateUnwritable(f"The disk is full: {self.file} cannot grow.", hint=hint, full=True)
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return StateUnwritable(f"{self.file} is in use by another program.", hint="Close the other Dotlocal.")
        return StateUnwritable(f"{self.file} cannot be written: {error.orig}.")

    def close(self) -> None:
        """Close the file; its write-ahead log is folded in."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _prepare(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None  # SQLAlchemy's own advice: sqlite3 begins no transaction of its own
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {BUSY_MS}", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_at_once(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def storable(text: str, limit: int) -> str:
    """Return text that SQLite takes: halves of characters, which no one can read anyway, become "?"."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")
