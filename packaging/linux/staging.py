"""The tree that .deb and .rpm install: the bundle in /usr/lib, and what a desktop wants to find around it."""

import os
import shutil
from pathlib import Path

import bundle
import icons
import product
from linux import completions, man, metainfo

HERE = Path(__file__).resolve().parent
HOME = Path("usr/lib/dotlocal")


def stage(made: Path, target: Path) -> Path:
    """Lay the tree of an installed program into `target`, every file of one moment, and return it.

    Raises: BuildFailed where `made` is no bundle for Linux.
    """
    bundle.require(made, "linux")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target / HOME, symlinks=True)
    programs = target / "usr/bin"
    programs.mkdir(parents=True)
    for name in product.PROGRAMS:
        (programs / name).symlink_to(f"../lib/dotlocal/{name}")
    share = target / "usr/share"
    _copy(HERE / f"{product.IDENTIFIER}.desktop", share / "applications")
    _copy(HERE / "io.github.dotlocal.policy", share / "polkit-1/actions")
    described = share / f"metainfo/{product.IDENTIFIER}.metainfo.xml"
    described.parent.mkdir(parents=True)
    described.write_text(metainfo.text(), encoding="utf-8")
    icons.make_hicolor(share / "icons/hicolor", product.IDENTIFIER)
    man.write(share / "man/man1")
    completions.write(share)
    return target


def _copy(file: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / file.name)


def settle(target: Path) -> None:
    """Give every file the mode that a package should have, and the one moment."""
    moment = product.source_date()
    for place in sorted(target.rglob("*"), reverse=True):
        if place.is_symlink():
            os.utime(place, (moment, moment), follow_symlinks=False)
            continue
        runs = place.is_dir() or (place.parent == target / HOME and place.name in product.PROGRAMS)
        place.chmod(0o755 if runs else 0o644)
        os.utime(place, (moment, moment))
    os.utime(target, (moment, moment))
