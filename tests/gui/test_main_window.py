"""The frame: what is asked for before a page is there, the way back, hiding in the tray and ending all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QStringListModel, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QListView, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from core.events import CheckStarted, DeviceSeen
from core.settings import AppearanceSettings, Settings
from gui.appearance import Appearance, appearance_now, remember
from gui.main_window import MainWindow
from gui.models.device_model import DeviceModel
from gui.theme.look import Look
from gui.widgets.device_table import DeviceTable
from gui.widgets.enter_key import OpensByEnter
from gui.widgets.table_header import FittingColumns
from gui.window_memory import WindowMemory
from tests.rigs.minting import NOW
from tests.rigs.records import device


@pytest.fixture
def frame(look: Look, qapp: QApplication) -> MainWindow:
    made = MainWindow(look, WindowMemory())
    made.show()
    return made


def test_a_page_that_is_asked_for_before_it_is_there_is_shown_once_it_is(frame: MainWindow) -> None:
    frame.go("trust")
    frame.add_page("devices", QWidget())
    frame.go("devices")
    assert frame.page == "devices"
    frame.add_page("trust", QWidget())
    assert frame.page == "trust"
    frame.go_back()
    assert frame.page == "devices"
    frame.go_back()
    assert frame.page == "devices"


ENDING = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui import app
from gui.bridge import Bridge

made = []

def when_ready(bridge):
    window = bridge.parent()
    made.append(bridge)
    window.may_stay = (lambda: True) if "stays" in sys.argv else None
    if "hidden" in sys.argv:
        window.hide()
    QTimer.singleShot(300, QApplication.quit if "asked" in sys.argv else window.close)

real = Bridge.start
Bridge.start = lambda bridge: (bridge.ready.connect(lambda: when_ready(bridge)), real(bridge))
code = app.main(["dotlocal-gui"])
sys.exit(code or made[0]._thread.is_alive())
"""


@pytest.mark.parametrize("words", ["hidden", "asked stays", "asked stays hidden"])
def test_a_window_ends_the_program_and_the_engine_with_it(words: str, tmp_path: Path) -> None:
    """Closed while hidden; or asked to end as by Cmd+Q, the Dock and a log-out: Qt closes no window that is hidden."""
    (tmp_path / "settings.toml").write_text('[network]\ninterfaces = ["lo"]\n')
    environment = {**os.environ, "DOTLOCAL_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", ENDING, *words.split()], env=environment, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_window_that_stays_behind_the_tray_goes_when_the_program_ends(frame: MainWindow, qtbot: QtBot) -> None:
    """Closed as by a person in each case; where something held the end up, it stays again."""

    class ByAPerson(QCloseEvent):
        def spontaneous(self) -> bool:
            return True

    closed: list[bool] = []
    frame.closing.connect(lambda: closed.append(True))
    frame.may_stay = lambda: True
    for ends, expected in ((False, []), (True, [True]), (False, [True])):
        frame.set_ending(ends)
        frame.show()
        event = ByAPerson()
        frame.closeEvent(event)
        assert closed == expected
        assert event.isAccepted() is ends
        assert frame.isHidden() is not ends, "what is accepted Qt closes itself"


def test_a_hidden_window_comes_back_when_the_program_is_chosen(frame: MainWindow) -> None:
    frame.come_back(Qt.ApplicationState.ApplicationActive)
    frame.hide()
    frame.come_back(Qt.ApplicationState.ApplicationInactive)
    assert frame.isHidden()
    frame.come_back(Qt.ApplicationState.ApplicationActive)
    assert frame.isVisible()


def test_enter_opens_what_is_chosen_once(qtbot: QtBot) -> None:
    view = QListView()
    model = QStringListModel(["a", "b"])
    view.setModel(model)
    opens = OpensByEnter(view)
    qtbot.addWidget(view)
    opened: list[int] = []
    view.activated.connect(lambda index: opened.append(index.row()))

    def takes(key: Qt.Key) -> bool:
        return opens.eventFilter(view, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))

    assert not takes(Qt.Key.Key_Return), "nothing is chosen"
    view.setCurrentIndex(model.index(1))
    assert takes(Qt.Key.Key_Return)
    assert takes(Qt.Key.Key_Enter)
    assert not takes(Qt.Key.Key_Down)
    assert opened == [1, 1]
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened == [1, 1, 1], "once, also where Qt would open it"


def test_what_the_file_says_counts_once_it_changed(tmp_path: Path) -> None:
    memory = WindowMemory(tmp_path)
    file = tmp_path / "settings.toml"
    file.write_text('[appearance]\ntheme = "dark"\n')
    assert appearance_now(tmp_path, memory).theme == "dark"
    remember(tmp_path, memory, Settings(appearance=AppearanceSettings(theme="dark", language="de")))
    assert appearance_now(tmp_path, memory) == Appearance("dark", "de")
    file.write_text('[appearance]\ntheme = "contrast"\n')
    assert appearance_now(tmp_path, memory) == Appearance("contrast", "system")


def test_columns_share_the_width_and_keep_what_a_person_chose() -> None:
    columns = FittingColumns([100, 50, 50], [2, 1, 1])
    assert columns.widths([0, 1, 2], 400) == {0: 200, 1: 100, 2: 100}
    columns.chosen[1] = 150
    assert columns.widths([0, 1, 2], 400)[1] == 150
    assert sum(columns.widths([0, 1, 2], 400).values()) == 400
    assert columns.widths([0, 1, 2], 230)[1] == 80, "where there is no room it gives"
    assert columns.widths([0, 1, 2], 100) == {0: 100, 1: 50, 2: 50}, "never below the least"


@pytest.mark.parametrize("width", [820, 1000, 1130, 1400])
def test_more_devices_than_fit_scroll_down_and_never_sideways(look: Look, qtbot: QtBot, width: int) -> None:
    model = DeviceModel(lambda: NOW)
    table = DeviceTable(look, model)
    qtbot.addWidget(table)
    table.resize(width, 500)
    table.show()
    model.take([DeviceSeen(device(f"d{n}.local", f"Device {n}")) for n in range(40)])
    qtbot.waitUntil(lambda: table.view.verticalScrollBar().maximum() > 0)
    assert table.view.horizontalScrollBar().maximum() == 0
    header = table.view.horizontalHeader()
    assert header.length() == table.view.viewport().width(), "and nothing is left beside the last column"


def test_every_row_in_sight_is_told_of_changes_where_the_table_is_shown_late(look: Look, qtbot: QtBot) -> None:
    model = DeviceModel(lambda: NOW)
    table = DeviceTable(look, model)
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    pages.addWidget(QWidget())
    pages.addWidget(table)
    pages.resize(1000, 800)
    pages.show()
    model.take([DeviceSeen(device(f"d{n:02}.local", f"Device {n:02}")) for n in range(40)])
    pages.setCurrentWidget(table)
    qtbot.waitUntil(lambda: table.view.viewport().height() > 700)
    last = table.view.rowAt(table.view.viewport().height() - 1)
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda top, bottom: changed.append((top.row(), bottom.row())))
    model.take([CheckStarted(model.host_at(last))])
    assert any(top <= last <= bottom for top, bottom in changed)
