"""Each store stands alone, each change is on record, each result is read back."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.app.core import Core, CoreConfig
from core.errors import AuthorityMissing, NothingToUndo, TrustBusy, UnknownStore
from core.events import Event, StoreChangeEnded, StoreChangeStarted
from core.model.plan import Action, Outcome, Plan
from core.secrets import SessionPassphrase
from core.settings import NetworkSettings, Settings
from core.trust import lock
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


async def test_undo_puts_back_the_last_change_then_all_of_a_run(core: Core) -> None:
    await core.authority.create("Workshop")
    await core.trust.apply(Action.INSTALL)
    last = await core.trust.undo(whole_run=False)
    assert [(o.store, o.done) for o in last] == [("chromium", True)]
    assert {s.id: s.installed for s in await core.trust.states()} == {"os": True, "chromium": False}
    rest = await core.trust.undo(whole_run=True)
    assert [(o.store, o.done) for o in rest] == [("os", True)]
    with pytest.raises(NothingToUndo):
        await core.trust.undo(whole_run=True)
    await core.trust.apply(Action.INSTALL)
    await core.trust.apply(Action.REMOVE)
    await core.trust.undo(whole_run=True)
    assert all(s.installed and s.trusted for s in await core.trust.states()), "an undone removal installs again"


async def test_remove_takes_out_every_root_ever_put_anywhere_also_after_its_authority_is_gone(core: Core) -> None:
    gone = profile(core.config.machine.home, "gone.default")
    await core.authority.create("First")
    await core.trust.apply(Action.INSTALL)
    shutil.rmtree(core.config.folder / "authority")
    (core.config.machine.home / ".mozilla/firefox/profiles.ini").unlink()
    await core.authority.create("Second")
    await core.trust.apply(Action.INSTALL)
    shutil.rmtree(core.config.folder / "authority")
    planned = await core.trust.plans(Action.REMOVE)
    assert {(p.store, p.root_name.split()[0]) for p in planned} == {
        ("os", "First"), ("os", "Second"), ("chromium", "First"), ("chromium", "Second"),
        ("firefox:gone.default", "First"),
    }  # fmt: skip
    assert all(o.done for o in await core.trust.apply(Action.REMOVE))
    assert not (gone / "cert9.db").exists()
    assert (await core.trust.history()).unfinished() == ()
    for sha256, (name, der) in (await core.trust.history()).roots().items():
        assert der not in await held_anywhere(core), (sha256, name)


async def test_a_profile_that_is_gone_does_not_stop_the_undo_of_the_others(core: Core) -> None:
    gone = profile(core.config.machine.home, "gone.default")
    await core.authority.create("Workshop")
    await core.trust.apply(Action.INSTALL)
    shutil.rmtree(gone.parent)
    outcomes = await core.trust.undo(whole_run=True)
    assert {o.store: o.done for o in outcomes} == {"chromium": True, "os": True}
    with pytest.raises(NothingToUndo):
        await core.trust.undo(whole_run=True)


async def held_anywhere(core: Core) -> list[bytes]:
    found: list[bytes] = []
    for store in await core.trust.chosen():
        found += await asyncio.to_thread(store.trusted_roots)
    return found


async def test_two_changes_at_once_are_refused_by_name(core: Core) -> None:
    await core.authority.create("Workshop")

    def both() -> None:
        with lock.held(core.config.folder), pytest.raises(TrustBusy):
            asyncio.run(core_again())

    async def core_again() -> None:
        async with Core(core.config) as other:
            await other.trust.apply(Action.INSTALL)

    await asyncio.to_thread(both)


async def test_each_store_tells_when_its_change_begins_and_ends(core: Core) -> None:
    heard: list[Event] = []
    core.bus.subscribe(heard.append)
    await core.authority.create("Workshop")
    await core.trust.apply(Action.INSTALL)
    await asyncio.sleep(0)
    told = [(type(e).__name__, e.store if isinstance(e, StoreChangeStarted) else e.outcome.store) for e in heard
            if isinstance(e, StoreChangeStarted | StoreChangeEnded)]  # fmt: skip
    assert told == [
        ("StoreChangeStarted", "os"), ("StoreChangeEnded", "os"), ("StoreChangeStarted", "chromium"),
        ("StoreChangeEnded", "chromium"),
    ]  # fmt: skip


async def test_damaged_lines_of_the_journal_are_named_and_hide_no_other(core: Core) -> None:
    await core.authority.create("Workshop")
    await core.trust.apply(Action.INSTALL)
    file = core.config.folder / "journal.jsonl"
    lines = file.read_text().splitlines()
    forged = json.loads(lines[0])
    forged["certificate"] = "AAAA"
    file.write_text("\n".join(["not json", json.dumps(forged | {"change": 77}), *lines]) + "\n")
    history = await core.trust.history()
    assert len(history.damaged) == 2
    assert "line 1" in history.damaged[0]
    assert "fingerprint" in history.damaged[1]
    assert len(history.changes) == 2


async def test_programs_with_rules_of_their_own_are_asked_and_told_what_helps(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await core.trust.tools() == ()
    view = await core.authority.create("Workshop")
    for variable in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(variable, raising=False)
    before = {sight.id: sight for sight in await core.trust.tools()}
    assert before["curl"].sees is False
    assert before["curl"].command == "dotlocal trust install --store os"
    await core.trust.apply(Action.INSTALL)
    after = {sight.id: sight for sight in await core.trust.tools()}
    assert after["curl"].sees is True
    bundle = core.config.machine.system.bundle  # type: ignore[union-attr]
    assert after["python"].sees is False, "the private store is not the one that python3 reads"
    assert after["python"].command.startswith(f'export SSL_CERT_FILE="{bundle}"')
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    chosen = {sight.id: sight for sight in await core.trust.tools()}
    assert chosen["python"].sees is True
    assert chosen["openssl"].sees is True
    assert view.root.der
