"""The private key of the root and its passphrase are nowhere in clear: state, logs, arguments of processes, bundle."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.authority.keys import unseal

PASSPHRASE = "a very particular passphrase 7391"
pytestmark = pytest.mark.e2e


class ProcessWatch:
    """Collects the arguments of every process that appears while it runs."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "ProcessWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.002):
            for entry in os.scandir("/proc"):
                if entry.name.isdigit():
                    try:
                        self.seen.add(Path(entry.path, "cmdline").read_bytes())
                    except OSError:
                        continue


def test_the_root_key_is_nowhere_in_clear(tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **os.environ, "HOME": str(home), "DOTLOCAL_HOME": str(tmp_path / "state"),
        "DOTLOCAL_PASSPHRASE_FILE": str(passphrase), "TMPDIR": str(tmp_path),
    }  # fmt: skip
    printed = b""
    commands = (
        ("ca", "create", "--name", "Workshop"), ("ca", "show", "--json"),
        ("issue", "dev01", "--out", str(tmp_path / "out"), "--format", "esp32"),
        ("trust", "install", "--store", "chromium"), ("trust", "verify", "--store", "chromium"),
        ("inspect", "127.0.0.1:1", "--json"), ("trust", "remove", "--store", "chromium"),
    )  # fmt: skip
    with ProcessWatch() as watch:
        for command in commands:
            done = subprocess.run(
                [sys.executable, "-m", "core.cli.main", "--verbose", *command], env=environment, capture_output=True,
                check=False, timeout=60,
            )  # fmt: skip
            printed += done.stdout + done.stderr
    assert any(b"nss" in arguments for arguments in watch.seen), "the watch saw our child processes"
    passphrase.unlink()
    secrets = [PASSPHRASE.encode()]
    for name in ("root.p12", "issuing.p12"):
        number = unseal(tmp_path / "state/authority" / name, PASSPHRASE).key.private_numbers().private_value
        secrets += [number.to_bytes(32, "big"), f"{number:x}".encode()]
    places = {
        "arguments": b"\0".join(watch.seen),
        "output": printed,
        **{str(f): f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()},
    }
    found = [(place, number) for place, data in places.items() for number, s in enumerate(secrets) if s in data]
    assert found == []
    with_keys = {Path(place).name for place, data in places.items() if b"PRIVATE KEY" in data}
    assert with_keys == {"dev01_server_cert.h"}, "only the file that was asked for holds a key, and it is the device's"
