"""Put the window together and run it; the engine starts after the first paint."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.paths import state_folder
from gui.appearance import appearance_now, own_settings
from gui.i18n import LOCALE, use_language
from gui.main_window import MainWindow
from gui.theme.fonts import load_fonts, use_system_font
from gui.theme.look import THEMES, Look
from gui.window_memory import WindowMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

_PROBE_EMITS, _MOST_LOST = 50, 25
_LOADED_FIRST = (
    "core.events", "gui.widgets.controls", "gui.models.device_model", "gui.pages.device_detail", "gui.pages.devices",
    "gui.pages.trust", "gui.pages.authority", "gui.pages.alerts", "gui.pages.health", "gui.pages.settings",
    "gui.contents",
)  # fmt: skip
"""What takes longest to load, in pieces that each fit into a turn."""


class _Probe(QObject):
    emitted = Signal(int)


class Application(QApplication):
    """Says when it is asked to end, by Cmd+Q, the Dock or a log-out, and when a window did not let it."""

    ends = Signal(bool)

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Quit:
            return super().event(event)
        self.ends.emit(True)
        taken = super().event(event)
        if not event.isAccepted():
            self.ends.emit(False)
        return taken


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


def make_application(arguments: list[str]) -> Application:
    """Return the application, in the style that looks the same everywhere."""
    # The engine's thread hands the interpreter over five times as often as usual: a waiting paint is never far off.
    sys.setswitchinterval(0.001)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    # As an argument, since the style as an object of Python takes as long as an eighth of what is ours in this start.
    application = Application([*arguments, "-style", "fusion"])
    application.setApplicationName("Dotlocal")
    application.setDesktopFileName("io.github.dotlocal.Dotlocal")
    load_fonts()
    return application


def main(argv: list[str], clock: Callable[[], datetime] | None = None) -> int:
    """Run the window: `--demo` on the sample floor, `--theme` and `--language` as in the settings.

    `--self-test` starts and ends at once, with exit code 1 where the engine did not start.
    """
    application = make_application(argv[:1])
    if pair_loses_references():
        _tell("This PySide6 cannot run on this Python: it would abort. Install pyside6-essentials==6.11.3.")
        os._exit(3)  # an ordinary exit aborts in the final collection
    sample, folder = "--demo" in argv, state_folder()
    if sys.stderr is None and not sample:
        _keep_a_log(folder)
    looks = appearance_now(folder, WindowMemory(folder))
    use_language(_after(argv, "--language") or looks.language)
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft if LOCALE.rtl else Qt.LayoutDirection.LeftToRight)
    if looks.system_font:
        use_system_font()
    theme = _after(argv, "--theme") or looks.theme
    look = Look(application, theme if theme in THEMES else "system")
    window = MainWindow(look, WindowMemory(None if sample else folder), sample=sample)
    window.closing.connect(application.quit, Qt.ConnectionType.QueuedConnection)  # also where it was hidden before
    application.ends.connect(window.set_ending)
    application.aboutToQuit.connect(window.ending)
    if sys.platform == "darwin":  # a click in the Dock shows no window by itself
        application.applicationStateChanged.connect(window.come_back)
    ended_well: list[bool] = []
    starter = FirstPaint(window, lambda: _furnish(window, look, clock, argv, ended_well))
    window.show()
    code = application.exec()
    del starter
    return code if all(ended_well) else 1


def _tell(text: str) -> None:
    """Say something on stderr, where there is one: a windowed program on Windows has none."""
    if sys.stderr is None:
        logging.getLogger(__name__).warning("%s", text)
        return
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _keep_a_log(folder: Path) -> None:
    """Write warnings into a file where there is nobody to tell: a windowed program on Windows has no stderr."""
    from core.log import configure

    with suppress(OSError):  # a log that cannot be written stops no window
        configure(file=folder / "dotlocal.log")


def _after(argv: list[str], option: str) -> str:
    """Return the word after an option; "" where there is none."""
    return "".join(argv[argv.index(option) + 1 :][:1]) if option in argv else ""


def _furnish(
    window: MainWindow, look: Look, clock: Callable[[], datetime] | None, argv: list[str], ended_well: list[bool]
) -> None:
    """Fill the window once its frame is painted, then start the engine.

    With DOTLOCAL_TRACE_START it is said on stderr, so that a test can see what was imported before.
    """
    if "DOTLOCAL_TRACE_START" in os.environ:
        _tell("dotlocal: window painted")
    _advance(window, _turns(window, look, clock, argv, ended_well))


def _advance(window: MainWindow, turns: Iterator[None]) -> None:
    """Do one piece, and the next in the next turn: the window answers in between."""
    if next(turns, turns) is not turns:
        QTimer.singleShot(0, window, lambda: _advance(window, turns))


def _turns(
    window: MainWindow, look: Look, clock: Callable[[], datetime] | None, argv: list[str], ended_well: list[bool]
) -> Iterator[None]:
    """Load, make and start everything, one piece a turn."""
    import gc
    from importlib import import_module

    for name in _LOADED_FIRST:
        import_module(name)
        yield
    from core.clock import utc_now
    from gui.bridge import Bridge
    from gui.contents import Contents
    from gui.crash import CrashWatch
    from gui.theme.mark import mark_icon

    window.setWindowIcon(mark_icon())
    bridge = Bridge(window, sample="--demo" in argv)
    window.closing.connect(lambda: ended_well.append(bridge.stop()))
    window.ending.connect(lambda: ended_well.append(bridge.stop()))  # a hidden window is not closed before
    if "--self-test" in argv:
        bridge.ready.connect(window.close)
        bridge.failed.connect(lambda problem: _fail_self_test(window, str(problem), ended_well))
    contents = Contents(window, look, bridge, clock or utc_now, own_settings(state_folder()))
    yield from contents.turns()
    crashes = CrashWatch(window)
    crashes.watch(contents.dialogs.show_crash)
    contents.dialogs.crash_read.connect(crashes.again)
    _close_on_signals(window)
    gc.freeze()  # what was made until now stays until the end
    gc.enable()
    bridge.start()


def _fail_self_test(window: MainWindow, why: str, ended_well: list[bool]) -> None:
    """End with exit code 1: a self-test waits for nobody."""
    _tell(f"dotlocal: the engine did not start: {why}")
    ended_well.append(False)
    window.close()


def _close_on_signals(window: MainWindow) -> None:
    """Let an interrupt or a request to end close the window as a person would."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    listening = QTimer(window)  # lets Python see a signal while Qt waits
    listening.timeout.connect(lambda: None)
    listening.start(300)
