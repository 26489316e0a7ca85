"""One application for all window tests, in the style and fonts of the product; nothing is left behind."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.clock import utc_now
from gui.bridge import Bridge
from gui.contents import Contents
from gui.i18n import use_language
from gui.main_window import MainWindow
from gui.theme.fonts import load_fonts
from gui.theme.look import Look
from gui.window_memory import WindowMemory
from tests.rigs.gallery import VARIANTS
from tests.rigs.gallery_scenes import Stage
from tests.rigs.running_window import Running


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["dotlocal", "-style", "Fusion"]


@pytest.fixture(scope="session")
def qapp_prepared(qapp: QApplication) -> QApplication:
    load_fonts()
    qapp.setCursorFlashTime(0)
    return qapp


@pytest.fixture
def look(qapp_prepared: QApplication) -> Iterator[Look]:
    made = Look(qapp_prepared, "light")
    yield made
    made.deleteLater()


@pytest.fixture(autouse=True)
def nothing_is_left_open(qapp: QApplication) -> Iterator[None]:
    yield
    for widget in qapp.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    gc.collect()
    assert [w for w in qapp.topLevelWidgets() if w.isVisible()] == []


@pytest.fixture
def start(
    qtbot: QtBot, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Running]]:
    monkeypatch.setenv("DOTLOCAL_HOME", str(tmp_path / "state"))
    (tmp_path / "state").mkdir()
    (tmp_path / "state/settings.toml").write_text('[network]\ninterfaces = ["lo"]\n')
    opened: list[Running] = []

    def begin(*, sample: bool) -> Running:
        bridge = Bridge(look, sample=sample)
        window = Contents.at_once(MainWindow(look, WindowMemory(), sample=sample), look, bridge, utc_now)
        window.window.show()
        opened.append(Running(window, bridge, look, qtbot))
        with qtbot.waitSignal(bridge.ready, timeout=40_000):
            bridge.start()
        return opened[-1]

    yield begin
    for running in opened:
        assert running.bridge.stop()


@pytest.fixture
def stage(qapp_prepared: QApplication) -> Iterator[Stage]:
    """A window with fixed data and no engine, in English."""
    use_language("en")
    made = Stage(qapp_prepared, VARIANTS["light"])
    yield made
    made.clear()
    made.close()
    made.bridge.deleteLater()
    made.look.deleteLater()
