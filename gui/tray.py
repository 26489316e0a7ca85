"""The icon in the tray, where there is one: what is new, and the way back to the window."""

import sys

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from gui.i18n import tr
from gui.theme.mark import mark_icon
from gui.widgets.menus import Menu
from gui.widgets.text import tray_tip, without_markup

MESSAGE_MS = 8000


class Tray(QObject):
    """Shows an icon and messages; does nothing where the desktop has no tray."""

    open_wanted = Signal()
    pause_wanted = Signal()
    quit_wanted = Signal()
    message_opened = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        self._kept = False

    @property
    def is_shown(self) -> bool:
        """Say whether there is an icon that leads back to the window."""
        return self._kept and self._icon is not None and QSystemTrayIcon.isSystemTrayAvailable()

    def set_kept(self, *, kept: bool) -> None:
        """Keep an icon in the tray, or none."""
        self._kept = kept and QSystemTrayIcon.isSystemTrayAvailable()
        if self._kept:
            self._made().show()
        elif self._icon is not None:
            self._icon.hide()

    def say(self, title: str, text: str) -> None:
        """Show a message on the desktop; some desktops read markup in it, so there is none."""
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return
        icon = self._made()
        icon.show()
        icon.showMessage(without_markup(title, 80), without_markup(text, 200), mark_icon(), MESSAGE_MS)
        QTimer.singleShot(MESSAGE_MS, self, self._hide_unless_kept)

    def _hide_unless_kept(self) -> None:
        """Take the icon away again that only carried a message."""
        if not self._kept and self._icon is not None:
            self._icon.hide()

    def set_status(self, text: str) -> None:
        """Say what the network side does, in the tooltip."""
        if self._icon is not None:
            tray_tip(self._icon, f"Dotlocal: {text}")

    def _made(self) -> QSystemTrayIcon:
        if self._icon is None:
            self._icon = QSystemTrayIcon(mark_icon(), self)
            self._menu = Menu(self._window)
            self._menu.offer(tr("Open Dotlocal"), self.open_wanted.emit)
            self._menu.offer(tr("Pause the list, or go on"), self.pause_wanted.emit)
            self._menu.offer(tr("Quit"), self.quit_wanted.emit)
            self._icon.setContextMenu(self._menu)
            if sys.platform != "darwin":  # there opening the menu counts as a click on the icon
                self._icon.activated.connect(self._activated)
            self._icon.messageClicked.connect(self.message_opened)
        return self._icon

    def _activated(self, why: QSystemTrayIcon.ActivationReason) -> None:
        if why in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}:
            self.open_wanted.emit()
