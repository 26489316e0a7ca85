"""Build what is handed on: the bundle, the installers around it, their sums and their list of parts.

    python3 packaging/build.py ARTEFACT... [--release] [--bundle FOLDER] [--out FOLDER] [--version VERSION]

ARTEFACT: bundle tar deb rpm appimage tree | msi setup | dmg pkg | sbom fleet statement sums. An installer takes the
bundle of this system, made before it, or the one that --bundle names. `msi` and `setup` on Linux make one under Wine to
try them with. An environment of its own is made in build/, from packaging/requirements.txt, every file checked by its
hash.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / f"build/env-{sys.version_info[0]}.{sys.version_info[1]}-{sys.platform}"
ARTEFACTS = {
    "tar": "linux.tarball", "deb": "linux.deb", "rpm": "linux.rpm", "appimage": "linux.appimage", "tree": "linux.tree",
    "msi": "windows.msi", "setup": "windows.setup", "dmg": "macos.images", "pkg": "macos.images",
    "sbom": "sbom", "fleet": "fleet", "statement": "statement", "sums": "sums",
}  # fmt: skip
WITHOUT_BUNDLE = ("sbom", "fleet", "statement", "sums")
WINDOWS = ("windows-bundle", "msi", "setup")
INSIDE = "DOTLOCAL_BUILD_ENVIRONMENT"


def main(arguments: list[str]) -> int:
    """Build what is named; exit code 0 where all of it was built, 3 where something could not be."""
    if sys.version_info < (3, 11):  # noqa: UP036  the reader may have an older one
        print("Building Dotlocal needs Python 3.11 or newer.", file=sys.stderr)
        return 3
    if os.environ.get(INSIDE) != "1":
        return _again_inside(arguments)
    sys.path[:0] = [str(ROOT / "packaging"), str(ROOT)]
    from bundle import BuildFailed
    from licences import LicenceMissing

    wanted = _parse(arguments)
    try:
        _build(wanted)
    except (BuildFailed, LicenceMissing, OSError) as problem:
        print(f"build: {problem}", file=sys.stderr)
        return 3
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="build.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "artefacts", nargs="+", choices=["environment", "bundle", "windows-bundle", *ARTEFACTS], metavar="ARTEFACT"
    )
    parser.add_argument("--bundle", type=Path, help="an existing bundle to wrap")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the results go (dist)")
    parser.add_argument("--version", help="another version than the project's, for trials of upgrades")
    parser.add_argument("--release", action="store_true", help="refuse what may not be released")
    return parser.parse_args(arguments)


def _build(wanted: argparse.Namespace) -> None:
    """Build one after the other, and print a line of facts about each."""
    import bundle
    import product

    _refuse_unreleasable(wanted)
    if wanted.version:
        product.VERSION = wanted.version
    wanted.out.mkdir(parents=True, exist_ok=True)
    folder: Path | None = wanted.bundle.resolve() if wanted.bundle else None
    for name in wanted.artefacts:
        began, made = time.perf_counter(), []
        if name == "environment":
            continue  # it is there, or this would not run
        if name in WITHOUT_BUNDLE:
            made = importlib.import_module(ARTEFACTS[name]).make(wanted.out, folder)
        elif name in {"bundle", "windows-bundle"} or folder is None:
            folder = _make_bundle(name, wanted)
            facts = {} if name in WINDOWS and os.name != "nt" else bundle.check(folder)
            print(json.dumps({"built": "bundle", **facts, "seconds": round(time.perf_counter() - began)}))
            began = time.perf_counter()
        if name in ARTEFACTS and name not in WITHOUT_BUNDLE:
            assert folder is not None  # noqa: S101  made just now
            made = importlib.import_module(ARTEFACTS[name]).make(folder, wanted.out, name)
        for file in made:
            seconds = round(time.perf_counter() - began)
            print(
                json.dumps({"built": file.name, "megabytes": round(bundle.size_of(file) / 1e6, 1), "seconds": seconds})
            )
        sys.stdout.flush()


def _refuse_unreleasable(wanted: argparse.Namespace) -> None:
    """With --release, take only a bundle that was frozen as a release, and the project's own version.

    Raises: BuildFailed.
    """
    import bundle
    import product
    from build_note import RELEASE_VARIABLE

    os.environ[RELEASE_VARIABLE] = "1" if wanted.release else "0"
    if not wanted.release:
        return
    if wanted.version:
        raise bundle.BuildFailed("A release has the project's version: leave --version out.")
    if wanted.bundle:
        note = bundle.note_of(wanted.bundle)
        if note["release"] is not True or note["version"] != product.VERSION:
            raise bundle.BuildFailed(f"{wanted.bundle} was not frozen as the release of {product.VERSION}.")
    if {"msi"} & set(wanted.artefacts) and product.numeric_version(product.VERSION, 3) != product.VERSION:
        raise bundle.BuildFailed(f"Windows Installer cannot tell {product.VERSION} from its final version.")


def _make_bundle(name: str, wanted: argparse.Namespace) -> Path:
    """Freeze this system's bundle; for a Windows installer on another system one to try it with, under Wine.

    Raises: BuildFailed.
    """
    import bundle
    import product

    if name not in WINDOWS or os.name == "nt":
        return bundle.freeze(wanted.out / product.platform_name(), release=wanted.release)
    if wanted.release:
        raise bundle.BuildFailed("A release for Windows wraps a bundle that was made on Windows: name it by --bundle.")
    return bundle.rehearse(wanted.out / "windows-rehearsal")


def _again_inside(arguments: list[str]) -> int:
    """Run this again with the environment's Python."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    requirements = ROOT / "packaging/requirements.txt"
    stamp = ENVIRONMENT / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != requirements.read_text(encoding="utf-8"):
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
            subprocess.run([*pip, "--only-binary", ":all:", "-r", str(requirements)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(
                f"build: the environment cannot be made ({error}). It needs venv and the package index.",
                file=sys.stderr,
            )
            return 3
        stamp.write_text(requirements.read_text(encoding="utf-8"), encoding="utf-8")
    environment = {**os.environ, INSIDE: "1"}
    return subprocess.run([str(python), str(Path(__file__)), *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
