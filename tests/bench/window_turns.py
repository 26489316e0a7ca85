"""Measure the longest turn of the window while the demo runs: a timer wants to fire each 5 ms, its worst gap is told.

python -m tests.bench.window_turns [--idle] [SECONDS]      --idle: an empty Qt window, as the rival in the same run
"""

import json
import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from core.clock import utc_now
from gui.app import make_application
from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.theme.look import Look

TICK_MS = 5


def main(*, idle: bool, seconds: float) -> None:
    application = make_application(["bench"])
    look = Look(application, "light")
    bridge = Bridge(application, sample=True)
    window: QWidget = QWidget() if idle else MainWindow(look, bridge, utc_now)
    window.show()
    gaps: list[float] = []
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now

    timer = QTimer()
    timer.setInterval(TICK_MS)
    timer.timeout.connect(beat)
    if isinstance(window, MainWindow):
        QTimer.singleShot(0, bridge.start)
        shown = window
        QTimer.singleShot(int(seconds * 600), lambda: shown.devices.table.select("boiler-gw.local"))
        QTimer.singleShot(int(seconds * 750), lambda: shown.go("trust"))
        QTimer.singleShot(int(seconds * 900), lambda: shown.go("authority"))
    QTimer.singleShot(200, timer.start)  # the window has painted; from here on nothing may block it
    QTimer.singleShot(int(seconds * 1000), timer.stop)
    QTimer.singleShot(int(seconds * 1000) + 50, application.quit)
    application.exec()
    if not idle:
        bridge.stop()
    gaps.sort(reverse=True)
    sys.stdout.write(json.dumps({"longest_ms": [round(gap * 1000, 1) for gap in gaps[1:6]], "turns": len(gaps)}) + "\n")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--idle"]
    main(idle="--idle" in sys.argv, seconds=float(words[0]) if words else 10.0)
