"""What an administrator set is in force and cannot be changed in the window; newer versions are told where one asks."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.app.check_updates import Channel
from gui import outside
from gui.dialogs.about import AboutDialog, build_words, licences
from gui.dialogs.start_again import StartAgainSheet
from gui.theme.look import Look
from gui.widgets.controls import Button
from tests.core.app.test_check_updates import Place
from tests.core.updates.test_statement import PUBLIC, statement
from tests.rigs.running_window import Running

pytestmark = pytest.mark.timeout(120)


def control(page: QWidget, name: str) -> QWidget:
    [found] = [w for w in page.findChildren(QWidget) if w.accessibleName() == name and not isinstance(w, QLabel)]
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place that knows of a newer version, and a build that knows the place."""
    with Place(tmp_path, monkeypatch) as server:
        now = datetime.now(UTC)
        server.answer = statement(
            issued_at=(now - timedelta(hours=1)).isoformat(), expires_at=(now + timedelta(days=9)).isoformat()
        )
        channel = Channel(server.address, PUBLIC)
        monkeypatch.setattr("core.app.core.channel_of_this_build", lambda: channel)
        monkeypatch.setattr("gui.pages.settings.build_note", lambda: {"updates": {"place": server.address}})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_what_the_administrator_set_is_shown_and_stays(
    start: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[network]\nprobe = false\nnever_probe = ["plc01.local"]\n')
    for module in ("core.settings.policy", "core.policy_places"):
        monkeypatch.setattr(f"{module}.LINUX", (str(policy), str(tmp_path / "none.toml")))
    running = start(sample=False)
    page = running.window.settings
    running.window.go("settings")
    running.until(lambda: "network.probe" in page.settings.managed)
    probe, hosts, theme = (control(page, n) for n in ("Fetch certificates", "Leave in peace", "Theme"))
    assert not probe.isEnabled()
    assert not hosts.isEnabled()
    assert theme.isEnabled()
    assert "Set for this computer" in probe.accessibleDescription()
    assert "Set for this computer" not in theme.accessibleDescription()
    told = [x for x in page.findChildren(QLabel) if x.text() == "Set for this computer" and x.isVisible()]
    assert len(told) == 2
    said: list[str] = []
    page.told.connect(said.append)
    page.change("network", "probe", True)
    assert said == ["Set for this computer"]
    assert page.settings.network.probe is False
    assert "probe" not in (tmp_path / "state/settings.toml").read_text()
    running.picture("settings-managed")


def test_a_policy_that_comes_while_the_window_runs_is_obeyed(
    start: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    for module in ("core.settings.policy", "core.policy_places"):
        monkeypatch.setattr(f"{module}.LINUX", (str(policy), str(tmp_path / "none.toml")))
    running = start(sample=False)
    window = running.window
    window.outside.look()
    assert window.settings.settings.network.probe is True
    policy.write_text('[network]\nprobe = false\n[appearance]\ndensity = "compact"\n')
    with running.qtbot.waitSignal(running.bridge.ready, timeout=20_000):
        window.outside.look()
    running.until(lambda: window.settings.settings.managed == {"network.probe", "appearance.density"})
    assert window.settings.settings.network.probe is False
    assert window.devices.table.compact


def test_a_look_that_is_refused_is_taken_back(
    start: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(sample=False)
    policy = tmp_path / "policy.toml"
    policy.write_text('[appearance]\ndensity = "comfortable"\n')
    monkeypatch.setattr("core.settings.policy.LINUX", (str(policy), str(tmp_path / "none.toml")))
    page = running.window.settings
    page.change("appearance", "density", "compact")
    running.until(lambda: not page._banner.isHidden())
    assert page.settings.appearance.density == "comfortable"
    assert not running.window.devices.table.compact


def test_a_newer_version_is_told_only_once_it_is_allowed(
    start: Callable[..., Running], place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(sample=False)
    page = running.window.settings
    said: list[str] = []
    page.told.connect(said.append)
    running.qtbot.wait(400)
    assert place.asked == []
    running.window.go("settings")
    running.press(page, "Ask now")
    running.until(lambda: bool(said))
    assert said == ["Dotlocal 0.2.0 is out"]
    assert any(x.text() == said[0] and x.isVisible() for x in page.findChildren(QLabel)), "it stays to be read"
    assert any("https://dotlocal.example/0.2.0" in x.text() for x in page.findChildren(QLabel))
    running.picture("settings-updates")
    opened: list[str] = []
    page.page_wanted.connect(opened.append)
    monkeypatch.setattr("gui.doings.QDesktopServices.openUrl", lambda url: opened.append(url.toString()))
    running.press(page, "Open its page")
    assert opened == ["https://dotlocal.example/0.2.0"] * 2
    page.change("updates", "check", True)
    running.until(lambda: "check = true" in (tmp_path / "state/settings.toml").read_text())


def test_at_the_start_it_is_asked_where_that_is_allowed(
    start: Callable[..., Running], place: Place, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    file = tmp_path / "state/settings.toml"
    file.write_text('[network]\ninterfaces = ["lo"]\n[updates]\ncheck = true\n')
    running = start(sample=False)
    running.until(lambda: len(place.asked) == 1)
    running.until(lambda: any("Dotlocal 0.2.0 is out" in x.text() for x in running.window.toast.findChildren(QLabel)))
    assert running.window.rail.items["settings"].accessibleName() == "Settings, 1"


def test_a_build_without_a_place_offers_nothing(start: Callable[..., Running]) -> None:
    running = start(sample=False)
    assert not [x for x in running.window.settings.findChildren(QLabel) if x.text() == "Updates"]


def test_about_shows_every_part_of_a_bundle(
    look: Look, qtbot: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "licences").mkdir()
    parts = [{"name": "pyside6-essentials", "version": "9.9.9", "licence": "LGPL-3.0-only", "texts": ["Qt.txt"]}]
    (tmp_path / "licences/parts.json").write_text(json.dumps(parts))
    (tmp_path / "licences/Qt.txt").write_text("You may replace them.")
    (tmp_path / "build.json").write_text('{"day": "2026-11-26", "release": false, "signed": false}')
    monkeypatch.setattr("gui.dialogs.about.resources_folder", lambda: tmp_path)
    monkeypatch.setattr("core.paths.resources_folder", lambda: tmp_path)
    assert licences().startswith("pyside6-essentials 9.9.9: LGPL-3.0-only\n")
    assert "You may replace them." in licences()
    assert build_words({"day": "2026-11-26"}) == "2026-11-26, trial, not a release, not signed"
    assert build_words({}) == ""
    parent = QWidget()
    dialog = AboutDialog(look, parent, tmp_path, lambda: None)
    copied: list[str] = []
    dialog.copied.connect(copied.append)
    dialog._copy()
    assert "trial, not a release" in copied[0]
    assert "PySide6 9.9.9" in copied[0]
    dialog.deleteLater()
    parent.deleteLater()


def test_a_policy_that_is_being_written_is_read_when_it_is_whole(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = iter(["before", "half", "more", "more"])
    monkeypatch.setattr(outside.policy_places, "stamp", lambda: next(stamps))
    monkeypatch.setattr(outside, "SETTLED_AFTER_MS", 1)
    parent = QObject()
    watching = outside.Outside(parent)
    with qtbot.waitSignal(watching.policy_changed, timeout=5_000):
        watching.look()
    assert next(stamps, "") == "", "it was told before the last of them"


def test_a_program_that_was_replaced_offers_to_start_again(
    start: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, started = tmp_path / "dotlocal-gui", tmp_path / "started"
    program.write_text("#!/bin/sh\n")
    monkeypatch.setattr(outside, "is_frozen", lambda: True)
    monkeypatch.setattr(outside, "sys", SimpleNamespace(executable=str(program), platform=sys.platform))
    monkeypatch.setattr(sys, "argv", [str(program), "--theme", "dark"])
    running = start(sample=True)
    window = running.window

    def sheets() -> list[QWidget]:
        return [sheet for sheet in window.window.findChildren(StartAgainSheet) if sheet.isVisible()]

    window.outside.look()
    assert sheets() == []
    (tmp_path / "newer").write_text(f'#!/bin/sh\necho "$@ $PYINSTALLER_RESET_ENVIRONMENT" > {started}.part\n'
                                    f"mv {started}.part {started}\n")  # fmt: skip
    (tmp_path / "newer").chmod(0o755)
    program.unlink()
    window.outside.look()
    assert sheets() == [], "a program that is gone is no newer one"
    (tmp_path / "newer").rename(program)
    window.window.hide()
    window.outside.look()
    assert sheets() == [], "nobody sees what it would be over"
    window.window.show()
    window.outside.look()
    window.outside.look()
    [sheet] = sheets()
    running.picture("start-again")
    sheet.reject()
    window.outside.look()
    assert sheets() == [], "Later is an answer"
    window.dialogs.show_crash(ImportError("out of a program that is another one now"))
    [sheet] = sheets()
    [button] = [b for b in sheet.findChildren(Button) if b.text() == "Start again"]
    with running.qtbot.waitSignal(window.window.closing, timeout=10_000):
        button.click()
    running.until(started.exists)
    assert started.read_text() == "--theme dark 1\n"
