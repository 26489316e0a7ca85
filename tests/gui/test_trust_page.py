"""The Trust page on the running demo: every kind of row, undo by its button, a phone served and seen to trust."""

import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from core.trust.store import Root
from gui.dialogs.change_trust import ChangeTrustDialog
from gui.dialogs.share_root import ShareRootDialog
from gui.widgets.qr_code import QrCode
from gui.widgets.store_row import StoreRow
from tests.core.trust.test_nss_store import firefox_store
from tests.rigs.running_window import Running

pytestmark = pytest.mark.timeout(180)


def shows(widget: object, text: str) -> bool:
    labels = widget.findChildren(QLabel)  # type: ignore[attr-defined]
    return any(text in x.text() and not x.visibleRegion().isEmpty() for x in labels)


def row(running: Running, store: str) -> StoreRow:
    return next(r for r in running.window.trust.findChildren(StoreRow) if r.id == store)


def open_trust(start: Callable[..., Running]) -> Running:
    running = start(sample=True)
    running.until(lambda: running.state("boiler-gw.local") == "trusted", 30)
    running.window.go("trust")
    running.until(lambda: len(running.window.trust.states()) >= 3 and shows(row(running, "os"), "Just now"), 30)
    return running


def test_undo_by_its_button_puts_back_what_was_before_the_run(start: Callable[..., Running]) -> None:
    running = open_trust(start)
    running.press(running.window.trust, "Undo…")
    sheet = running.sheet(ChangeTrustDialog)
    running.until(lambda: any(b.text() == "Put back" and b.isEnabled() for b in sheet.findChildren(QPushButton)))
    running.picture("undo-plan")
    running.press(sheet, "Put back")
    running.until(lambda: shows(sheet, "Put back, and read back"))
    running.press(sheet, "Close")
    running.until(lambda: all(s.installed is False for s in running.window.trust.states()))
    undo = next(b for b in running.window.trust.findChildren(QPushButton) if b.text() == "Undo…")
    running.until(lambda: not undo.isEnabled())


def test_a_store_that_keeps_the_root_without_trust_is_named_above_the_rows_and_repaired(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    running = open_trust(start)
    page = running.window.trust
    assert page._view is not None
    place = Path(next(s.location for s in page.states() if s.id.startswith("firefox:")))
    root = Root.from_bytes(page._view.root.der, "sample")
    firefox_store(place).remove(root)
    (tmp_path / "root.pem").write_bytes(root.pem)
    command = ["certutil", "-A", "-d", f"sql:{place}", "-t", ",C,", "-n", "mail", "-i", str(tmp_path / "root.pem")]
    subprocess.run(command, check=True)
    page.refresh()
    running.until(lambda: shows(page, "Firefox, workshop has the root but doesn't accept it for sites"))
    running.picture("trust-not-for-sites")
    next(b for b in page._worst.findChildren(QPushButton)).click()
    sheet = running.sheet(ChangeTrustDialog)
    running.until(lambda: any(b.text() == "Install" and b.isEnabled() for b in sheet.findChildren(QPushButton)))
    running.press(sheet, "Install")
    running.until(lambda: shows(sheet, "read back"))
    running.press(sheet, "Close")
    running.until(lambda: not page._worst.isVisible() and all(s.trusted for s in page.states()))


def test_programs_with_rules_of_their_own_show_a_line_that_is_copied_and_never_run(
    start: Callable[..., Running],
) -> None:
    running = open_trust(start)
    running.until(lambda: shows(running.window.trust, "Programs with rules of their own"))
    running.picture("trust-tools")
    copied: list[str] = []
    running.window.trust.copied.connect(copied.append)
    from gui.widgets.tools_card import ToolsCard

    card = running.window.trust.findChild(ToolsCard)
    from gui.widgets.controls import IconButton

    buttons = card.findChildren(IconButton)
    assert buttons
    buttons[0].click()
    assert copied


def test_a_phone_is_served_only_after_the_button_and_seen_when_it_checks(start: Callable[..., Running]) -> None:
    running = open_trust(start)
    running.press(running.window.trust, "Share…")
    sheet = running.sheet(ShareRootDialog)
    assert not sheet.findChildren(QrCode)
    running.press(sheet, "Start sharing")
    running.until(lambda: bool(sheet.findChildren(QrCode)), 30)
    url = sheet.findChildren(QrCode)[0].accessibleName()
    running.picture("share-root")
    with urllib.request.urlopen(url, timeout=10) as page:
        assert b"Compare this fingerprint" in page.read()
    running.press(sheet, "Stop sharing")
    running.until(lambda: not _answers(url), 20)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except OSError:
        return False
    return True
