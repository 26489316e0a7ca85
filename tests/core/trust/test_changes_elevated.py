"""Changes that an administrator carries out: each order has its own outcome, whatever the helper says of a store."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.app.judge_chain import system_refusal
from core.errors import ElevationRefused
from core.model.plan import Action, Outcome, Plan
from core.trust import changes, elevation
from core.trust.backends.private.store import FileStore
from core.trust.store import Root
from tests.rigs.minting import mint_ca


class Machines(FileStore):
    """A store that only an administrator changes."""

    needs_elevation = True

    def plan(self, action: Action, root: Root) -> Plan:
        return replace(super().plan(action, root), needs_elevation=True)


@pytest.fixture
def store(tmp_path: Path) -> Machines:
    return Machines(system_refusal, tmp_path / "roots.pem", "All users")


@pytest.fixture
def roots() -> list[Root]:
    return [Root.from_bytes(mint_ca(f"Root {number}").der, "test") for number in range(3)]


def install(store: Machines, roots: list[Root], folder: Path) -> list[Outcome]:
    orders = [changes.Order(store, root, Action.INSTALL) for root in roots]
    return list(changes.carry_out(orders, folder, lambda: datetime.now(UTC), lambda *_: None))


def test_of_two_roots_in_one_store_the_one_that_went_in_is_done(
    store: Machines, roots: list[Root], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def helper(portion: tuple[elevation.Elevated, ...]) -> dict[str, str]:
        store.install(roots[0])
        return {store.id: "the second did not go"}

    monkeypatch.setattr(elevation, "run_elevated", helper)
    first, second = install(store, roots[:2], tmp_path)
    assert (first.done, second.done) == (True, False)
    assert "the second did not go" in second.problem


def test_who_says_no_to_the_second_question_is_asked_no_third_and_the_first_stays_done(
    store: Machines, roots: list[Root], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def helper(portion: tuple[elevation.Elevated, ...]) -> dict[str, str]:
        asked.append(portion)
        if len(asked) == 2:
            raise ElevationRefused("Nothing was changed there. The administrator prompt was cancelled.")
        store.install(roots[0])
        return {}

    monkeypatch.setattr(elevation, "run_elevated", helper)
    monkeypatch.setattr(elevation, "portions", lambda all_changes: [(change,) for change in all_changes])
    outcomes = install(store, roots, tmp_path)
    assert len(asked) == 2
    assert [outcome.done for outcome in outcomes] == [True, False, False]
    assert [outcome.code for outcome in outcomes] == ["", "elevation-refused", "elevation-refused"]
    assert store.trusted_roots() == (roots[0].der,)
