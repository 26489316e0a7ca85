"""Measure the longest turn of the window while the demo runs: a timer wants to fire each 5 ms.

Told are the worst gaps between two firings (`longest_ms`, which other programs lengthen too) and the most processor
time that the window's own thread took between two firings (`longest_cpu_ms`, which they do not).

python -m tests.bench.window_turns [--plain] [SECONDS]      --plain: a window of Qt's own parts, the rival
"""

import json
import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer

from core.clock import utc_now
from gui.app import make_application
from gui.bridge import Bridge
from gui.contents import Contents
from gui.main_window import MainWindow
from gui.theme.look import Look
from gui.window_memory import WindowMemory
from tests.bench.plain_window import PlainWindow

TICK_MS = 5


def main(*, plain: bool, seconds: float) -> None:
    application = make_application(["bench"])
    look = Look(application, "light")
    bridge = Bridge(application, sample=True)
    window = PlainWindow() if plain else MainWindow(look, WindowMemory(), sample=True)
    if isinstance(window, PlainWindow):
        begin, choose, turn_to = window.begin, window.choose, window.turn_to
    else:
        contents = Contents.at_once(window, look, bridge, utc_now)
        begin, turn_to = bridge.start, contents.go

        def choose() -> None:
            contents.devices.table.select("boiler-gw.local")

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
    QTimer.singleShot(0, begin)
    QTimer.singleShot(int(seconds * 600), choose)
    QTimer.singleShot(int(seconds * 750), lambda: turn_to("trust"))
    QTimer.singleShot(int(seconds * 900), lambda: turn_to("authority"))
    QTimer.singleShot(200, timer.start)  # the window has painted; from here on nothing may block it
    QTimer.singleShot(int(seconds * 1000), timer.stop)
    QTimer.singleShot(int(seconds * 1000) + 50, application.quit)
    application.exec()
    if not plain:
        bridge.stop()
    told = {"longest_ms": worst(gaps[1:]), "longest_cpu_ms": worst(costs[1:]), "turns": len(gaps)}
    sys.stdout.write(json.dumps(told) + "\n")


def worst(figures: list[float]) -> list[float]:
    """Return the five largest, in milliseconds."""
    return [round(figure * 1000, 1) for figure in sorted(figures, reverse=True)[:5]]


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--plain"]
    main(plain="--plain" in sys.argv, seconds=float(words[0]) if words else 10.0)
