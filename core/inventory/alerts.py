"""Alerts on disk: each told once, read or not, and what a person muted."""

import json
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from core.inventory.alert_rules import Reported
from core.inventory.database import Database, storable
from core.inventory.tables import ALERT, MUTED, TOLD
from core.model.alert import EXPIRING, Alert, AlertCode

log = logging.getLogger(__name__)

MOST, MOST_OF_A_CODE, MOST_TOLD = 2_000, 300, 50_000
_TELL = insert(TOLD).on_conflict_do_nothing()
_ALERT = insert(ALERT).on_conflict_do_nothing()


class AlertBook:
    """The alerts of one database; blocking, for one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, reports: Iterable[Reported], now: datetime) -> tuple[Alert, ...]:
        """Keep what was reported and return what is new: neither told before for this occasion, nor muted.

        Raises: StateUnwritable, StateCorrupt.
        """
        made: list[Alert] = []
        wanted = tuple(dict.fromkeys(reports))
        if not wanted:
            return ()
        with self._database.transaction() as connection:
            muted = {(row.code, row.subject) for row in connection.execute(select(MUTED))}
            for each in wanted:
                code, subject, occasion = each.code.value, storable(each.subject, 400), storable(each.occasion, 200)
                if (code, "") in muted or (code, subject) in muted:
                    continue
                told = connection.execute(_TELL, {"code": code, "subject": subject, "occasion": occasion})
                if not told.rowcount:
                    continue
                values = {
                    "code": code, "subject": subject, "occasion": occasion, "at": now.isoformat(),
                    "facts": json.dumps(each.facts),
                }  # fmt: skip
                result = connection.execute(_ALERT, values)
                if result.rowcount and result.inserted_primary_key is not None:
                    number = int(result.inserted_primary_key[0])
                    made.append(Alert(number, each.code, each.subject, now, each.occasion, each.facts))
            for code in {alert.code.value for alert in made}:
                _make_room(connection, code)
        return tuple(made)

    def all(self) -> tuple[Alert, ...]:
        """Return every alert, newest first.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(select(ALERT).order_by(ALERT.c.number.desc()).limit(MOST)).all()
        return tuple(alert for row in rows if (alert := _read(row)) is not None)

    def mark_read(self, numbers: Iterable[int], *, read: bool = True) -> None:
        """Mark alerts as read, or not.

        Raises: StateUnwritable, StateCorrupt.
        """
        chosen = list(numbers)
        with self._database.transaction() as connection:
            for start in range(0, len(chosen), 500):
                some = ALERT.c.number.in_(chosen[start : start + 500])
                connection.execute(update(ALERT).where(some).values(read=int(read)))

    def mute(self, code: AlertCode, subject: str = "", *, muted: bool = True) -> None:
        """Tell no more alerts like this: of one subject, or of all with ""; an end that is near counts as one kind.

        Raises: StateUnwritable, StateCorrupt.
        """
        codes = EXPIRING if code in EXPIRING else (code,)
        with self._database.transaction() as connection:
            for each in codes:
                if muted:
                    connection.execute(
                        insert(MUTED).values(code=each.value, subject=storable(subject, 400)).on_conflict_do_nothing()
                    )
                else:
                    here = (MUTED.c.code == each.value) & (MUTED.c.subject == subject)
                    connection.execute(delete(MUTED).where(here))

    def muted(self) -> tuple[tuple[AlertCode, str], ...]:
        """Return what is muted: (code, subject), the subject "" for all.

        Raises: StateUnwritable, StateCorrupt.
        """
        known = {code.value: code for code in AlertCode}
        with self._database.transaction() as connection:
            rows = connection.execute(select(MUTED)).all()
        return tuple((known[row.code], row.subject) for row in rows if row.code in known)


def _read(row: Row[Any]) -> Alert | None:
    """Return the alert of a row; None for one that nobody wrote so."""
    try:
        facts = tuple((str(key), str(value)) for key, value in json.loads(row.facts))
        at = datetime.fromisoformat(row.at)
        return Alert(row.number, AlertCode(row.code), row.subject, at, row.occasion, facts, read=bool(row.read))
    except (ValueError, TypeError) as error:
        log.info("The alert %r cannot be read: %s", row.number, error)
        return None


def _make_room(connection: Connection, code: str) -> None:
    """Keep the newest alerts of a kind: a flood of one kind pushes none of another out."""
    ours = ALERT.c.code == code
    newest_unread_first = (ALERT.c.read, ALERT.c.number.desc())
    beyond = select(ALERT.c.number).where(ours).order_by(*newest_unread_first).offset(MOST_OF_A_CODE)
    connection.execute(delete(ALERT).where(ALERT.c.number.in_(beyond.scalar_subquery())))
    oldest = select(TOLD.c.number).order_by(TOLD.c.number.desc()).offset(MOST_TOLD)
    connection.execute(delete(TOLD).where(TOLD.c.number.in_(oldest.scalar_subquery())))
