"""A screen of its own for a real window: Xvfb with a window manager, a keyboard and a mouse, and pictures of it."""

import os
import re
import struct
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

SIZE = (1500, 950)
_XWD_HEADER = struct.Struct(">25I")


class Screen:
    """One X server; `environment` leads a process to it."""

    def __init__(self, folder: Path) -> None:
        self._frame = folder / "frame"
        self._frame.mkdir(parents=True)
        read, write = os.pipe()
        screen = f"{SIZE[0]}x{SIZE[1]}x24"
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp", "-fbdir", str(self._frame)],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as stream:
            self.display = ":" + stream.readline().strip()
        self._manager = subprocess.Popen(
            ["openbox"], env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def environment(self) -> dict[str, str]:
        """Return what a process needs to open windows here."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
        return {**kept, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def close(self) -> None:
        """End window manager and server."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)

    def do(self, *arguments: str, seconds: float = 60) -> str:
        """Run xdotool and return what it says."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert done.returncode == 0, f"xdotool {arguments}: {done.stderr}"
        return done.stdout.strip()

    def window(self, title: str, seconds: float = 60) -> str:
        """Wait for a window by its whole title; bring it to the front and return it."""
        search = ("search", "--sync", "--onlyvisible", "--name", f"^{re.escape(title)}$")
        found = self.do(*search, seconds=seconds).split()[0]
        self.do("windowactivate", "--sync", found)
        return found

    def has(self, title: str) -> bool:
        """Say whether a window with this title is to be seen."""
        command = ["xdotool", "search", "--onlyvisible", "--name", f"^{re.escape(title)}$"]
        return subprocess.run(command, env=self.environment(), capture_output=True, check=False).returncode == 0

    def until_gone(self, title: str, seconds: float = 20) -> None:
        """Wait until no window has this title."""
        deadline = time.monotonic() + seconds
        while self.has(title):
            assert time.monotonic() < deadline, f"{title!r} is still there"
            time.sleep(0.2)

    def keys(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.do("key", key)
            time.sleep(0.15)

    def type(self, text: str) -> None:
        """Type a text."""
        self.do("type", "--delay", "15", text)

    def place(self, window: str) -> tuple[int, int, int, int]:
        """Return left, top, width and height of a window on the screen."""
        values = dict(line.split("=", 1) for line in self.do("getwindowgeometry", "--shell", window).splitlines())
        return int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])

    def click(self, window: str, x: int, y: int) -> None:
        """Click in a window; negative figures count from its right and lower edge."""
        left, top, width, height = self.place(window)
        at = (left + (x if x >= 0 else width + x), top + (y if y >= 0 else height + y))
        self.do("mousemove", str(at[0]), str(at[1]), "click", "1")

    def picture(self) -> QImage:
        """Return the screen as it is."""
        content = (self._frame / "Xvfb_screen0").read_bytes()
        header = _XWD_HEADER.unpack_from(content)
        size, width, height, line, colours = header[0], header[4], header[5], header[12], header[19]
        start = size + colours * 12
        image = QImage(content[start : start + line * height], width, height, line, QImage.Format.Format_RGB32)
        return image.copy()

    def settled_picture(
        self, colours: Iterable[str], seconds: float, *, rests: float = 5, left_out: int = 300
    ) -> QImage:
        """Return the first picture that has all these colours and then rests; the last one where none ever does.

        What is left of `left_out` may go on changing: the window's rail counts packets.
        """
        wanted = {QColor(colour).rgb() for colour in colours}
        self.do("mousemove", "1", str(SIZE[1] - 2))  # nothing is under the pointer there
        deadline = time.monotonic() + seconds
        held, since = self.picture(), time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(0.5)
            now = self.picture()
            part = QRect(left_out, 0, now.width() - left_out, now.height())
            if now.copy(part) != held.copy(part):
                held, since = now, time.monotonic()
            elif time.monotonic() - since >= rests and wanted <= colours_of(held):
                return held
        return held

    def colour(self, x: int, y: int) -> str:
        """Return the colour of one point of the screen."""
        return QColor(self.picture().pixel(x, y)).name().upper()


def colours_of(picture: QImage) -> set[int]:
    """Return the colours of every second line."""
    return {picture.pixel(x, y) for x in range(picture.width()) for y in range(0, picture.height(), 2)}
