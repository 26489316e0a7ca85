"""Devices on disk: what they were like last, what happened to them, their certificates, a person's notes."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from core.inventory.database import Database, storable
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
MOST_DEVICES, MOST_HAPPENINGS, MOST_CERTIFICATES = 20_000, 200, 60
TRIM_EVERY, SPARE, LONGEST_NOTE = 50, 500, 4_000
Happened = tuple[str, datetime, Happening, str, str]
"""A device's id, when, what, and what it was before and after."""

_new_device = insert(DEVICE)
_KEEP_DEVICE = _new_device.on_conflict_do_update(
    index_elements=["id"], set_={"facts": _new_device.excluded.facts, "last_seen": _new_device.excluded.last_seen}
)
_new_certificate = insert(CERTIFICATE)
_KEEP_CERTIFICATE = _new_certificate.on_conflict_do_update(
    index_elements=["device", "port", "sha256"], set_={"last_seen": _new_certificate.excluded.last_seen}
)
_HAPPENED = insert(HAPPENING)


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
        self._away: set[str] = set()
        """Devices of which it is told that they went, and not yet that they came back."""
        self._happened: dict[str, int] = {}

    def load(self, now: datetime) -> tuple[tuple[Device, ...], tuple[DeviceNotes, ...]]:
        """Read every device and its notes. An entry that cannot be read is left out and stays on disk.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(select(DEVICE)).all()
            shown = connection.execute(
                select(*(CERTIFICATE.c[name] for name in _SHOWN)).order_by(CERTIFICATE.c.last_seen)
            ).all()
            last = select(HAPPENING.c.device, HAPPENING.c.what, func.max(HAPPENING.c.number)).where(
                HAPPENING.c.what.in_([Happening.WENT.value, Happening.RETURNED.value])
            )
            presence = connection.execute(last.group_by(HAPPENING.c.device)).all()
        self._away = {row.device for row in presence if row.what == Happening.WENT.value}
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
        wanted = list(devices)
        with self._database.transaction() as connection:
            self._make_room(connection, sum(device.id not in self._held and device.online for device in wanted))
            happened: list[Happened] = []
            for device in wanted:
                happened += self._record_device(device, held, notes, now)
            self._write_devices(connection, held, notes)
            for certificate in shown:
                if certificate.device in self._held or certificate.device in held:
                    happened += self._record_certificate(connection, certificate, seen)
            self._write_happened(connection, happened)
        for device_id, _, what, _, _ in happened:
            if what in {Happening.WENT, Happening.RETURNED}:
                (self._away.add if what is Happening.WENT else self._away.discard)(device_id)
        self._held.update(held)
        self._notes.update(notes)
        self._shown.update(seen)
        return tuple(notes.values())

    def _record_device(
        self, device: Device, held: dict[str, Device], notes: dict[str, DeviceNotes], now: datetime
    ) -> list[Happened]:
        """Take a device in; return what happened to it."""
        before = held.get(device.id) or self._held.get(device.id)
        if before is None:
            if not device.online:
                return []  # nobody ever saw it here
            settled = self._begun is not None and now - self._begun > SETTLING
            notes[device.id] = DeviceNotes(device.id, device.first_seen, is_new=settled)
            happened = [(Happening.FIRST_SEEN, "", ", ".join(a.address for a in device.addresses))]
        else:
            happened = [
                found for found in changes_between(before, device)
                if found[0] is not Happening.RETURNED or device.id in self._away
            ]  # fmt: skip
        if not device.online and not device.addresses and not device.services and before is not None:
            device = replace(device, addresses=before.addresses, services=before.services)  # worth keeping
        held[device.id] = device
        return [(device.id, now, *found) for found in happened]

    def _write_devices(self, connection: Connection, held: dict[str, Device], notes: dict[str, DeviceNotes]) -> None:
        rows = [
            {
                "id": device.id, "facts": written(device), "first_seen": device.first_seen.isoformat(),
                "last_seen": device.last_seen.isoformat(),
                "acknowledged": int(device.id in notes and not notes[device.id].is_new),
            }
            for device in held.values()
        ]  # fmt: skip
        if rows:
            connection.execute(_KEEP_DEVICE, rows)

    def _record_certificate(
        self, connection: Connection, shown: ShownCertificate, seen: dict[tuple[str, int], tuple[str, str, str]]
    ) -> list[Happened]:
        place = (shown.device, shown.port)
        before = seen.get(place) or self._shown.get(place)
        at = shown.at.isoformat()
        values = {
            "device": shown.device, "port": shown.port, "sha256": shown.sha256, "key": shown.key,
            "issuer": storable(shown.issuer, 400), "der": shown.der, "first_seen": at, "last_seen": at,
        }  # fmt: skip
        connection.execute(_KEEP_CERTIFICATE, values)
        seen[place] = (shown.sha256, shown.key, shown.issuer)
        if before is None or before[0] != shown.sha256:
            self._keep_newest_certificates(connection, shown.device)
        if before is None or before[0] == shown.sha256:
            return []
        what = Happening.NEW_CERTIFICATE if before[1] == shown.key else Happening.NEW_KEY
        happened: list[Happened] = [(shown.device, shown.at, what, before[0], shown.sha256)]
        if before[2] != shown.issuer:
            happened.append((shown.device, shown.at, Happening.NEW_ISSUER, before[2], shown.issuer))
        return happened

    @staticmethod
    def _keep_newest_certificates(connection: Connection, device: str) -> None:
        here = CERTIFICATE.c.device == device
        newest = select(CERTIFICATE.c.last_seen).where(here).order_by(CERTIFICATE.c.last_seen.desc())
        limit = newest.offset(MOST_CERTIFICATES - 1).limit(1).scalar_subquery()
        connection.execute(delete(CERTIFICATE).where(here & (CERTIFICATE.c.last_seen < limit)))

    def _write_happened(self, connection: Connection, happened: list[Happened]) -> None:
        """Keep what happened; now and then drop the oldest of a device: one that flaps must not fill the disk."""
        rows = [
            {"device": device, "at": at.isoformat(), "what": what.value, "before": storable(old, 400),
             "after": storable(new, 400)}
            for device, at, what, old, new in happened
        ]  # fmt: skip
        if not rows:
            return
        connection.execute(_HAPPENED, rows)
        for device, count in Counter(row["device"] for row in rows).items():
            self._happened[device] = self._happened.get(device, 0) + count
            if self._happened[device] >= TRIM_EVERY:
                self._happened[device] = 0
                ours = HAPPENING.c.device == device
                newest = select(HAPPENING.c.number).where(ours).order_by(HAPPENING.c.number.desc())
                oldest = newest.offset(MOST_HAPPENINGS).scalar_subquery()
                connection.execute(delete(HAPPENING).where(HAPPENING.c.number.in_(oldest)))

    def _make_room(self, connection: Connection, new: int) -> None:
        """Let the devices go that were last seen longest ago and that nobody wrote about, where there are too many."""
        over = len(self._held) + new - MOST_DEVICES
        if over <= 0:
            return
        plain = [
            device for device in self._held.values()
            if not device.online and not ((n := self._notes[device.id]).friendly or n.note or n.hidden)
        ]  # fmt: skip
        for device in sorted(plain, key=lambda d: d.last_seen)[: over + SPARE]:
            self._forget(connection, device.id)

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
        changes = {name: storable(v, LONGEST_NOTE) if isinstance(v, str) else v for name, v in changes.items()}
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

    def grown_old(self, now: datetime) -> tuple[DeviceNotes, ...]:
        """Return the notes of devices that were new for a week, which they are not any more."""
        old = [notes for notes in self._notes.values() if notes.is_new and now - notes.first_seen >= NEW_FOR]
        for notes in old:
            self._notes[notes.device] = replace(notes, is_new=False)
        return tuple(self._notes[notes.device] for notes in old)

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
            tuple(entry for r in happened if (entry := _entry(r)) is not None),
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
            self._forget(connection, device)

    def _forget(self, connection: Connection, device: str) -> None:
        connection.execute(delete(DEVICE).where(DEVICE.c.id == device))
        connection.execute(delete(HAPPENING).where(HAPPENING.c.device == device))
        connection.execute(delete(CERTIFICATE).where(CERTIFICATE.c.device == device))
        self._held.pop(device, None)
        self._happened.pop(device, None)
        self._away.discard(device)
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


def _entry(row: Row[Any]) -> HistoryEntry | None:
    """Return the entry of a row; None for one that nobody wrote so."""
    try:
        return HistoryEntry(_moment(row.at), Happening(row.what), row.before, row.after)
    except ValueError as error:
        log.info("An entry of %r cannot be read: %s", row.device, error)
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
