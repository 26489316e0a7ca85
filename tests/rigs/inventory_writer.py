"""Write devices, notes and alerts without an end, and say after each commit what is on the disk; made to be killed."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.inventory.alert_rules import Reported
from core.inventory.alerts import AlertBook
from core.inventory.database import Database
from core.inventory.devices import DeviceBook, ShownCertificate
from core.model.alert import AlertCode
from tests.rigs.records import device

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def main(folder: Path, start: int) -> None:
    database = Database(folder)
    database.open(NOW)
    devices, alerts = DeviceBook(database), AlertBook(database)
    devices.load(NOW)
    number = start
    while True:
        host, at = f"d{number:06}.local", NOW + timedelta(seconds=number)
        made = replace(device(host, f"Device {number}"), first_seen=at, last_seen=at)
        devices.record([made], [ShownCertificate(host, 443, f"{number:064x}", "k", "CN=A", b"x" * 900, at)], at)
        devices.annotate(host, note=f"note {number}")
        alerts.report([Reported(AlertCode.NEW_DEVICE, host, "")], at)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
