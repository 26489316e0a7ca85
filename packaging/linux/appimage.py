"""The AppImage, one file for many distributions; `appimagetool` and its runtime come from elsewhere: never run yet."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import bundle
import product
from linux.staging import HOME, settle, stage


def make(made: Path, out: Path, _: str = "appimage") -> list[Path]:
    """Wrap a bundle and return the file.

    Raises: BuildFailed.
    """
    tool = shutil.which("appimagetool")
    if tool is None:
        raise bundle.BuildFailed("appimagetool is missing; the release workflow brings it, by its checksum.")
    with tempfile.TemporaryDirectory(prefix="dotlocal-appimage-") as place:
        tree = lay(made, Path(place) / "Dotlocal.AppDir")
        result = out / f"dotlocal-{product.VERSION}-x86_64.AppImage"
        environment = {**os.environ, "ARCH": "x86_64"}
        # appimagetool before 2025 gives mksquashfs a time of its own, which refuses to have two
        environment.pop("SOURCE_DATE_EPOCH", None)
        runtime = os.environ.get("DOTLOCAL_APPIMAGE_RUNTIME")
        options = ["--no-appstream", *(["--runtime-file", runtime] if runtime else [])]
        done = subprocess.run([tool, *options, str(tree), str(result)], env=environment, capture_output=True,
                              text=True, check=False)  # fmt: skip
    if done.returncode:
        raise bundle.BuildFailed(f"appimagetool ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
    return [result]


def lay(made: Path, target: Path) -> Path:
    """Lay the folder that an AppImage holds: the installed tree, and three entries at its top."""
    tree = stage(made, target)
    (tree / "AppRun").symlink_to(HOME / "dotlocal-gui")
    shutil.copyfile(
        tree / f"usr/share/applications/{product.IDENTIFIER}.desktop", tree / f"{product.IDENTIFIER}.desktop"
    )
    shutil.copyfile(
        tree / f"usr/share/icons/hicolor/256x256/apps/{product.IDENTIFIER}.png", tree / f"{product.IDENTIFIER}.png"
    )
    settle(tree)
    return tree
