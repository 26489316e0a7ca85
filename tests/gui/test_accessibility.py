"""What a screen reader meets: controls named, every cell and link readable, a tab order through each page."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from gui.contents import Contents
from gui.models.device_columns import COLUMNS, DEVICE
from tests.rigs.gallery_scenes import Stage, scenes

CONTAINERS = ("QScrollArea", "QStackedWidget", "QComboBoxListView", "QComboBoxPrivateContainer")


@pytest.fixture(autouse=True)
def a_screen_reader_is_there() -> None:
    QAccessible.setActive(True)


def children(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid():
            yield child


def nameless(top: QWidget) -> list[str]:
    found = []
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None:
            continue
        kind = type(widget).__name__
        if not interface.text(QAccessible.Text.Name) and kind not in CONTAINERS:
            found.append(f"{kind} in {type(widget.parent()).__name__}")
        if interface.role() in {QAccessible.Role.NoRole, QAccessible.Role.Client} and kind not in CONTAINERS:
            found.append(f"{kind} has no role")
    return found


def test_every_control_of_every_page_and_dialog_has_a_name_and_a_role(stage: Stage) -> None:
    wrong: dict[str, list[str]] = {}
    seen = 0
    for name, show in scenes(stage):
        show()
        stage.settle()
        for top in (stage.window, stage.application.activeModalWidget()):
            if top is not None and (found := nameless(top)):
                wrong[name] = found
        seen += 1
        for text in stage.window.findChildren(QLabel):
            assert text.textFormat() == Qt.TextFormat.PlainText or text.pixmap(), text.text()
        stage.clear()
    assert wrong == {}
    assert seen > 35


def test_every_cell_of_the_table_is_read_with_what_it_shows(stage: Stage) -> None:
    contents = stage.filled()
    stage.settle()
    view = contents.devices.table.view
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface is not None
    assert interface.role() == QAccessible.Role.Table
    cells = [c for c in children(interface) if c.role() == QAccessible.Role.Cell]
    spoken = {cell.text(QAccessible.Text.Name) for cell in cells}
    records = contents.model.shown_records()
    assert len(cells) >= len(records) * 6
    for record in records:
        assert any(record.name in text and record.shown_host in text for text in spoken), record.name
        assert record.state.label in spoken
    assert any("may look like another name" in text for text in spoken), "the warning sign has words"
    assert any(text.endswith("new") for text in spoken), "the New tag has words"
    headers = {c.text(QAccessible.Text.Name) for c in children(interface) if c.role() == QAccessible.Role.ColumnHeader}
    assert {COLUMNS[c].heading for c in contents.devices.table.shown_columns()} <= headers


def open_first(stage: Stage) -> Contents:
    contents = stage.filled()
    contents.devices.table.select("boiler-gw.local")
    stage.settle()
    return contents


def test_every_node_and_link_of_a_chain_is_read(stage: Stage) -> None:
    detail = open_first(stage).devices.detail
    interface = QAccessible.queryAccessibleInterface(detail.chain)
    assert interface is not None
    assert interface.role() == QAccessible.Role.List
    spoken = [c.text(QAccessible.Text.Name) for c in children(interface)]
    assert len(spoken) == 7
    assert spoken[0].startswith("This computer")
    assert "Root is in none of these stores" in spoken[1]
    assert "Not installed" in spoken[2]
    assert "Signature verified" in spoken[3]


def test_every_alert_is_read_with_its_detail(stage: Stage) -> None:
    contents = stage.filled()
    contents.go("alerts")
    stage.settle()
    interface = QAccessible.queryAccessibleInterface(contents.alerts.list)
    assert interface is not None
    spoken = [c.text(QAccessible.Text.Name) for c in children(interface)]
    assert any(text.startswith("unread, Loading bay lock shows another key") for text in spoken)
    assert "Today" in spoken


def test_the_counts_are_part_of_the_names(stage: Stage) -> None:
    contents = stage.filled()
    names = {key: chip.accessibleName() for key, chip in contents.devices.filters.chips.items()}
    assert names["attention"] == f"Needs attention, {contents.model.count('attention')}"
    assert contents.rail.items["alerts"].accessibleName() == "Alerts, 3 unread"


@pytest.mark.parametrize("page", ["devices", "trust", "authority", "alerts", "health", "settings"])
def test_tab_goes_through_a_page_and_comes_back(stage: Stage, page: str) -> None:
    contents = stage.filled()
    contents.go(page)
    stage.window.activateWindow()
    stage.settle()
    first = contents.rail.items["devices"]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    seen: list[QWidget] = []
    for _ in range(120):
        current = stage.application.focusWidget()
        assert current is not None
        if seen and current is seen[0]:
            break
        assert current not in seen, f"{current} is met twice: the order is a trap"
        assert current.isVisible()
        seen.append(current)
        QTest.keyClick(current, Qt.Key.Key_Tab)
    else:
        pytest.fail("the focus never came back to where it began")
    wanted = {
        w for w in stage.window.findChildren(QWidget)
        if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus and not w.focusProxy()
    }  # fmt: skip
    missed = [w for w in wanted if w not in seen and type(w).__name__ not in CONTAINERS]
    assert missed == []
    if page == "devices":
        order = [contents.devices.search, contents.devices.filters.chips["all"], contents.devices.table.view]
        places = [seen.index(w) for w in order]
        assert places == sorted(places), "search, chips, table"


def test_the_window_works_without_a_mouse(stage: Stage) -> None:
    contents = open_first(stage)
    view = contents.devices.table.view
    contents.devices._close_detail()
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    stage.settle()
    assert contents.devices.detail.isVisible()
    shown = contents.devices.detail.host
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert contents.devices.detail.host != shown
    QTest.keyClicks(view, "site")
    assert contents.devices.detail.host == "router.local"
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert contents.model.paused
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert not contents.model.paused
    QTest.keyClick(view, Qt.Key.Key_Escape)
    stage.settle()
    assert not contents.devices.detail.isVisible()
    assert view.indexAt(QPoint(20, 20)).column() == DEVICE
