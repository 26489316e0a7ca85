"""The inventory's file: durable, migrated step by step, its failures in words, damage set aside and not lost."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import StateCorrupt, StateUnwritable
from core.inventory.database import FILE_NAME, Database
from core.inventory.devices import DeviceBook
from core.inventory.tables import METADATA, STEPS
from tests.rigs.records import device

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def opened(folder: Path) -> Database:
    database = Database(folder)
    database.open(NOW)
    return database


def test_it_is_a_write_ahead_log_with_every_commit_on_the_disk(tmp_path: Path) -> None:
    database = opened(tmp_path)
    with database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.close()
    assert not (tmp_path / f"{FILE_NAME}-wal").exists(), "closing folds the log in"


@pytest.mark.parametrize("version", range(len(STEPS)))
def test_a_file_of_an_older_form_is_brought_up_and_keeps_what_it_holds(tmp_path: Path, version: int) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    for step in STEPS[:version]:
        METADATA.create_all(engine, tables=list(step))
    with engine.begin() as connection:
        if version:
            connection.exec_driver_sql(
                "INSERT INTO device (id, facts, first_seen, last_seen)"
                " VALUES ('kept.local', '{}', '2026-01-01', '2026-01-01')"
            )
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    engine.dispose()
    database = opened(tmp_path)
    with database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar() == len(STEPS)
        tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        held = connection.exec_driver_sql("SELECT count(*) FROM device").scalar()
    assert set(METADATA.tables) <= tables
    assert held == (1 if version else 0)
    database.close()


def test_a_file_of_a_newer_form_is_left_alone(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(StateCorrupt, match="newer Dotlocal"):
        Database(tmp_path).open(NOW)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no database" * 400)
    database = opened(tmp_path)
    assert database.set_aside is not None
    assert database.set_aside.read_bytes().startswith(b"this is no database")
    assert DeviceBook(database).load(NOW) == ((), ())
    database.close()


def test_a_full_disk_is_said_in_words_and_nothing_is_half_written(tmp_path: Path) -> None:
    database = opened(tmp_path)
    book = DeviceBook(database)
    book.load(NOW)
    book.record([device("first.local")], [], NOW)
    with database.transaction() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
    with database.transaction() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
    many = [device(f"d{n}.local", "x" * 200) for n in range(400)]
    with pytest.raises(StateUnwritable, match="disk is full") as caught:
        book.record(many, [], NOW)
    assert "Free some space" in caught.value.hint
    assert book.count() == 1
    with database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    book.record(many, [], NOW)
    assert book.count() == 401, "with space again the same is kept"
    database.close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StateUnwritable):
        Database(tmp_path / "taken").open(NOW)
