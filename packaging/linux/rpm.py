"""The package for Fedora and its relatives; the same tree as the Debian package's, two builds the same to the byte."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import bundle
import product
from linux import completions
from linux.deb import needed_glibc
from linux.staging import HOME, settle, stage

HERE = Path(__file__).resolve().parent


def make(made: Path, out: Path, _: str = "rpm") -> list[Path]:
    """Wrap a bundle and return the package's file.

    Raises: BuildFailed.
    """
    bundle.require(made, "linux", rpmbuild="rpm")
    with tempfile.TemporaryDirectory(prefix="dotlocal-rpm-") as place:
        tree = stage(made, Path(place) / "tree")
        share = tree / "usr/share"
        (share / completions.FEDORAS_ZSH).parent.mkdir()
        (share / completions.PLACES["zsh"]).rename(share / completions.FEDORAS_ZSH)
        (share / completions.PLACES["zsh"]).parent.rmdir()
        settle(tree)
        command = ["rpmbuild", "-bb", "--quiet", "--target", "x86_64"]
        for name, value in _macros(place, tree).items():
            command += ["--define", f"{name} {value}"]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(product.source_date())}
        command.append(str(HERE / "dotlocal.rpm.spec"))
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise bundle.BuildFailed(f"rpmbuild ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
        [package] = Path(place).glob("RPMS/x86_64/*.rpm")
        return [Path(shutil.copyfile(package, out / package.name))]


def _macros(place: str, tree: Path) -> dict[str, str]:
    """Return the definitions of the build: its folders, its facts, and what makes two builds the same."""
    return {
        "_topdir": place, "dotlocal_tree": str(tree), "dotlocal_version": product.VERSION,
        "dotlocal_glibc": needed_glibc(tree / HOME), "_binary_payload": "w9.zstdio", "_buildhost": "localhost",
        "use_source_date_epoch_as_buildtime": "1", "clamp_mtime_to_source_date_epoch": "1",
    }  # fmt: skip
