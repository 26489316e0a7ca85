"""The bridge: jobs belong to owners, events come in batches, the thread ends; and signals do not lose references."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from core.errors import AuthorityMissing, DotlocalError
from core.events import NetworkListening
from gui.app import pair_loses_references
from gui.bridge import Bridge


class Emitter(QObject):
    fired = Signal(int)


def test_two_hundred_thousand_emits_are_survived(qapp: object) -> None:
    emitter, seen = Emitter(), []
    emitter.fired.connect(seen.append)
    for number in range(200_000):
        emitter.fired.emit(number)
    assert len(seen) == 200_000


def test_this_pair_of_python_and_pyside_is_sound(qapp: object) -> None:
    assert pair_loses_references() is False


@pytest.fixture
def bridge(qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    state = tmp_path_factory.mktemp("state")
    (state / "settings.toml").write_text('[network]\ninterfaces = ["lo"]\n')
    monkeypatch.setenv("DOTLOCAL_HOME", str(state))
    parent = QObject()
    made = Bridge(parent, sample=False)
    with qtbot.waitSignal(made.ready, timeout=10_000):
        made.start()
    yield made
    assert made.stop()
    parent.deleteLater()


def test_events_of_the_core_arrive(qtbot: QtBot, bridge: Bridge) -> None:
    with qtbot.waitSignal(bridge.events, timeout=5000) as caught:
        pass
    assert caught.args is not None
    assert any(isinstance(event, NetworkListening) for event in caught.args[0])


def test_a_job_gives_its_result_on_this_thread(qtbot: QtBot, bridge: Bridge) -> None:
    owner, got = QObject(), []
    bridge.run(owner, lambda core: core.authority.view(), got.append, got.append)
    qtbot.waitUntil(lambda: got == [None])


def test_a_problem_comes_to_the_failed_call(qtbot: QtBot, bridge: Bridge) -> None:
    from core.model.plan import Action

    owner = QObject()
    problems: list[DotlocalError] = []
    bridge.run(owner, lambda core: core.trust.plans(Action.INSTALL), lambda _: None, problems.append)
    qtbot.waitUntil(lambda: len(problems) == 1)
    assert isinstance(problems[0], AuthorityMissing)


def test_a_job_of_a_dead_owner_is_dropped(qtbot: QtBot, bridge: Bridge) -> None:
    import shiboken6

    owner, got = QObject(), []
    bridge.run(owner, lambda core: core.authority.view(), got.append, got.append)
    shiboken6.delete(owner)
    qtbot.wait(300)
    assert got == []


def test_settings_that_cannot_be_read_are_told(
    qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path_factory.mktemp("broken")
    (state / "settings.toml").write_text("[network\n")
    monkeypatch.setenv("DOTLOCAL_HOME", str(state))
    parent = QObject()
    made = Bridge(parent, sample=False)
    with qtbot.waitSignal(made.failed, timeout=10_000) as caught:
        made.start()
    assert caught.args is not None
    assert "settings.toml" in str(caught.args[0])
    assert made.stop()


def test_a_bridge_that_never_started_refuses_jobs(qapp: object) -> None:
    problems: list[DotlocalError] = []
    parent, owner = QObject(), QObject()
    made = Bridge(parent, sample=False)
    made.run(owner, lambda core: core.authority.view(), lambda _: None, problems.append)
    assert problems[0].code == "core-unavailable"


def test_a_core_that_is_started_anew_leaves_no_job_waiting_for_ever(qtbot: QtBot, bridge: Bridge) -> None:
    """What runs is told that its core is gone; what is asked for meanwhile is asked of the new one."""
    owner, running, later = QObject(), [], []
    bridge.run(owner, lambda core: _for_ever(), running.append, running.append)
    qtbot.wait(100)
    with qtbot.waitSignal(bridge.ready, timeout=20_000):
        bridge.restart()
        bridge.restart()  # once more, while the first is under way
        bridge.run(owner, lambda core: core.authority.view(), later.append, later.append)
    qtbot.waitUntil(lambda: later == [None], timeout=10_000)
    assert [problem.code for problem in running] == ["core-unavailable"]
    assert bridge._jobs == {}


def test_stopping_while_it_is_started_anew_ends_everything(qtbot: QtBot, bridge: Bridge) -> None:
    import threading

    before = {thread.name for thread in threading.enumerate()}
    assert "net" in before
    bridge.restart()
    assert bridge.stop()
    left = [t.name for t in threading.enumerate() if t.name.startswith(("net", "history", "trust", "discovery"))]
    assert left == []


async def _for_ever() -> None:
    import asyncio

    await asyncio.Event().wait()
