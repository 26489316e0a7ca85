"""Each store stands alone, each change is on record, each result is read back."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.app.core import Core, CoreConfig
from core.errors import AuthorityMissing, UnknownStore
from core.model.plan import Action, Outcome, Plan
from core.secrets import SessionPassphrase
from core.settings import NetworkSettings, Settings
from core.trust.registry import Machine


def profile(home: Path, name: str) -> Path:
    root = home / ".mozilla/firefox"
    folder = root / name
    folder.mkdir(parents=True)
    with (root / "profiles.ini").open("a") as stream:
        number = len(list(root.iterdir())) - 2
        stream.write(f"[Profile{number}]\nName={name}\nIsRelative=1\nPath={name}\n")
    return folder


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    settings = Settings(network=NetworkSettings(interfaces=("127.0.0.1",)))
    machine = Machine.private(tmp_path / "home", "Test computer")
    async with Core(CoreConfig(tmp_path / "state", settings, machine, SessionPassphrase("test"))) as made:
        yield made


def journal(core: Core) -> list[dict[str, str]]:
    file = core.config.folder / "journal.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def test_the_whole_round(core: Core) -> None:
    profile(core.config.machine.home, "work.default")
    await core.authority.create("Workshop")
    plans = await core.trust.plans(Action.INSTALL)
    assert all(isinstance(p, Plan) and p.steps for p in plans)
    assert journal(core) == []
    outcomes = await core.trust.apply(Action.INSTALL)
    assert {o.store for o in outcomes} == {"os", "firefox:work.default", "chromium"}
    assert all(o.done and o.changed for o in outcomes)
    assert all(s.installed and s.trusted for s in await core.trust.states())
    assert all(v.trusted for v in await core.trust.verify())
    again = await core.trust.apply(Action.INSTALL)
    assert all(o.done and not o.changed for o in again)
    removed = await core.trust.apply(Action.REMOVE)
    assert all(o.done for o in removed)
    assert not any(s.installed or s.trusted for s in await core.trust.states())
    phases = [(entry["store"], entry["action"], entry["phase"]) for entry in journal(core)]
    assert phases == [
        (store, action, phase)
        for action in ("install", "remove")
        for store in ("os", "firefox:work.default", "chromium")
        for phase in ("planned", "done")
    ]


async def test_one_failing_store_neither_stops_nor_hides_the_others(core: Core) -> None:
    broken = profile(core.config.machine.home, "broken.default")
    (broken / "cert9.db").write_bytes(b"not a database" * 200)
    profile(core.config.machine.home, "good.default")
    await core.authority.create("Workshop")
    outcomes = {o.store: o for o in await core.trust.apply(Action.INSTALL)}
    assert {store: o.done for store, o in outcomes.items()} == {
        "os": True, "firefox:broken.default": False, "firefox:good.default": True, "chromium": True,
    }  # fmt: skip
    failed = outcomes["firefox:broken.default"]
    assert failed.code == "store-unavailable"
    assert failed.problem
    assert not any(e["store"] == "firefox:broken.default" for e in journal(core)), "nothing was begun there"
    [unplanned] = [p for p in await core.trust.plans(Action.REMOVE) if isinstance(p, Outcome)]
    assert unplanned.store == "firefox:broken.default"


async def test_nothing_is_changed_that_cannot_be_journalled(core: Core) -> None:
    await core.authority.create("Workshop")
    (core.config.folder / "journal.jsonl").mkdir()
    outcomes = await core.trust.apply(Action.INSTALL)
    assert {o.code for o in outcomes} == {"state-unwritable"}
    assert not any(s.installed for s in await core.trust.states())


async def test_without_a_root_there_is_nothing_to_change(core: Core) -> None:
    with pytest.raises(AuthorityMissing):
        await core.trust.apply(Action.INSTALL)
    states = await core.trust.states()
    assert all(s.available and s.installed is None for s in states)


async def test_an_unknown_store_is_named_with_those_there_are(core: Core) -> None:
    await core.authority.create("Workshop")
    with pytest.raises(UnknownStore) as unknown:
        await core.trust.plans(Action.INSTALL, ("windows",))
    assert "os" in unknown.value.hint
