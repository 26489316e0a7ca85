"""Freeze the two programs into one folder, start them, and measure both: what every installer wraps."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import product
from build_note import RELEASE_VARIABLE

FOLDER = "dotlocal"
STARTS = 3
X86_64 = ("x86_64", "amd64")


class BuildFailed(Exception):
    """A step of the build did not work; its words say which, why and what to do."""


def freeze(target: Path, *, release: bool = False) -> Path:
    """Build the bundle into `target`/dotlocal and return that folder.

    Raises: BuildFailed.
    """
    if release and sys.version_info[:2] != product.SHIPPED_PYTHON:
        wanted = ".".join(map(str, product.SHIPPED_PYTHON))
        raise BuildFailed(f"A release carries CPython {wanted}, and this is {sys.version.split()[0]}.")
    work = target / "work"
    environment = {
        **os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(product.source_date()),
        RELEASE_VARIABLE: "1" if release else "0",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR",
        "--distpath", str(target), "--workpath", str(work), str(product.ROOT / "packaging/dotlocal.spec"),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=product.ROOT, env=environment, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise BuildFailed(f"PyInstaller ended with {done.returncode}; what it said stands above.")
    made = target / (f"{product.NAME}.app" if sys.platform == "darwin" else FOLDER)
    if sys.platform == "darwin":
        shutil.rmtree(target / FOLDER, ignore_errors=True)
    return made


def rehearse(target: Path) -> Path:
    """Build a bundle for Windows under Wine, to try installers with; what carries it is no release.

    Raises: BuildFailed.
    """
    from tests.rigs.winpy import WinPython, reason_missing

    if reason_missing():
        raise BuildFailed(f"A bundle for Windows is made on Windows, or here to try it under Wine; {reason_missing()}.")
    wine = WinPython(Path(os.environ.get("DOTLOCAL_TEST_WINE", product.ROOT / ".venv/wine")))
    if not wine.is_made:
        wine.make()
    wine.start()
    try:
        place = f"Z:{target.resolve()}"
        done = wine.run(
            "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR", "--distpath", place,
            "--workpath", f"{place}/work", f"Z:{product.ROOT}/packaging/dotlocal.spec", cwd=product.ROOT, timeout=1500,
            more={"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(product.source_date())},
        )  # fmt: skip
    finally:
        wine.close()
    if done.returncode:
        said = done.stdout.decode(errors="replace")[-3000:]
        raise BuildFailed(f"PyInstaller under Wine ended with {done.returncode}: {said}")
    return target / FOLDER


def check(folder: Path) -> dict[str, object]:
    """Start both programs of a bundle on this system and return what was measured.

    Raises: BuildFailed.
    """
    programs = folder / "Contents/MacOS" if folder.suffix == ".app" else folder
    suffix = ".exe" if sys.platform == "win32" else ""
    with tempfile.TemporaryDirectory(prefix="dotlocal-check-") as home:
        environment = {**os.environ, "DOTLOCAL_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        Path(home, "settings.toml").write_text("[network]\nprobe = false\n", encoding="utf-8")
        window = [str(programs / f"dotlocal-gui{suffix}"), "--self-test"]
        times = [_started(window, environment) for _ in range(STARTS)]
        command = [str(programs / f"dotlocal{suffix}"), "--version"]
        spoken = [_started(command, environment, f"dotlocal {product.VERSION}") for _ in range(STARTS)]
    return {
        "files": sum(1 for file in folder.rglob("*") if file.is_file() and not file.is_symlink()),
        "megabytes": round(size_of(folder) / 1e6, 1),
        "window_start_to_end_s": round(sorted(times)[STARTS // 2], 2),
        "command_start_to_end_s": round(sorted(spoken)[STARTS // 2], 2),
    }


def _started(command: list[str], environment: dict[str, str], wanted: str = "") -> float:
    began = time.perf_counter()
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL
    )
    taken = time.perf_counter() - began
    if done.returncode or wanted not in done.stdout:
        raise BuildFailed(
            f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-800:]}{done.stdout[-200:]}"
        )
    return taken


def size_of(place: Path) -> int:
    """Return the bytes of a file, or of all files in a folder, links not followed."""
    if place.is_file():
        return place.stat().st_size
    return sum(file.lstat().st_size for file in place.rglob("*") if not file.is_dir() or file.is_symlink())


def note_of(folder: Path) -> dict[str, object]:
    """Return what the bundle says of its own making.

    Raises: BuildFailed where the folder is no bundle of ours.
    """
    return dict(json.loads(_note_file(folder).read_text(encoding="utf-8")))


def require(folder: Path, platform: str, **tools: str) -> None:
    """See to it that a folder is a bundle for a platform and for x86-64, and that each tool is there, by its package.

    Raises: BuildFailed, with what is missing and how to get it.
    """
    note = note_of(folder)
    if note["platform"] != platform:
        raise BuildFailed(f"{folder} is no bundle for {platform}")
    if str(note["machine"]).lower() not in X86_64:
        raise BuildFailed(f"{folder} is for {note['machine']}: the packages name x86-64 alone")
    for tool, package in tools.items():
        if shutil.which(tool.replace("_", "-")) is None:
            raise BuildFailed(f"{tool.replace('_', '-')} is missing: apt-get install {package}")


def mark_signed(folder: Path) -> None:
    """Let the bundle say that its programs are signed.

    Raises: BuildFailed where the folder is no bundle of ours.
    """
    file = _note_file(folder)
    file.write_text(json.dumps({**note_of(folder), "signed": True}, indent=1) + "\n", encoding="utf-8")


def _note_file(folder: Path) -> Path:
    found = sorted(folder.glob("**/resources/build.json"))  # an app for macOS links to it once more
    if not found:
        raise BuildFailed(f"{folder} is no bundle of {product.NAME}: it has no resources/build.json")
    return found[0]
