"""The window on the running demo: live devices, the whole main job by its buttons, pictures in light and dark."""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from core.model.plan import Action
from core.model.reasons import REASONS
from gui.dialogs.certificate import CertificateDialog
from gui.dialogs.change_trust import ChangeTrustDialog
from gui.dialogs.create_authority import CreateAuthorityDialog
from gui.dialogs.issue import IssueDialog
from gui.dialogs.reasons_help import ReasonsHelp
from tests.rigs.running_window import Running

pytestmark = pytest.mark.timeout(180)


def test_first_run_shows_three_steps_and_leads_through_them(start: Callable[..., Running]) -> None:
    running = start(sample=False)
    window = running.window
    first = window.devices.first_run
    running.until(lambda: "On" in [x.text() for x in first.findChildren(QLabel)])
    install = next(b for b in first.findChildren(QPushButton) if b.text() == "Install…")
    assert not install.isEnabled()
    running.picture("first-run")
    running.press(first, "Create root CA…")
    sheet = running.sheet(CreateAuthorityDialog)
    running.until(
        lambda: (
            sum(f.echoMode() == QLineEdit.EchoMode.Password and f.isVisible() for f in sheet.findChildren(QLineEdit))
            == 2
        )
    )
    running.press(sheet, "Create")
    assert any("at least 8" in x.text() for x in sheet.findChildren(QLabel) if x.isVisible())
    for field in sheet.findChildren(QLineEdit):
        if field.echoMode() == QLineEdit.EchoMode.Password:
            field.setText("correct horse")
    running.picture("create-authority")
    running.press(sheet, "Create")
    running.until(lambda: install.isEnabled())


def test_the_demo_shows_devices_in_their_states(start: Callable[..., Running]) -> None:
    running = start(sample=True)
    window = running.window
    assert "sample" in window.window.windowTitle()
    wanted = {
        "boiler-gw.local": "trusted", "coldroom-3.local": "expires-soon", "hvac-main.local": "wrong-name",
        "label-5c.local": "self-signed", "mediawall.local": "unknown-ca", "meter-bridge.local": "expired",
        "plug-b4.local": "no-tls", "nas-staging.local": "incomplete", "scale-2.local": "no-answer",
    }  # fmt: skip
    running.until(lambda: {host: running.state(host) for host in wanted} == wanted, 30)
    window.devices.table.select("boiler-gw.local")
    running.until(lambda: window.devices.detail.isVisible())
    assert len(window.devices.detail.chain.items()) == 7
    running.picture("devices")
    window.devices.table.select("hvac-main.local")
    running.picture("devices-wrong-name")
    window.devices.search.setText("mqtt")
    running.until(lambda: window.model.rowCount() == 1)
    window.devices.search.setText("")
    running.until(lambda: running.state("lock-bay2.local") == "offline", 30)
    window.go("trust")
    running.until(lambda: any(x.text() == "Just now" for x in window.trust.findChildren(QLabel)))
    running.picture("trust")


def test_the_main_job_by_the_buttons(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start(sample=True)
    window = running.window
    running.until(
        lambda: running.state("boiler-gw.local") == "trusted" and running.state("label-5c.local") == "self-signed", 30
    )
    window.go("trust")
    running.until(
        lambda: len([b for b in window.trust.findChildren(QPushButton) if b.text() == "Remove…" and b.isVisible()]) == 3
    )
    running.press(window.trust, "Remove…")
    sheet = running.sheet(ChangeTrustDialog)
    running.until(
        lambda: any("Read it back" in x.text() and not x.visibleRegion().isEmpty() for x in sheet.findChildren(QLabel))
    )
    running.picture("remove-plan")
    running.press(sheet, "Remove")
    running.until(
        lambda: any("read back" in x.text() and not x.visibleRegion().isEmpty() for x in sheet.findChildren(QLabel))
    )
    running.press(sheet, "Close")
    running.until(lambda: running.state("boiler-gw.local") == "partial")
    window.go("devices")
    window.devices.table.select("boiler-gw.local")
    running.press(window.devices.detail, "Install root CA…")
    sheet = running.sheet(ChangeTrustDialog)
    running.until(lambda: any(b.text() == "Install" and b.isEnabled() for b in sheet.findChildren(QPushButton)))
    running.picture("install-plan")
    running.press(sheet, "Install")
    running.until(
        lambda: any("read back" in x.text() and not x.visibleRegion().isEmpty() for x in sheet.findChildren(QLabel))
    )
    running.press(sheet, "Close")
    running.until(lambda: running.state("boiler-gw.local") == "trusted")
    window.devices.table.select("label-5c.local")
    running.press(window.devices.detail, "Issue certificate…")
    issue = running.sheet(IssueDialog)
    assert isinstance(issue, IssueDialog)
    running.picture("issue")
    issue.issue_into(tmp_path)
    running.until(lambda: any(b.text() == "Close" for b in issue.findChildren(QPushButton)))
    assert {f.name for f in (tmp_path / "label-5c").iterdir()} == {
        "label-5c.crt.pem", "label-5c.key.pem", "label-5c_server_cert.h",
    }  # fmt: skip
    running.press(issue, "Close")
    window.go("authority")
    running.until(lambda: window.authority._model.rowCount() == 1)
    running.picture("authority")


def test_a_primary_password_is_asked_for_in_the_plan(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start(sample=True)
    window = running.window
    running.until(lambda: running.state("boiler-gw.local") == "trusted", 30)
    [profile] = Path(tempfile.gettempdir()).glob("dotlocal-sample-*/home/.mozilla/firefox/sample.workshop")
    done: list[object] = []
    running.bridge.run(window, lambda core: core.trust.apply(Action.REMOVE), done.append, done.append)
    running.until(lambda: bool(done))
    assert not (profile / "cert9.db").exists(), "the database that we made went with the root"
    (tmp_path / "password").write_text("Primary-1\n")
    command = ["certutil", "-N", "-d", f"sql:{profile}", "-f", str(tmp_path / "password")]
    subprocess.run(command, check=True, capture_output=True)
    window.dialogs.install()
    sheet = running.sheet(ChangeTrustDialog)
    running.until(lambda: bool(sheet.findChildren(QLineEdit)))
    sheet.findChildren(QLineEdit)[0].setText("Primary-1")
    running.press(sheet, "Install")
    running.until(lambda: any(x.text() == "Installed, trusted, and read back" for x in sheet.findChildren(QLabel)))
    assert not any("not done" in x.text() for x in sheet.findChildren(QLabel) if x.isVisible())


def test_every_control_has_a_name_and_every_label_is_plain(start: Callable[..., Running]) -> None:
    running = start(sample=True)
    window = running.window
    running.until(lambda: window.model.rowCount() > 10, 30)
    window.devices.table.select("boiler-gw.local")
    window.dialogs.issue("boiler-gw.local")
    QAccessible.setActive(True)
    nameless = []
    for top in QApplication.topLevelWidgets():
        for widget in top.findChildren(QWidget):
            if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                interface = QAccessible.queryAccessibleInterface(widget)
                if interface is not None and not interface.text(QAccessible.Text.Name):
                    nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
        for text in top.findChildren(QLabel):
            assert text.textFormat() == Qt.TextFormat.PlainText or text.pixmap(), text.text()
    assert [n for n in nameless if not n.startswith(("QScrollArea", "QStackedWidget", "QComboBoxListView"))] == []


def test_network_text_is_never_markup(start: Callable[..., Running]) -> None:
    from core.events import DeviceSeen
    from tests.rigs.records import device

    running = start(sample=False)
    hostile = "<img src='file:///etc/passwd'><b>Trusted</b>\n\u202egnp"
    window = running.window
    window.devices.take([DeviceSeen(device("x.local", hostile, txt=((hostile, hostile), ("k", b"\xff"))))])
    window.devices.table.select("x.local")
    shown = [x for x in window.devices.detail.findChildren(QLabel) if "Trusted</b>" in x.text()]
    assert shown
    for label in shown:
        assert label.textFormat() == Qt.TextFormat.PlainText
        assert "\n" not in label.text()
        assert "\u202e" not in label.text()
        assert "<img" not in label.toolTip()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_is_told_and_explained_in_the_persons_language(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr("gui.messages.language", lambda: language)
    monkeypatch.setattr("gui.dialogs.reasons_help.language", lambda: language)
    running = start(sample=True)
    window = running.window
    running.until(lambda: window.model.rowCount() > 10, 30)
    running.until(lambda: running.state("hvac-main.local") not in {"", "checking"}, 30)
    window.devices.table.select("hvac-main.local")
    word = {"en": "not for hvac-main", "de": "nicht für hvac-main"}[language]
    running.until(lambda: any(word in x.text() for x in window.devices.detail._findings.findChildren(QLabel)))
    area = window.devices.detail._pages.widget(0)
    running.qtbot.wait(200)  # the rows have been laid out
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())  # type: ignore[attr-defined]
    running.picture(f"findings-{language}")
    window.actions_by_key["help"].trigger()
    sheet = running.sheet(ReasonsHelp)
    assert isinstance(sheet, ReasonsHelp)
    told = sheet.text.toPlainText()
    assert all(code in told for code in REASONS)
    running.picture(f"reasons-{language}")
    sheet.search.setText("must-staple")
    assert "name-mismatch" not in sheet.text.toPlainText()
    running.press(sheet, "Close")


def test_a_certificate_shows_every_field(start: Callable[..., Running]) -> None:
    running = start(sample=True)
    window = running.window
    running.until(lambda: running.state("boiler-gw.local") == "trusted", 30)
    record = window.model.record("boiler-gw.local")
    assert record is not None
    assert record.judged is not None
    window.dialogs.show_certificate(record.judged.presented.chain[0])
    sheet = running.sheet(CertificateDialog)
    texts = {x.text() for x in sheet.findChildren(QLabel)}
    assert {"Key usage, critical", "Extended key usage", "Public-key pin", "SHA-1 fingerprint"} <= texts
    running.picture("certificate")
    running.press(sheet, "Close")
