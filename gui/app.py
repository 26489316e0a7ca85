"""Put the window together and run it; the engine starts after the first paint."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.clock import utc_now
from core.errors import DotlocalError
from core.paths import state_folder
from core.settings import AppearanceSettings, load
from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.theme.fonts import load_fonts
from gui.theme.look import THEMES, Look

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


def appearance() -> AppearanceSettings:
    """Return how the window shall look; settings that cannot be read are told by the engine, not here."""
    try:
        return load(state_folder()).appearance
    except DotlocalError:
        return AppearanceSettings()


def main(argv: list[str], clock: Callable[[], datetime] = utc_now) -> int:
    """Run the window: `--demo` on the sample floor, `--theme light|dark`, `--self-test` to start and end at once."""
    application = make_application(argv[:1])
    if pair_loses_references():
        sys.stderr.write(
            "This PySide6 cannot run on this Python: it would abort. Install pyside6-essentials==6.11.3.\n"
        )
        sys.stderr.flush()
        os._exit(3)  # an ordinary exit aborts in the final collection
    theme = appearance().theme
    if "--theme" in argv:
        theme = argv[argv.index("--theme") + 1 :][0] if argv[argv.index("--theme") + 1 :] else theme
    look = Look(application, theme if theme in THEMES else "system")
    bridge = Bridge(application, sample="--demo" in argv)
    window = MainWindow(look, bridge, clock)
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


def _start_engine(bridge: Bridge) -> None:
    """Start the engine; with DOTLOCAL_TRACE_START say so, so that a test can see what was imported before."""
    if "DOTLOCAL_TRACE_START" in os.environ:
        sys.stderr.write("dotlocal: window painted\n")
        sys.stderr.flush()
    bridge.start()
