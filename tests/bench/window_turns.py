"""Measure the longest turn of the window while the demo runs: a timer wants to fire each 5 ms.

Told are the worst gaps between two firings (`longest_ms`, which other programs lengthen too) and the most processor
time that the window's own thread took between two firings (`longest_cpu_ms`, which they do not).

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
from gui.contents import Contents
from gui.main_window import MainWindow
from gui.theme.look import Look
from gui.window_memory import WindowMemory

TICK_MS = 5


def main(*, idle: bool, seconds: float) -> None:
    application = make_application(["bench"])
    look = Look(application, "light")
    bridge = Bridge(application, sample=True)
    window: QWidget = QWidget() if idle else MainWindow(look, WindowMemory(), sample=True)
    shown = Contents.at_once(window, look, bridge, utc_now) if isinstance(window, MainWindow) else None
    window.show()
    gaps: list[float] = []
    costs: list[float] = []
    last = [time.perf_counter(), time.thread_time()]

    def beat() -> None:
        now, spent = time.perf_counter(), time.thread_time()
        gaps.append(now - last[0])
        costs.append(spent - last[1])
        last[:] = now, spent

    timer = QTimer()
    timer.setInterval(TICK_MS)
    timer.timeout.connect(beat)
    if shown is not None:
        QTimer.singleShot(0, bridge.start)
        QTimer.singleShot(int(seconds * 600), lambda: shown.devices.table.select("boiler-gw.local"))
        QTimer.singleShot(int(seconds * 750), lambda: shown.go("trust"))
        QTimer.singleShot(int(seconds * 900), lambda: shown.go("authority"))
    QTimer.singleShot(200, timer.start)  # the window has painted; from here on nothing may block it
    QTimer.singleShot(int(seconds * 1000), timer.stop)
    QTimer.singleShot(int(seconds * 1000) + 50, application.quit)
    application.exec()
    if not idle:
        bridge.stop()
    told = {"longest_ms": worst(gaps[1:]), "longest_cpu_ms": worst(costs[1:]), "turns": len(gaps)}
    sys.stdout.write(json.dumps(told) + "\n")


def worst(figures: list[float]) -> list[float]:
    """Return the five largest, in milliseconds."""
    return [round(figure * 1000, 1) for figure in sorted(figures, reverse=True)[:5]]


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--idle"]
    main(idle="--idle" in sys.argv, seconds=float(words[0]) if words else 10.0)
