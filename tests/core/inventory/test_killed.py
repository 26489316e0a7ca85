"""Killed while it writes, fifty times: what was acknowledged is there, the file opens, nothing is damaged."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.inventory.alerts import AlertBook
from core.inventory.database import FILE_NAME, Database
from core.inventory.devices import DeviceBook

TIMES = 50
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.timeout(300)


def test_nothing_acknowledged_is_lost_in_fifty_kills(tmp_path: Path, report: Callable[[str], None]) -> None:
    chance = random.Random(3)  # noqa: S311  the same moments each time
    acknowledged = -1
    for _ in range(TIMES):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.rigs.inventory_writer", str(tmp_path), str(acknowledged + 1000)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert writer.stdout is not None
        first = last = int(writer.stdout.readline())  # it is writing now
        time.sleep(chance.uniform(0.0, 0.12))
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().splitlines()
        assert writer.wait(10) == -signal.SIGKILL
        writer.stdout.close()
        whole = [line for line in rest if line]
        last = int(whole[-1]) if whole else last
        check(tmp_path, first, last)
        acknowledged = last
    with sqlite3.connect(tmp_path / FILE_NAME) as raw:
        kept = raw.execute("SELECT count(*) FROM device").fetchone()[0]
    raw.close()
    report(f"{TIMES} kills, {kept} devices kept, none that was acknowledged lost")


def check(folder: Path, first: int, last: int) -> None:
    """Read the file as the next start does: whole, undamaged, with every device, note and alert that was told of."""
    database = Database(folder)
    database.open(NOW)
    assert database.set_aside is None
    devices, notes = DeviceBook(database).load(NOW)
    hosts = {d.host for d in devices}
    numbers = {int(host[1:7]) for host in hosts}
    assert set(range(first, last + 1)) <= numbers
    written = {n.device: n.note for n in notes}
    assert all(written[f"d{number:06}.local"] == f"note {number}" for number in range(first, last + 1))
    alerts = {a.subject for a in AlertBook(database).all()}
    assert f"d{last:06}.local" in alerts
    assert DeviceBook(database).history(f"d{last:06}.local").certificates
    database.close()
    with sqlite3.connect(folder / FILE_NAME) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
