"""The bundle: built by PyInstaller, started offscreen, holding no key and no developer's package."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from gui.theme.tokens import DARK, LIGHT, Colours, Tone
from tests.core.discovery.test_beyond import ZONE
from tests.rigs.dns_server import DnsServer
from tests.rigs.screen import Screen, colours_of

PICTURES = Path(__file__).resolve().parents[1] / "output" / "pictures"
SYSTEMS = re.compile(
    r"lib(c|m|dl|pthread|rt|util|resolv)\.so\.\d|ld-linux-x86-64\.so\.2|lib(GL|EGL|xcb|GLX|OpenGL)\.so\.\d"
    r"|libwayland-(client|cursor|egl)\.so\.\d|libdrm\.so\.2|libpython3\.so"
)
"""glibc, and the drivers' side of graphics, which the packages name as needed or recommended."""
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "settings.toml").write_text('[network]\ninterfaces = ["lo"]\n')
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "TMPDIR"}}
    return {**kept, "HOME": str(tmp_path), "DOTLOCAL_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}


def test_the_window_starts_and_ends(linux_bundle: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [str(linux_bundle / "dotlocal-gui"), "--self-test"],
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_a_self_test_that_fails_says_so(linux_bundle: Path, environment: dict[str, str]) -> None:
    Path(environment["DOTLOCAL_HOME"], "settings.toml").write_text("[network\n")
    done = subprocess.run(
        [str(linux_bundle / "dotlocal-gui"), "--self-test"], env=environment, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "settings.toml" in done.stderr


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_the_window_shows_the_sample_devices(
    theme: str, colours: Colours, linux_bundle: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    wanted = {colours.tone(tone) for tone in (Tone.OK, Tone.WARN, Tone.BAD)}
    screen = Screen(tmp_path / "screen")
    try:
        window = subprocess.Popen(
            [str(linux_bundle / "dotlocal-gui"), "--demo", "--theme", theme], stderr=subprocess.DEVNULL,
            env={**environment, **screen.environment(), "DOTLOCAL_HOME": environment["DOTLOCAL_HOME"]},
        )  # fmt: skip
        try:
            screen.window("Dotlocal, sample network")
            picture = screen.settled_picture(wanted, 60)
        finally:
            window.terminate()
            assert window.wait(30) == 0
    finally:
        screen.close()
    PICTURES.mkdir(parents=True, exist_ok=True)
    assert picture.save(str(PICTURES / f"bundle-linux-{theme}.png"))
    assert {QColor(colour).rgb() for colour in wanted} <= colours_of(picture), "some state is on no device"


def test_a_window_whose_program_was_replaced_starts_the_new_one(
    linux_bundle: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """Nothing more can be loaded out of the old program by then: in its place is a script, that starts another copy."""
    old, new = tmp_path / "old", tmp_path / "new"
    for copy in (old, new):
        shutil.copytree(linux_bundle, copy, symlinks=True)
    screen = Screen(tmp_path / "screen")
    try:
        whole = {**environment, **screen.environment(), "DOTLOCAL_HOME": environment["DOTLOCAL_HOME"]}
        window = subprocess.Popen([str(old / "dotlocal-gui"), "--demo"], env=whole, stderr=subprocess.DEVNULL)
        try:
            screen.window("Dotlocal, sample network")
            script = tmp_path / "script"
            script.write_text(f'#!/bin/sh\nexec {new}/dotlocal-gui "$@"\n')
            script.chmod(0o755)
            time.sleep(10)  # it has gone on loading behind its first paint
            script.rename(old / "dotlocal-gui")
            screen.window("Dotlocal was updated", 120)
            PICTURES.mkdir(parents=True, exist_ok=True)
            assert screen.picture().save(str(PICTURES / "bundle-replaced.png"))
            screen.keys("Tab", "Return")
            assert window.wait(30) == 0
        finally:
            window.kill()
            window.wait(10)
        follower = int(screen.do("getwindowpid", screen.window("Dotlocal, sample network")))
        try:
            assert Path(f"/proc/{follower}/exe").resolve() == new / "dotlocal-gui"
            assert b"--demo" in Path(f"/proc/{follower}/cmdline").read_bytes()
        finally:
            os.kill(follower, signal.SIGTERM)
    finally:
        screen.close()


def test_every_library_is_inside_or_known_to_be_the_systems(linux_bundle: Path) -> None:
    libraries = [f for f in linux_bundle.rglob("*") if f.is_file() and (".so" in f.name or f.parent == linux_bundle)]
    inside = {f.name for f in linux_bundle.rglob("*.so*")}
    missing: dict[str, set[str]] = {}
    for file in libraries:
        said = subprocess.run(["readelf", "-d", str(file)], capture_output=True, text=True, check=True).stdout
        for name in re.findall(r"\(NEEDED\).*\[(.+)\]", said):
            if name not in inside and not SYSTEMS.fullmatch(name):
                missing.setdefault(name, set()).add(file.name)
    assert missing == {}


def test_the_licence_of_every_part_is_inside(linux_bundle: Path) -> None:
    folder = linux_bundle / "_internal/resources/licences"
    parts = json.loads((folder / "parts.json").read_text())
    names = {part["name"] for part in parts}
    assert {"Dotlocal", "CPython", "pyside6-essentials", "zeroconf", "cryptography", "Inter", "Lucide"} <= names
    for part in parts:
        assert part["texts"], part
        for text in part["texts"]:
            assert len((folder / text).read_text(errors="replace")) > 150, text
    assert "replace" in (folder / "Qt.txt").read_text()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (folder / "LGPL-3.0.txt").read_text()
    folders = {f.name.lower().split("-")[0] for f in (linux_bundle / "_internal").iterdir() if f.is_dir()}
    known = {name.replace("-", "_").lower() for name in names} | {"pyside6", "resources"}
    assert {name for name in folders if name not in known and not name.startswith("python3")} == set()


def test_the_bundle_says_that_it_is_a_trial(linux_bundle: Path) -> None:
    note = json.loads((linux_bundle / "_internal/resources/build.json").read_text())
    assert note["release"] is False
    assert note["signed"] is False
    assert note["updates"] is None


def test_the_command_line_runs_the_sample_and_its_own_children(linux_bundle: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [str(linux_bundle / "dotlocal"), "demo", "--headless", "--seconds", "4", "--json"], env=environment,
        capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    devices = {d["host"]: d for d in json.loads(done.stdout)["devices"]}
    verdicts = devices["boiler-gw.local"]["certificate"]["verdicts"]
    assert {v["client"]: v["trusted"] for v in verdicts} == dict.fromkeys(
        ("os", "firefox:sample.workshop", "chromium", "site"), True
    )


def test_it_knows_makers_and_reads_what_dns_lists(linux_bundle: Path, environment: dict[str, str]) -> None:
    assert {"oui.txt", "oui.idx"} <= {f.name for f in linux_bundle.rglob("oui.*")}
    with DnsServer(*ZONE) as server:
        settings = (
            f'[network]\ninterfaces = ["lo"]\nbrowse_domains = ["plant.example"]\ndns_servers = ["{server.address}"]\n'
        )
        Path(environment["DOTLOCAL_HOME"], "settings.toml").write_text(settings)
        done = subprocess.run(
            [str(linux_bundle / "dotlocal"), "devices", "--no-probe", "--seconds", "4", "--json"], env=environment,
            capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [device] = [d for d in json.loads(done.stdout)["devices"] if d["host"] == "press.plant.example"]
    assert device["presence"] == "listed"


def test_it_holds_no_private_key_and_no_developers_package(linux_bundle: Path) -> None:
    key = re.compile(rb"-----BEGIN (EC |RSA |ENCRYPTED )?PRIVATE KEY-----\r?\n[A-Za-z0-9+/]{40}")
    assert [str(f) for f in linux_bundle.rglob("*") if f.is_file() and key.search(f.read_bytes())] == []
    names = {f.name.lower() for f in (linux_bundle / "_internal").iterdir()}
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "tkinter", "numpy"}
    assert (linux_bundle / "_internal/resources/fonts/LICENSE-inter.txt").exists()
