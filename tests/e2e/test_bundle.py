"""The bundle: built by PyInstaller, started offscreen, holding no key and no developer's package."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.discovery.test_beyond import ZONE
from tests.rigs.dns_server import DnsServer

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", str(folder / "dist"),
        "--workpath", str(folder / "work"), str(ROOT / "packaging/dotlocal.spec"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "dist/dotlocal"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "settings.toml").write_text('[network]\ninterfaces = ["lo"]\n')
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "TMPDIR"}}
    return {**kept, "HOME": str(tmp_path), "DOTLOCAL_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}


def test_the_window_starts_and_ends(bundle: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [str(bundle / "dotlocal-gui"), "--self-test"], env=environment, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    size = sum(f.stat().st_size for f in bundle.rglob("*") if f.is_file() and not f.is_symlink())
    sys.stderr.write(f"\nbundle: {size / 1e6:.0f} MB\n")


def test_the_command_line_runs_the_sample_and_its_own_children(bundle: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [str(bundle / "dotlocal"), "demo", "--headless", "--seconds", "4", "--json"], env=environment,
        capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    devices = {d["host"]: d for d in json.loads(done.stdout)["devices"]}
    verdicts = devices["boiler-gw.local"]["certificate"]["verdicts"]
    assert {v["client"]: v["trusted"] for v in verdicts} == dict.fromkeys(
        ("os", "firefox:sample.workshop", "chromium", "site"), True
    )


def test_it_knows_makers_and_reads_what_dns_lists(bundle: Path, environment: dict[str, str]) -> None:
    assert {"oui.txt", "oui.idx"} <= {f.name for f in bundle.rglob("oui.*")}
    with DnsServer(*ZONE) as server:
        settings = (
            f'[network]\ninterfaces = ["lo"]\nbrowse_domains = ["plant.example"]\ndns_servers = ["{server.address}"]\n'
        )
        Path(environment["DOTLOCAL_HOME"], "settings.toml").write_text(settings)
        done = subprocess.run(
            [str(bundle / "dotlocal"), "devices", "--no-probe", "--seconds", "4", "--json"], env=environment,
            capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [device] = [d for d in json.loads(done.stdout)["devices"] if d["host"] == "press.plant.example"]
    assert device["presence"] == "listed"


def test_it_holds_no_private_key_and_no_developers_package(bundle: Path) -> None:
    key = re.compile(rb"-----BEGIN (EC |RSA |ENCRYPTED )?PRIVATE KEY-----\r?\n[A-Za-z0-9+/]{40}")
    assert [str(f) for f in bundle.rglob("*") if f.is_file() and key.search(f.read_bytes())] == []
    names = {f.name.lower() for f in (bundle / "_internal").iterdir()}
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "tkinter", "numpy"}
    assert (bundle / "_internal/resources/fonts/LICENSE-inter.txt").exists()
