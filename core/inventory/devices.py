"""Devices on disk: what they were like last, what happened to them, their certificates, a person's notes."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from core.inventory.database import Database
from core.inventory.device_facts import read, written
from core.inventory.tables import CERTIFICATE, DEVICE, HAPPENING
from core.model.device import Device
from core.model.device_history import CertificateSeen, DeviceHistory, Happening, HistoryEntry
from core.model.device_notes import DeviceNotes

log = logging.getLogger(__name__)

NEW_FOR = timedelta(days=7)
SETTLING = timedelta(minutes=10)
"""A new inventory meets everything for the first time: what it meets in its first minutes is not called new."""
_SHOWN = ("device", "port", "sha256", "key", "issuer")
MOST_DEVICES, MOST_HAPPENINGS, MOST_CERTIFICATES = 20_000, 200, 20


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A device's certificate as it was presented just now."""

    device: str
    port: int
    sha256: str
    key: str
    issuer: str
    der: bytes
    at: datetime


class DeviceBook:
    """The devices of one database; blocking, for one thread. Every call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[str, Device] = {}
        self._notes: dict[str, DeviceNotes] = {}
        self._shown: dict[tuple[str, int], tuple[str, str, str]] = {}
        self._begun: datetime | None = None

    def load(self, now: datetime) -> tuple[tuple[Device, ...], tuple[DeviceNotes, ...]]:
        """Read every device and its notes. An entry that cannot be read is left out and stays on disk.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(select(DEVICE)).all()
            shown = connection.execute(
                select(*(CERTIFICATE.c[name] for name in _SHOWN)).order_by(CERTIFICATE.c.last_seen)
            ).all()
        for row in rows:
            try:
                first_seen, last_seen = _moment(row.first_seen), _moment(row.last_seen)
                self._held[row.id] = read(row.facts, first_seen, last_seen)
            except (ValueError, KeyError, TypeError) as error:
                log.info("The entry of %r cannot be read: %s", row.id, error)
                continue
            is_new = not row.acknowledged and now - first_seen < NEW_FOR
            self._notes[row.id] = DeviceNotes(
                row.id, first_seen, row.friendly, row.note, hidden=bool(row.hidden), is_new=is_new
            )
        self._shown = {(row.device, row.port): (row.sha256, row.key, row.issuer) for row in shown}
        self._begun = min((note.first_seen for note in self._notes.values()), default=now)
        return tuple(self._held.values()), tuple(self._notes.values())

    def record(
        self, devices: Iterable[Device], shown: Iterable[ShownCertificate], now: datetime
    ) -> tuple[DeviceNotes, ...]:
        """Keep what devices look like now and which certificates they show; return the notes of devices met first.

        Raises: StateUnwritable, StateCorrupt; then nothing of it was kept, and it can be given again.
        """
        held, notes, seen = dict[str, Device](), dict[str, DeviceNotes](), dict[tuple[str, int], tuple[str, str, str]]()
        with self._database.transaction() as connection:
            for device in devices:
                self._record_device(connection, device, held, notes, now)
            for certificate in shown:
                if certificate.device in self._held or certificate.device in held:
                    self._record_certificate(connection, certificate, seen)
        self._held.update(held)
        self._notes.update(notes)
        self._shown.update(seen)
        return tuple(notes.values())

    def _record_device(
        self,
        connection: Connection,
        device: Device,
        held: dict[str, Device],
        notes: dict[str, DeviceNotes],
        now: datetime,
    ) -> None:
        before = held.get(device.id) or self._held.get(device.id)
        if before is None:
            if len(self._held) + len(held) >= MOST_DEVICES:
                return
            settled = self._begun is not None and now - self._begun > SETTLING
            notes[device.id] = DeviceNotes(device.id, device.first_seen, is_new=settled)
            happened = [(Happening.FIRST_SEEN, "", ", ".join(a.address for a in device.addresses))]
        else:
            happened = changes_between(before, device)
        last_seen = device.last_seen.isoformat()
        row = insert(DEVICE).values(
            id=device.id, facts=written(device), first_seen=device.first_seen.isoformat(), last_seen=last_seen,
            acknowledged=int(before is None and not notes[device.id].is_new),
        )  # fmt: skip
        kept = {"last_seen": last_seen}
        if device.services or device.addresses:
            kept["facts"] = written(device)  # one that went may have lost them; what it had is worth keeping
        connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=kept))
        for what, old, new in happened:
            self._happened(connection, device.id, now, what, old, new)
        held[device.id] = device

    def _record_certificate(
        self, connection: Connection, shown: ShownCertificate, seen: dict[tuple[str, int], tuple[str, str, str]]
    ) -> None:
        place = (shown.device, shown.port)
        before = seen.get(place) or self._shown.get(place)
        at = shown.at.isoformat()
        row = insert(CERTIFICATE).values(
            device=shown.device, port=shown.port, sha256=shown.sha256, key=shown.key, issuer=shown.issuer,
            der=shown.der, first_seen=at, last_seen=at,
        )  # fmt: skip
        connection.execute(
            row.on_conflict_do_update(index_elements=["device", "port", "sha256"], set_={"last_seen": at})
        )
        if before is not None and before[0] != shown.sha256:
            what = Happening.NEW_CERTIFICATE if before[1] == shown.key else Happening.NEW_KEY
            self._happened(connection, shown.device, shown.at, what, before[0], shown.sha256)
            if before[2] != shown.issuer:
                self._happened(connection, shown.device, shown.at, Happening.NEW_ISSUER, before[2], shown.issuer)
            self._keep_newest_certificates(connection, place)
        seen[place] = (shown.sha256, shown.key, shown.issuer)

    @staticmethod
    def _keep_newest_certificates(connection: Connection, place: tuple[str, int]) -> None:
        here = (CERTIFICATE.c.device == place[0]) & (CERTIFICATE.c.port == place[1])
        newest = (
            select(CERTIFICATE.c.sha256).where(here).order_by(CERTIFICATE.c.last_seen.desc()).limit(MOST_CERTIFICATES)
        )
        connection.execute(delete(CERTIFICATE).where(here & CERTIFICATE.c.sha256.not_in(newest.scalar_subquery())))

    @staticmethod
    def _happened(connection: Connection, device: str, at: datetime, what: Happening, before: str, after: str) -> None:
        row = insert(HAPPENING).values(
            device=device, at=at.isoformat(), what=what.value, before=before[:400], after=after[:400]
        )
        number = connection.execute(row).inserted_primary_key
        if number is not None and number[0] % 50 == 0:  # now and then: a device that flaps must not fill the disk
            ours = HAPPENING.c.device == device
            oldest = select(HAPPENING.c.number).where(ours).order_by(HAPPENING.c.number.desc()).offset(MOST_HAPPENINGS)
            connection.execute(delete(HAPPENING).where(HAPPENING.c.number.in_(oldest.scalar_subquery())))

    def still_here(self, ids: Sequence[str], at: datetime) -> None:
        """Move the last sight of devices on to now.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            for start in range(0, len(ids), 500):
                some = ids[start : start + 500]
                connection.execute(update(DEVICE).where(DEVICE.c.id.in_(some)).values(last_seen=at.isoformat()))

    def annotate(self, device: str, **changes: str | bool) -> DeviceNotes | None:
        """Change notes: `friendly`, `note`, `hidden`, `acknowledged`; return them, None for an unknown device.

        Raises: StateUnwritable, StateCorrupt.
        """
        notes = self._notes.get(device)
        if notes is None:
            return None
        values = {name: int(value) if isinstance(value, bool) else value for name, value in changes.items()}
        with self._database.transaction() as connection:
            connection.execute(update(DEVICE).where(DEVICE.c.id == device).values(**values))
        is_new = not changes["acknowledged"] if "acknowledged" in changes else notes.is_new
        self._notes[device] = DeviceNotes(
            device, notes.first_seen,
            str(changes.get("friendly", notes.friendly)), str(changes.get("note", notes.note)),
            hidden=bool(changes.get("hidden", notes.hidden)), is_new=is_new,
        )  # fmt: skip
        return self._notes[device]

    def notes(self, device: str) -> DeviceNotes | None:
        """Return the notes of a device."""
        return self._notes.get(device)

    def history(self, device: str) -> DeviceHistory:
        """Return what happened to a device, and its certificates, newest first.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            happened = connection.execute(
                select(HAPPENING)
                .where(HAPPENING.c.device == device)
                .order_by(HAPPENING.c.number.desc())
                .limit(MOST_HAPPENINGS)
            ).all()
            shown = connection.execute(
                select(CERTIFICATE).where(CERTIFICATE.c.device == device).order_by(CERTIFICATE.c.last_seen.desc())
            ).all()
        return DeviceHistory(
            device,
            tuple(HistoryEntry(_moment(r.at), Happening(r.what), r.before, r.after) for r in happened),
            tuple(
                CertificateSeen(r.port, r.sha256, r.key, r.issuer, r.der, _moment(r.first_seen), _moment(r.last_seen))
                for r in shown
            ),
        )

    def forget(self, device: str) -> None:
        """Remove all that is kept of a device.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            connection.execute(delete(DEVICE).where(DEVICE.c.id == device))
            connection.execute(delete(HAPPENING).where(HAPPENING.c.device == device))
            connection.execute(delete(CERTIFICATE).where(CERTIFICATE.c.device == device))
        self._held.pop(device, None)
        self._notes.pop(device, None)
        for place in [place for place in self._shown if place[0] == device]:
            del self._shown[place]

    def count(self) -> int:
        """Return how many devices are on disk.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            return int(connection.execute(select(func.count()).select_from(DEVICE)).scalar_one())


def changes_between(before: Device, after: Device) -> list[tuple[Happening, str, str]]:
    """Return what is different in what a person would call different: name, addresses, services, presence."""
    found: list[tuple[Happening, str, str]] = []
    if before.online != after.online:
        found.append((Happening.RETURNED if after.online else Happening.WENT, "", ""))
    if not after.online:
        return found
    if before.name != after.name:
        found.append((Happening.RENAMED, before.name, after.name))
    old, new = ({a.address for a in device.addresses} for device in (before, after))
    if old and new and old != new:
        found.append((Happening.MOVED, ", ".join(sorted(old)), ", ".join(sorted(new))))
    offers = [sorted({f"{s.type.partition('.')[0]} {s.port}" for s in device.services}) for device in (before, after)]
    if offers[0] and offers[1] and offers[0] != offers[1]:
        found.append((Happening.SERVICES, ", ".join(offers[0]), ", ".join(offers[1])))
    return found


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
