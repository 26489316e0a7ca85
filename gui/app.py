"""Put the window together and run it; the engine starts after the first paint."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.clock import utc_now
from core.errors import DotlocalError
from core.paths import state_folder
from core.settings import Settings, load
from gui.bridge import Bridge
from gui.crash import CrashWatch
from gui.i18n import LOCALE, use_language
from gui.main_window import MainWindow
from gui.theme.fonts import load_fonts, use_system_font
from gui.theme.look import THEMES, Look
from gui.window_memory import WindowMemory

_PROBE_EMITS, _MOST_LOST = 50, 25


class _Probe(QObject):
    emitted = Signal(int)


class FirstPaint(QObject):
    """Calls once, after the window was painted for the first time."""

    def __init__(self, window: MainWindow, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._then: Callable[[], None] | None = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._then is not None:
            QTimer.singleShot(0, self._then)
            self._then = None
            watched.removeEventFilter(self)
        return False


def pair_loses_references() -> bool:
    """Say whether this PySide6 loses references to True on this Python: 6.12.0 does, and aborts CPython 3.11."""
    probe = _Probe()
    before = sys.getrefcount(True)
    for number in range(_PROBE_EMITS):
        probe.emitted.emit(number)
    return before - sys.getrefcount(True) > _MOST_LOST


def make_application(arguments: list[str]) -> QApplication:
    """Return the application, in the style that looks the same everywhere."""
    # The engine's thread hands the interpreter over five times as often as usual: a waiting paint is never far off.
    sys.setswitchinterval(0.001)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(arguments)
    application.setApplicationName("Dotlocal")
    application.setDesktopFileName("dotlocal")
    application.setStyle("Fusion")
    load_fonts()
    return application


def own_settings() -> Settings:
    """Return the settings; those that cannot be read are told by the engine, not here."""
    try:
        return load(state_folder())
    except DotlocalError:
        return Settings()


def main(argv: list[str], clock: Callable[[], datetime] = utc_now) -> int:
    """Run the window: `--demo` on the sample floor, `--theme` and `--language` as in the settings.

    `--self-test` starts and ends at once.
    """
    application = make_application(argv[:1])
    if pair_loses_references():
        sys.stderr.write(
            "This PySide6 cannot run on this Python: it would abort. Install pyside6-essentials==6.11.3.\n"
        )
        sys.stderr.flush()
        os._exit(3)  # an ordinary exit aborts in the final collection
    settings = own_settings()
    sample = "--demo" in argv
    theme = _after(argv, "--theme") or settings.appearance.theme
    settings = replace(settings, appearance=replace(settings.appearance, theme=theme if theme in THEMES else "system"))
    use_language(_after(argv, "--language") or settings.appearance.language)
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft if LOCALE.rtl else Qt.LayoutDirection.LeftToRight)
    if settings.appearance.system_font:
        use_system_font()
    look = Look(application, settings.appearance.theme)
    bridge = Bridge(application, sample=sample)
    window = MainWindow(look, bridge, clock, settings, WindowMemory(None if sample else state_folder()))
    crashes = CrashWatch(application)
    crashes.watch(window.dialogs.show_crash)
    starter = FirstPaint(window, lambda: _start_engine(bridge))
    if "--self-test" in argv:
        bridge.ready.connect(window.close)
    stopped_well: list[bool] = []
    window.closing.connect(lambda: stopped_well.append(bridge.stop()))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    listening = QTimer(application)  # lets Python see a signal while Qt waits
    listening.timeout.connect(lambda: None)
    listening.start(300)
    window.show()
    code = application.exec()
    del starter
    return code if all(stopped_well) else 1


def _after(argv: list[str], option: str) -> str:
    """Return the word after an option; "" where there is none."""
    return "".join(argv[argv.index(option) + 1 :][:1]) if option in argv else ""


def _start_engine(bridge: Bridge) -> None:
    """Start the engine; with DOTLOCAL_TRACE_START say so, so that a test can see what was imported before."""
    if "DOTLOCAL_TRACE_START" in os.environ:
        sys.stderr.write("dotlocal: window painted\n")
        sys.stderr.flush()
    bridge.start()
