"""The whole way of a person who never opens a terminal: from the first start to a device that is trusted, and back.

The real process on a real screen with a window manager, by keyboard and mouse; a real device beside it, with avahi and
a TLS server of its own. The pictures are in tests/output/film, in their order.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gui.theme.tokens import LIGHT, Tone
from tests.rigs.minting import mint
from tests.rigs.sandbox import tree_of
from tests.rigs.screen import Screen
from tests.rigs.workshop import Workshop

FILM = Path(__file__).resolve().parents[1] / "output" / "film"
SECRET = "correct horse battery"
STORES = ("etc/ssl/certs", "usr/local/share/ca-certificates")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    made = Screen(tmp_path / "screen")
    yield made
    made.close()


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path / "workshop")
    yield made
    made.close()


class Film:
    """The window as a person sees it, and the pictures that are taken on the way."""

    def __init__(self, screen: Screen, state: Path) -> None:
        self.screen, self._state = screen, state
        self._number = 0
        FILM.mkdir(parents=True, exist_ok=True)
        for old in FILM.glob("*.png"):
            old.unlink()

    def take(self, name: str) -> None:
        """Take the next picture."""
        self._number += 1
        time.sleep(0.6)
        image = self.screen.picture()
        assert image.save(str(FILM / f"{self._number:02}-{name}.png"))
        seen = {image.pixel(x, y) for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)}
        assert len(seen) > 25, f"{name}: nothing to be seen"

    def command(self, words: str) -> None:
        """Do something by the command palette."""
        self.screen.keys("ctrl+k")
        self.screen.window("Commands")
        self.screen.type(words)
        time.sleep(0.3)
        self.screen.keys("Return")

    def press_main_button(self, title: str) -> None:
        """Click the button at the lower right of a dialog."""
        window = self.screen.window(title)
        self.screen.click(window, -70, -40)

    def asked(self, query: str) -> list[tuple[object, ...]]:
        """Ask the history on disk, as it is while the program runs."""
        try:
            with sqlite3.connect(f"file:{self._state / 'history.sqlite'}?mode=ro", uri=True, timeout=5) as raw:
                return raw.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            if "raw" in locals():
                raw.close()

    def certificates(self) -> set[object]:
        """Return the certificates that the device was seen with."""
        return {row[0] for row in self.asked("SELECT sha256 FROM certificate WHERE device = 'dev01.local'")}

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.take("stuck")
                pytest.fail(f"{what}: not within {seconds} s")
            time.sleep(0.3)

    def banner_is(self, tone: Tone) -> bool:
        """Say whether the pane's banner has the ground of a tone."""
        window = self.screen.do("search", "--onlyvisible", "--name", "^Dotlocal$").split()[0]
        left, top, width, _ = self.screen.place(window)
        return self.screen.colour(left + width - 380, top + 140) == LIGHT.tint(tone)


def test_from_the_first_start_to_a_trusted_device_and_back(
    screen: Screen, workshop: Workshop, tmp_path: Path, qapp: QApplication
) -> None:
    state, issued = tmp_path / "state", tmp_path / "issued"
    state.mkdir()
    issued.mkdir()
    (state / "settings.toml").write_text('[network]\ninterfaces = ["lan0"]\n[appearance]\ntheme = "light"\n')
    workshop.laptop.run("update-ca-certificates")
    before = _stores(workshop)
    environment = {
        **workshop.laptop.environment(DOTLOCAL_HOME=str(state)), "DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb",
    }  # fmt: skip
    with (tmp_path / "errors").open("wb") as errors:
        program = workshop.laptop.popen(sys.executable, "-m", "gui", env=environment, stderr=errors)
    film = Film(screen, state)
    screen.window("Dotlocal")
    film.until(lambda: (state / "history.sqlite").exists(), "the history is opened")
    film.take("first-run")

    workshop.serve(
        *mint("dev01.local", names=("dev01.local",), ca=None, key_usage=None, eku=None).write(tmp_path, "own")
    )
    workshop.announce()
    film.until(lambda: len(film.certificates()) == 1, "the device is seen with its own certificate")
    film.take("devices")
    screen.keys("Down")
    film.until(lambda: film.banner_is(Tone.WARN), "the pane says that it signed itself")
    film.take("untrusted-chain")

    screen.keys("ctrl+3")
    film.take("no-authority-yet")
    film.command("create root")
    screen.window("Create your root CA")
    screen.keys("Tab", "Tab")
    screen.type(SECRET)
    screen.keys("Tab")
    screen.type(SECRET)
    film.take("create-authority")
    film.press_main_button("Create your root CA")
    screen.until_gone("Create your root CA")
    film.take("authority")

    screen.keys("ctrl+1")
    screen.keys("ctrl+i")
    screen.window("Issue a certificate")
    screen.keys("Tab", "Tab", "Tab", "Tab")
    screen.type(SECRET)
    film.take("issue")
    film.press_main_button("Issue a certificate")
    screen.window("Where to save the files")
    screen.type(str(issued))
    film.take("where-to-save")
    screen.keys("Return")
    film.until(lambda: (issued / "dev01/dev01.crt.pem").exists(), "the files are written")
    film.take("issued")
    screen.keys("Escape")
    screen.until_gone("Issue a certificate")

    workshop.serve(issued / "dev01/dev01.crt.pem", issued / "dev01/dev01.key.pem")  # loaded into the device
    screen.window("Dotlocal")
    screen.keys("F5")
    film.until(lambda: len(film.certificates()) == 2, "the device is seen with the certificate that was issued")
    film.until(lambda: film.banner_is(Tone.WARN), "the pane says that the root is missing, and raises no alarm")
    film.take("sound-but-not-trusted-here")

    film.command("install root")
    screen.window("Install the root on this computer")
    time.sleep(1.5)
    film.take("install-plan")
    film.press_main_button("Install the root on this computer")
    film.until(lambda: _stores(workshop) != before, "the root is in the system's store")
    time.sleep(2)
    film.take("installed")
    screen.keys("Escape")
    screen.until_gone("Install the root on this computer")
    screen.window("Dotlocal")
    screen.keys("F5")
    film.until(lambda: film.banner_is(Tone.OK), "the pane says that it is trusted", 60)
    film.take("trusted-chain")
    screen.keys("ctrl+2")
    time.sleep(4)
    film.take("trust-page")

    film.command("remove root")
    screen.window("Remove the root from this computer")
    time.sleep(1.5)
    film.take("remove-plan")
    film.press_main_button("Remove the root from this computer")
    film.until(lambda: _stores(workshop) == before, "the system's store is as it was", 60)
    time.sleep(1.5)
    film.take("removed")
    screen.keys("Escape")
    screen.until_gone("Remove the root from this computer")
    screen.window("Dotlocal")
    screen.keys("ctrl+1", "F5")
    film.until(lambda: not film.banner_is(Tone.OK), "the pane says that it is not trusted any more", 60)
    film.take("not-trusted-any-more")
    screen.keys("ctrl+4")
    film.take("alerts")
    screen.keys("ctrl+q")
    assert program.wait(30) == 0
    assert b"Traceback" not in (tmp_path / "errors").read_bytes()
    assert len(list(FILM.glob("*.png"))) >= 17


def _stores(workshop: Workshop) -> dict[str, bytes | str]:
    """Return the system store's files; Java's keystore, which the system writes anew each time, is left out."""
    copies = workshop.folder / "laptop/copies"
    files = tree_of(*(copies / folder for folder in STORES))
    return {name: content for name, content in files.items() if not name.endswith("java/cacerts")}
