"""Alerts: told once for an occasion, quiet where muted, decided from what was verified."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.events import ChainJudged
from core.inventory import alert_rules
from core.inventory.alert_rules import Reported
from core.inventory.alerts import MOST_OF_A_CODE, AlertBook
from core.inventory.database import Database
from core.model.alert import AlertCode
from core.model.change import Change, History
from core.model.plan import Action
from core.model.store_state import StoreState
from tests.rigs.minting import NOW, mint, mint_ca
from tests.rigs.records import judged, silent

ROOT = mint_ca()
SHA = "ab" * 32


@pytest.fixture
def book(tmp_path: Path) -> Iterator[AlertBook]:
    database = Database(tmp_path)
    database.open(NOW)
    yield AlertBook(database)
    database.close()


def reported(occasion: str = "one", subject: str = "dev01.local") -> Reported:
    return Reported(AlertCode.IDENTITY_CHANGED, subject, occasion, (("old", "a"),))


def test_one_occasion_is_told_once_another_again(book: AlertBook) -> None:
    [first] = book.report([reported(), reported()], NOW)
    assert book.report([reported()], NOW) == ()
    [second] = book.report([reported("two")], NOW)
    assert [a.number for a in book.all()] == [second.number, first.number]
    assert book.all()[1].facts == (("old", "a"),)


def test_a_flood_of_one_kind_pushes_none_of_another_out_and_is_told_once(book: AlertBook) -> None:
    [real] = book.report([reported()], NOW)
    flood = [Reported(AlertCode.NAME_CLAIMED_TWICE, f"fake{n}.local", "x") for n in range(1000)]
    assert len(book.report(flood, NOW)) == 1000
    assert real.number in {a.number for a in book.all()}
    assert len(book.all()) <= MOST_OF_A_CODE + 1
    assert book.report(flood, NOW) == (), "what made room is not told again"


def test_an_alert_that_cannot_be_read_hides_no_other(book: AlertBook) -> None:
    book.report([reported("one"), reported("two")], NOW)
    with book._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alert SET at = 'never' WHERE occasion = 'one'")
    assert [a.occasion for a in book.all()] == ["two"]


def test_read_stays_read_and_can_be_taken_back(book: AlertBook) -> None:
    made = book.report([reported(str(n)) for n in range(3)], NOW)
    book.mark_read([a.number for a in made[:2]])
    assert [a.read for a in book.all()] == [False, True, True]
    book.mark_read([made[0].number], read=False)
    assert [a.read for a in book.all()] == [False, True, False]


def test_what_is_muted_is_not_told_for_one_or_for_all(book: AlertBook) -> None:
    book.mute(AlertCode.IDENTITY_CHANGED, "dev01.local")
    assert book.report([reported()], NOW) == ()
    assert len(book.report([reported(subject="other.local")], NOW)) == 1
    book.mute(AlertCode.IDENTITY_CHANGED)
    assert book.report([reported("x", "third.local")], NOW) == ()
    book.mute(AlertCode.IDENTITY_CHANGED, muted=False)
    book.mute(AlertCode.IDENTITY_CHANGED, "dev01.local", muted=False)
    assert book.muted() == ()
    assert len(book.report([reported()], NOW)) == 1


def test_muting_one_end_mutes_its_other_tiers(book: AlertBook) -> None:
    book.mute(AlertCode.EXPIRES_IN_30_DAYS, "dev01.local")
    assert book.report([Reported(AlertCode.EXPIRES_TOMORROW, "dev01.local", "x")], NOW) == ()


def ending(days: float) -> ChainJudged:
    leaf = mint("dev01.local", ROOT, names=("dev01.local",), begin=NOW - timedelta(days=10), days=days + 10)
    return judged("dev01.local", (leaf,), {"os": (ROOT,)})


@pytest.mark.parametrize(
    ("days", "code"),
    [(-1, AlertCode.EXPIRED), (0.5, AlertCode.EXPIRES_TOMORROW), (6, AlertCode.EXPIRES_IN_7_DAYS),
     (29, AlertCode.EXPIRES_IN_30_DAYS), (31, None)],
)  # fmt: skip
def test_an_end_is_told_at_thirty_seven_and_one_day(days: float, code: AlertCode | None) -> None:
    assert [r.code for r in alert_rules.of_chain(ending(days), NOW)] == ([code] if code else [])


def test_a_chain_whose_key_nobody_proved_gives_no_alert() -> None:
    from dataclasses import replace

    event = ending(3)
    unproved = replace(event, presented=replace(event.presented, key_proved=False))
    assert alert_rules.of_chain(unproved, NOW) == ()
    assert alert_rules.of_chain(silent("dev01.local"), NOW) == ()


def change(action: Action, store: str, *, undone: bool = False, phase: str = "done") -> Change:
    return Change(
        "run", 1, datetime(2026, 1, 1, tzinfo=UTC), action, store, store, {}, SHA, "Root", b"", {}, phase=phase,
        undone=undone,
    )  # fmt: skip


def state(store: str, *, installed: bool | None, available: bool = True) -> StoreState:
    return StoreState(store, "os", store, "", available, installed=installed, trusted=installed)


def missing(changes: list[Change], states: list[StoreState]) -> list[str]:
    return [r.subject for r in alert_rules.of_stores(states, History(tuple(changes)), SHA, NOW)]


def test_a_root_is_missing_only_where_it_was_put_and_not_taken_out_here() -> None:
    put = change(Action.INSTALL, "os")
    assert missing([put], [state("os", installed=False)]) == ["os"]
    assert missing([put], [state("os", installed=True)]) == []
    assert missing([], [state("os", installed=False)]) == []
    assert missing([put, change(Action.REMOVE, "os")], [state("os", installed=False)]) == []
    undone = [put, change(Action.REMOVE, "os", undone=True), change(Action.UNDO, "os")]
    assert missing(undone, [state("os", installed=False)]) == ["os"]
    assert missing([change(Action.INSTALL, "os", undone=True)], [state("os", installed=False)]) == []
    assert missing([change(Action.INSTALL, "os", phase="failed")], [state("os", installed=False)]) == []
    assert missing([put], [state("os", installed=None, available=False)]) == []
