"""Alerts on disk: each told once, read or not, and what a person muted."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from core.inventory.alert_rules import Reported
from core.inventory.database import Database
from core.inventory.tables import ALERT, MUTED
from core.model.alert import EXPIRING, Alert, AlertCode

MOST = 2_000


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
                code = each.code.value
                if (code, "") in muted or (code, each.subject) in muted:
                    continue
                row = insert(ALERT).values(
                    code=code, subject=each.subject[:400], occasion=each.occasion[:200], at=now.isoformat(),
                    facts=json.dumps(each.facts),
                ).on_conflict_do_nothing()  # fmt: skip
                result = connection.execute(row)
                if result.rowcount and result.inserted_primary_key is not None:
                    number = int(result.inserted_primary_key[0])
                    made.append(Alert(number, each.code, each.subject, now, each.occasion, each.facts))
            if made:
                oldest = select(ALERT.c.number).order_by(ALERT.c.number.desc()).offset(MOST)
                connection.execute(delete(ALERT).where(ALERT.c.number.in_(oldest.scalar_subquery())))
        return tuple(made)

    def all(self) -> tuple[Alert, ...]:
        """Return every alert, newest first.

        Raises: StateUnwritable, StateCorrupt.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(select(ALERT).order_by(ALERT.c.number.desc()).limit(MOST)).all()
        known = {code.value: code for code in AlertCode}
        return tuple(
            Alert(
                row.number, known[row.code], row.subject, datetime.fromisoformat(row.at), row.occasion,
                tuple((str(key), str(value)) for key, value in json.loads(row.facts)), read=bool(row.read),
            )
            for row in rows
            if row.code in known
        )  # fmt: skip

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
                    connection.execute(insert(MUTED).values(code=each.value, subject=subject).on_conflict_do_nothing())
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
