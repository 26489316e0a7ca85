"""What people do day by day, on the running demo: rename, hide, undo, search, export, inspect, settle an identity."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit

from core.events import HistoryStopped
from core.inventory.alert_rules import Reported
from core.model.alert import AlertCode
from core.model.certificate import pem_of
from gui.crash import redacted
from gui.dialogs.add_device import AddDeviceDialog
from gui.dialogs.crash import CrashDialog
from gui.dialogs.inspect import InspectDialog
from gui.dialogs.palette import Palette
from gui.dialogs.rename import RenameDialog
from gui.dialogs.review_identity import ReviewIdentityDialog
from tests.rigs.running_window import Running

pytestmark = pytest.mark.timeout(180)
BOILER = "boiler-gw.local"


@pytest.fixture
def demo(start: Callable[..., Running]) -> Running:
    running = start(sample=True)
    running.until(lambda: running.state(BOILER) == "trusted", 40)
    return running


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_a_name_and_a_note_stay_and_can_be_undone(demo: Running) -> None:
    window = demo.window
    window.devices.table.select(BOILER)
    demo.until(lambda: window.model.record(BOILER).notes is not None)  # type: ignore[union-attr]
    window.doings.rename(BOILER)
    sheet = demo.sheet(RenameDialog)
    sheet.findChildren(QLineEdit)[0].setText("Heating <b>hall 2</b>")
    sheet.findChildren(QPlainTextEdit)[0].setPlainText("Ask Ada\nfor the key")
    demo.press(sheet, "Save")
    demo.until(lambda: window.model.record(BOILER).name == "Heating <b>hall 2</b>")  # type: ignore[union-attr]
    shown = {x.text() for x in window.devices.detail.findChildren(QLabel)}
    assert "Ask Ada\nfor the key" in shown
    window.model.search("ask ada")
    assert window.model.rowCount() == 1
    window.model.search("")
    demo.until(lambda: bool(window.doings._undos))
    window.actions_by_key["undo"].trigger()
    demo.until(lambda: window.model.record(BOILER).name == "Boiler gateway")  # type: ignore[union-attr]


def test_what_is_hidden_is_counted_and_comes_back(demo: Running) -> None:
    window = demo.window
    before = window.model.count("all")
    demo.until(lambda: window.model.record("tannoy.local").notes is not None)  # type: ignore[union-attr]
    window.doings.set_hidden(["tannoy.local"], hidden=True)
    demo.until(lambda: window.model.count("all") == before - 1)
    assert window.model.count("hidden") == 1
    demo.until(lambda: window.model.row_of("tannoy.local") == -1)
    window.devices.filters.choose("hidden")
    assert window.model.row_of("tannoy.local") == 0
    window.doings.undo()
    demo.until(lambda: window.model.count("hidden") == 0)
    assert window.devices.filters.filter == "all"


def test_rows_are_copied_and_exported_in_every_form(demo: Running, tmp_path: Path) -> None:
    window = demo.window
    window.devices.table.select(BOILER)
    window.devices.table.view.setFocus()
    QTest.keyClick(window.devices.table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard().split("\t")[:3] == ["Boiler gateway", BOILER, "Trusted"]
    demo.until(lambda: demo.state("hvac-main.local") == "wrong-name")
    hosts = [record.host for record in window.model.shown_records()]
    for suffix in ("csv", "json", "md"):
        window.doings.export_to(tmp_path / f"devices.{suffix}", hosts)
        demo.until(lambda: window.toast._text.text() == f"{len(hosts)} devices exported")
        window.toast.tell("")
    rows = (tmp_path / "devices.csv").read_text().splitlines()
    assert len(rows) == len(hosts) + 1
    assert rows[0].startswith('"name","host","state"')
    document = json.loads((tmp_path / "devices.json").read_text())
    assert {d["host"] for d in document["devices"]} == set(hosts)
    report = (tmp_path / "devices.md").read_text()
    assert "| Boiler gateway | boiler-gw.local | Trusted |" in report
    assert "## HVAC controller" in report, "what needs attention has a section of its own"
    window.doings.export_to(tmp_path / "no/such/folder.csv", hosts)
    demo.until(lambda: "can't be written" in window.toast._text.text())


def test_the_palette_finds_a_device_and_an_action(demo: Running) -> None:
    window = demo.window
    window.go("trust")
    window.actions_by_key["commands"].trigger()
    palette = demo.sheet(Palette)
    assert isinstance(palette, Palette)
    palette.search.setText("site rou")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    demo.until(lambda: window.devices.detail.isVisible())
    assert window.window.page == "devices"
    assert window.devices.detail.host == "router.local"
    window.actions_by_key["commands"].trigger()
    palette = demo.sheet(Palette)
    assert isinstance(palette, Palette)
    palette.search.setText("network hea")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert window.window.page == "health"
    QTest.keyClick(window.window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.window.page == "devices"


def dropped(window: object, mime: QMimeData) -> None:
    event = QDropEvent(
        QPoint(300, 300).toPointF(), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)  # type: ignore[attr-defined]


def test_a_chain_that_is_dropped_is_inspected(demo: Running, tmp_path: Path) -> None:
    window = demo.window
    record = window.model.record(BOILER)
    assert record is not None
    assert record.judged is not None
    chain = "".join(pem_of(c.der) for c in record.judged.presented.chain)
    (tmp_path / "chain.pem").write_text(chain)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "chain.pem"))])
    dropped(window.window, mime)
    sheet = demo.sheet(InspectDialog)
    assert isinstance(sheet, InspectDialog)
    demo.until(lambda: len(sheet.chain.items()) == 7)
    assert "Trusted" in {x.text() for x in sheet.findChildren(QLabel)}
    sheet.name.setText("other.local")
    sheet.start()
    demo.until(lambda: "Wrong name" in {x.text() for x in sheet.findChildren(QLabel)})
    sheet.close()
    text = QMimeData()
    text.setText(chain)
    dropped(window.window, text)
    sheet = demo.sheet(InspectDialog)
    demo.until(lambda: len(sheet.chain.items()) == 7)  # type: ignore[attr-defined]
    sheet.close()
    (tmp_path / "no.pem").write_text("this is no certificate")
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "no.pem"))])
    dropped(window.window, mime)
    sheet = demo.sheet(InspectDialog)
    demo.until(lambda: any("holds no certificate" in x.text() for x in sheet.findChildren(QLabel)))


def test_a_changed_key_is_reviewed_and_decided(demo: Running) -> None:
    window = demo.window
    done: list[object] = []

    async def pretend(core):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Let another key be the one that is known, as a device that was exchanged would have it."""
        identities = core._identities

        def change() -> None:
            place = next(p for p in identities._load() if p.startswith(f"{BOILER}:"))
            identities._known[place] = replace(identities._known[place], key="ab" * 32)
            identities._save(place, at_once=True)

        await core._trust_worker.run(change)
        core.devices.check_again(BOILER)

    demo.bridge.run(window, pretend, done.append, done.append)
    demo.until(lambda: demo.state(BOILER) == "identity-changed")
    demo.until(lambda: len(window.alert_model.unread()) >= 1)
    assert any("Boiler gateway shows another key" in window.alert_model.title(a) for a in window.alert_model.unread())
    window.devices.table.select(BOILER)
    assert window.devices.detail._fix.text() == "Review…"
    window.devices.detail._fix.click()
    sheet = demo.sheet(ReviewIdentityDialog)
    assert ("ab" * 8) in {x.text() for x in sheet.findChildren(QLabel)}
    demo.press(sheet, "Keep the old one")
    demo.qtbot.wait(300)
    assert demo.state(BOILER) == "identity-changed", "the old key is still the wanted one"
    window.devices.detail._fix.click()
    demo.press(demo.sheet(ReviewIdentityDialog), "Accept the new key")
    demo.until(lambda: demo.state(BOILER) == "trusted")


def test_alerts_are_read_muted_and_lead_to_their_device(demo: Running) -> None:
    window = demo.window
    demo.until(lambda: len(window.alert_model.unread()) >= 2)  # one expired, one that ends soon
    window.go("alerts")
    page = window.alerts
    rows = [r for r in range(window.alert_model.rowCount()) if window.alert_model.alert_at(r) is not None]
    page.list.setCurrentIndex(window.alert_model.index(rows[0]))
    [alert] = page.chosen()
    page._muter(alert, alert.subject)()
    demo.until(lambda: "muted" in window.toast._text.text())
    demo.press(page, "Show")
    demo.until(lambda: window.devices.detail.isVisible())
    assert window.devices.detail.host == alert.subject
    window.go("alerts")
    demo.press(page, "Mark all read")
    demo.until(lambda: window.alert_model.unread() == ())
    assert window.rail.items["alerts"].accessibleName() == "Alerts"


def test_a_setting_applies_at_once_and_a_wrong_one_is_said(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start(sample=False)
    window = running.window
    file = tmp_path / "state/settings.toml"
    file.write_text('# mine\n[network]\ninterfaces = ["lo"]  # the test bench\n')
    window.settings.change("appearance", "density", "compact")
    assert window.devices.table.compact
    running.until(lambda: "compact" in file.read_text())
    text = file.read_text()
    assert text.startswith("# mine\n")
    assert "# the test bench" in text
    with running.qtbot.waitSignal(running.bridge.ready, timeout=20_000):
        window.settings.change("network", "never_probe", ("plc01.local",))
    assert 'never_probe = ["plc01.local"]' in file.read_text()
    window.settings.change("network", "dns_servers", ("no address",))
    running.until(lambda: not window.settings._banner.isHidden())
    assert "no address" in window.settings._banner.text.text()
    assert "no address" not in file.read_text(), "what cannot be meant is not kept"


def test_a_device_added_by_address_is_followed(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start(sample=False)
    window = running.window
    window.dialogs.add_device()
    sheet = running.sheet(AddDeviceDialog)
    assert isinstance(sheet, AddDeviceDialog)
    sheet.port.setText("99999")
    sheet.host.setText("plc01.local")
    running.press(sheet, "Add")
    assert "not a device" in sheet.problem.text.text() + sheet.problem.title.text()
    sheet.port.setText("443")
    sheet.address.setText("127.0.0.1")
    with running.qtbot.waitSignal(running.bridge.ready, timeout=20_000):
        running.press(sheet, "Add")
    assert "plc01.local 443 127.0.0.1" in (tmp_path / "state/settings.toml").read_text()
    running.until(lambda: window.model.record("plc01.local") is not None)


def test_devices_of_earlier_days_are_there_after_a_restart(start: Callable[..., Running]) -> None:
    from core.events import DeviceSeen
    from tests.rigs.records import device

    first = start(sample=False)
    first.bridge.post(lambda core: core.bus.publish(DeviceSeen(device("press.local", "Press"))))
    first.until(lambda: first.window.model.record("press.local") is not None)
    assert first.bridge.stop()
    first.window.window.close()
    again = start_again(first)
    again.until(lambda: again.window.model.record("press.local") is not None)
    record = again.window.model.record("press.local")
    assert record is not None
    assert record.state.key == "offline"
    again.window.devices.table.select("press.local")
    again.until(lambda: bool(again.window.devices.detail._timeline.moments()))
    assert again.window.devices.detail._timeline.moments()[-1].title == "First seen"
    assert again.bridge.stop()


def start_again(before: Running) -> Running:
    from core.clock import utc_now
    from gui.bridge import Bridge
    from gui.contents import Contents
    from gui.main_window import MainWindow
    from gui.window_memory import WindowMemory

    bridge = Bridge(before.look, sample=False)
    window = Contents.at_once(MainWindow(before.look, WindowMemory()), before.look, bridge, utc_now)
    window.window.show()
    with before.qtbot.waitSignal(bridge.ready, timeout=20_000):
        bridge.start()
    return Running(window, bridge, before.look, before.qtbot)


def test_a_history_that_cannot_be_kept_is_said_and_ends_nothing(start: Callable[..., Running], tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    running = start(sample=False)
    window = running.window
    stopped: list[HistoryStopped] = []
    running.bridge.events.connect(lambda some: stopped.extend(e for e in some if isinstance(e, HistoryStopped)))

    def break_it(core) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        core.history._database._engine.dispose()
        core.history._database._engine = None
        core.history.report([Reported(AlertCode.NEW_DEVICE, "x.local", "")])

    running.bridge.post(break_it)
    running.until(lambda: bool(stopped))
    running.until(lambda: not window.alerts._banner.isHidden())
    assert "not open" in window.alerts._banner.text.text()


def test_a_bug_is_told_with_a_report_that_holds_no_names(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start(sample=False)
    running.window.dialogs.show_crash(ValueError("press.local at 192.168.20.14 with key " + "ab" * 32))
    sheet = running.sheet(CrashDialog)
    assert isinstance(sheet, CrashDialog)
    report = sheet.text.toPlainText()
    assert "ValueError" in report
    assert not any(word in report for word in ("press", "192.168", "ab" * 32, str(Path.home())))
    address = "at fe80::1, 10.0.0.7: press.local, key 9f:3a:71:0c:e2:5b:88:41"
    assert redacted(address) == "at <address>, <address>: <host>, key <octets>"
    sheet.save_to(str(tmp_path / "report.txt"))
    assert (tmp_path / "report.txt").read_text() == report
    QApplication.processEvents()
