"""Run the README's build command and read what it says; bundles that a run has made are kept for its other tests."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build(out: Path, *arguments: str, **more: str) -> list[dict[str, object]]:
    """Run `packaging/build.py` into `out` and return its facts, one for each thing that was built."""
    command = [sys.executable, str(ROOT / "packaging/build.py"), *arguments, "--out", str(out)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "PYTEST"))}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env={**kept, **more}, timeout=1500,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def bundle_for(system: str, folder: Path, tell: Callable[[Iterable[dict[str, object]]], None]) -> Path:
    """Return a bundle for "linux" or "windows"; `DOTLOCAL_BUNDLE_LINUX` and `..._WINDOWS` name one made before."""
    given = os.environ.get(f"DOTLOCAL_BUNDLE_{system.upper()}")
    if given:
        return Path(given)
    [fact] = build(folder, "bundle" if system == "linux" else "windows-bundle")
    made = folder / ("linux/dotlocal" if system == "linux" else "windows-rehearsal/dotlocal")
    size = sum(file.lstat().st_size for file in made.rglob("*") if file.is_file() or file.is_symlink())
    tell([{**fact, "built": f"{system} bundle", "megabytes": round(size / 1e6, 1)}])
    return made
