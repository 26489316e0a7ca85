"""What others change while the window runs: an administrator's policy, and the program's own files in an upgrade."""

import os
import sys

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from core import policy_places
from core.paths import is_frozen

LOOK_EVERY_MS, SETTLED_AFTER_MS = 60_000, 2_000
_NOT_AFTER_A_CRASH, _NOR_A_HANG, _NOR_A_REBOOT = 1, 2, 8  # RESTART_NO_CRASH, _NO_HANG, _NO_REBOOT of winbase.h


class Outside(QObject):
    """Looks each minute; tells of a new policy once it is written whole, and of another program until that is ended."""

    policy_changed = Signal()
    program_replaced = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._policy, self._program = policy_places.stamp(), program_stamp()
        come_back_after_an_update()
        timer = QTimer(self)
        timer.timeout.connect(self.look)
        timer.start(LOOK_EVERY_MS)

    def look(self) -> None:
        """Look whether anything is other than it was."""
        now = policy_places.stamp()
        if now != self._policy:
            QTimer.singleShot(SETTLED_AFTER_MS, self, lambda: self._look_again(now))
        if self.is_replaced():
            self.program_replaced.emit(program_stamp())

    def is_replaced(self) -> bool:
        """Say whether the installed program is another one than at the start; while it is gone, it is not."""
        return program_stamp() not in {"", self._program}

    def _look_again(self, was: str) -> None:
        """Tell of a policy that nobody is writing any more: half of one could be read as if the rest were allowed."""
        now = policy_places.stamp()
        if now != was:
            QTimer.singleShot(SETTLED_AFTER_MS, self, lambda: self._look_again(now))
        elif now != self._policy:
            self._policy = now
            self.policy_changed.emit()


def program_stamp() -> str:
    """Return what tells one build of the installed program from another; "" where it is none, or is gone."""
    if not is_frozen():
        return ""
    try:
        facts = os.stat(sys.executable)  # noqa: PTH116  as policy_places: nothing more is loaded at a start
    except OSError:
        return ""
    return f"{facts.st_ino}.{facts.st_mtime_ns}.{facts.st_size}"


def come_back_after_an_update() -> None:
    """Let Windows start the window again where an installer had to close it; not after a crash or a restart."""
    if sys.platform == "win32" and is_frozen():
        import ctypes
        from subprocess import list2cmdline

        unless = _NOT_AFTER_A_CRASH | _NOR_A_HANG | _NOR_A_REBOOT
        ctypes.windll.kernel32.RegisterApplicationRestart(list2cmdline(sys.argv[1:]), unless)


def start_again(arguments: list[str]) -> bool:
    """Start the installed program as one of its own, beside this one; say whether it could be."""
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYINSTALLER_RESET_ENVIRONMENT", "1")  # else it takes itself for a child of this one
    process = QProcess()
    process.setProgram(sys.executable)
    process.setArguments(arguments)
    process.setProcessEnvironment(environment)
    return bool(process.startDetached())
