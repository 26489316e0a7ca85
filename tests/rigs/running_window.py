"""A window with its engine on, and the hands that press its buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.contents import Contents
from gui.theme.look import Look

PICTURES = Path(__file__).resolve().parents[1] / "output" / "pictures"


@dataclass
class Running:
    """A window with its engine on."""

    window: Contents
    bridge: Bridge
    look: Look
    qtbot: QtBot

    def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        self.qtbot.waitUntil(condition, timeout=int(seconds * 1000))

    def state(self, host: str) -> str:
        record = self.window.model.record(host)
        return record.state.key if record else ""

    def sheet(self, kind: type[QWidget]) -> QWidget:
        self.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
        found = QApplication.activeModalWidget()
        assert found is not None
        return found

    def press(self, parent: QWidget, text: str) -> None:
        buttons = [b for b in parent.findChildren(QPushButton) if b.text() == text and b.isVisible() and b.isEnabled()]
        assert buttons, f"no button {text!r}"
        self.qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)

    def picture(self, name: str) -> None:
        """Take a picture of the window with the sheet over it, in light and in dark."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for theme in ("light", "dark"):
            self.look.set_theme(theme)
            self.qtbot.wait(60)
            image: QPixmap = self.window.window.grab()
            sheet = QApplication.activeModalWidget()
            if sheet is not None:
                with QPainter(image) as painter:
                    painter.drawPixmap(self.window.window.mapFromGlobal(sheet.pos()) + QPoint(0, 0), sheet.grab())
            assert image.save(str(PICTURES / f"{name}-{theme}.png"))
            assert colours_in(image) > 20
        self.look.set_theme("light")


def colours_in(image: QPixmap) -> int:
    small = image.toImage().scaled(160, 100)
    return len({small.pixel(x, y) for x in range(small.width()) for y in range(small.height())})
