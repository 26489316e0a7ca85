"""Install, issue and remove over the same stores, beside mkcert in the same run: ratios, and what each leaves."""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rigs.firefox import make_profile
from tests.rigs.manifest import manifest
from tests.rigs.sandbox import Sandbox

ROUNDS = 3
WATCHED = ("etc/ssl/certs", "usr/local/share/ca-certificates")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


class Laptop:
    """A computer with a Firefox profile and a Chromium database that both tools find."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox(folder)
        self.folder = folder
        self.profile = make_profile(self.sandbox.home)
        self.chromium = self.sandbox.home / ".pki/nssdb"
        self.chromium.mkdir(parents=True)
        for database in (self.profile, self.chromium):
            subprocess.run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True)
        (folder / "passphrase").write_text("correct horse battery staple\n")
        self.sandbox.run("update-ca-certificates")  # what this machine had put there by hand is linked its way now

    def dotlocal(self, *arguments: str) -> float:
        return self._timed(sys.executable, "-m", "core.cli.main", *arguments, DOTLOCAL_HOME=str(self.folder / "state"),
                           DOTLOCAL_PASSPHRASE_FILE=str(self.folder / "passphrase"))  # fmt: skip

    def mkcert(self, *arguments: str) -> float:
        return self._timed("mkcert", *arguments, CAROOT=str(self.folder / "caroot"))

    def _timed(self, *command: str, **environment: str) -> float:
        begun = time.perf_counter()
        self.sandbox.run(*command, **environment)
        return time.perf_counter() - begun

    def files(self) -> dict[str, str]:
        found = manifest(self.sandbox.home, ignore=(".cache",))
        for place in WATCHED:
            found |= {f"/{place}/{n}": c for n, c in manifest(self.sandbox.folder / "copies" / place).items()}
        return {name: content for name, content in found.items() if not name.endswith("java/cacerts")}

    def java_holds(self, der: bytes) -> bool:
        return der in (self.sandbox.folder / "copies/etc/ssl/certs/java/cacerts").read_bytes()


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def test_a_whole_cycle_beside_mkcert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from core.model.certificate import ders_in

    assert shutil.which("mkcert"), "the set-up installs mkcert"
    laptop, rival = Laptop(tmp_path / "laptop"), Laptop(tmp_path / "rival")  # each cleans up after itself alone
    laptop.dotlocal("ca", "create", "--name", "Bench")
    rival.mkcert("-ecdsa", "-cert-file", str(tmp_path / "x.pem"), "-key-file", str(tmp_path / "x.key"), "warm.local")
    taken: dict[str, list[float]] = {}
    residue: dict[str, list[str]] = {}
    try:
        for number in range(ROUNDS):
            for name, steps in (
                ("mkcert", (
                    ("install", lambda: rival.mkcert("-install")),
                    ("issue", lambda n=number: rival.mkcert(
                        "-ecdsa", "-cert-file", str(tmp_path / f"m{n}.pem"), "-key-file", str(tmp_path / f"m{n}.key"),
                        "dev01.local")),
                    ("remove", lambda: rival.mkcert("-uninstall")),
                )),
                ("dotlocal", (
                    ("install", lambda: laptop.dotlocal("trust", "install")),
                    ("issue", lambda n=number: laptop.dotlocal(
                        "issue", "dev01", "--out", str(tmp_path / f"d{n}"))),
                    ("remove", lambda: laptop.dotlocal("trust", "remove")),
                )),
            ):  # fmt: skip
                computer = laptop if name == "dotlocal" else rival
                at_start = computer.files()
                for step, call in steps:
                    taken.setdefault(f"{name} {step}", []).append(call())
                residue.setdefault(name, differing(at_start, computer.files()))
        ours = ders_in((tmp_path / "laptop/state/authority/root.crt.pem").read_bytes())[0]
        theirs = ders_in((tmp_path / "rival/caroot/rootCA.pem").read_bytes())[0]
        java = {"dotlocal": laptop.java_holds(ours), "mkcert": rival.java_holds(theirs)}
    finally:
        laptop.sandbox.close()
        rival.sandbox.close()
    middle = {name: statistics.median(times) for name, times in taken.items()}
    lines = [f"{step}: dotlocal : mkcert = {middle[f'dotlocal {step}'] / middle[f'mkcert {step}']:.2f} : 1"
             for step in ("install", "issue", "remove")]  # fmt: skip
    whole = [sum(middle[f"{n} {s}"] for s in ("install", "issue", "remove")) for n in ("dotlocal", "mkcert")]
    lines.append(f"whole cycle: dotlocal : mkcert = {whole[0] / whole[1]:.2f} : 1")
    for name, left in residue.items():
        lines.append(f"{name} leaves {len(left)} files changed, and the root in Java's store: {java[name]}")
        lines += [f"  {entry}" for entry in left[:20]]
    with capsys.disabled():
        sys.stdout.write("\n" + "".join(f"  bench: {line}\n" for line in lines))
    assert residue["dotlocal"] == []
    assert java["dotlocal"] is False
