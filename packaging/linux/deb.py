"""The Debian package: installs files, runs no script, touches no trust store; two builds are the same to the byte."""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import bundle
import product
from linux import copyright as copyright_file
from linux.staging import HOME, settle, stage

HERE = Path(__file__).resolve().parent
DEPENDS = ("libegl1", "libgl1", "libxcb1")
"""What the bundle takes from the system, beside glibc: PyInstaller leaves the drivers' side of graphics out."""
RECOMMENDS = "libwayland-client0, libwayland-cursor0, libnss3-tools, pkexec, fonts-dejavu-core"
DESCRIPTION = """see .local devices and trust their certificates
 Dotlocal shows the devices that announce themselves by multicast DNS, the
 certificate chain that each presents, and whether this computer and its
 browsers would trust it. It runs a certificate authority for a site, limited
 to names under .local and to private addresses, and installs its root into the
 stores of this computer, reads it back, and removes it without residue.
 .
 Installing this package trusts no certificate, and removing it removes none:
 both are done inside the program, which shows every change first."""
_GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)\b")


def make(made: Path, out: Path, _: str = "deb") -> list[Path]:
    """Wrap a bundle and return the package's file.

    Raises: BuildFailed.
    """
    bundle.require(made, "linux", dpkg_deb="dpkg")
    with tempfile.TemporaryDirectory(prefix="dotlocal-deb-") as place:
        tree = stage(made, Path(place) / "tree")
        _describe(tree)
        settle(tree)
        _control(tree)
        result = out / f"dotlocal_{product.VERSION}_amd64.deb"
        command = [
            "dpkg-deb",
            "--root-owner-group",
            "-Zxz",
            "-z3",
            "--build",
            str(tree),
            str(result),
        ]
        # the number of threads by the environment: dpkg before 1.21.9 has no argument for it, and passes over this
        environment = {
            **os.environ, "SOURCE_DATE_EPOCH": str(product.source_date()), "DPKG_DEB_THREADS_MAX": "2",
        }  # fmt: skip
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise bundle.BuildFailed(f"dpkg-deb ended with {done.returncode}: {done.stderr.strip()}")
    return [result]


def needed_glibc(folder: Path) -> str:
    """Return the newest version of glibc that any file of the bundle asks for, as "2.36"."""
    newest = (2, 17)
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink() and (".so" in file.name or file.parent == folder):
            found = _GLIBC.findall(file.read_bytes())
            newest = max([newest, *((int(major), int(minor)) for major, minor in found)])
    return f"{newest[0]}.{newest[1]}"


def _describe(tree: Path) -> None:
    """Write copyright, changelog and lintian's overrides."""
    documents = tree / "usr/share/doc/dotlocal"
    (documents / "examples").mkdir(parents=True)
    parts = tree / HOME / "_internal/resources/licences/parts.json"
    own = (product.ROOT / "LICENSE").read_text(encoding="utf-8")
    (documents / "copyright").write_text(copyright_file.text(parts, own), encoding="utf-8")
    shutil.copyfile(HERE / "settings.toml", documents / "examples/settings.toml")
    stamp = subprocess.run(
        ["date", "-u", "-R", f"-d@{product.source_date()}"], capture_output=True, text=True, check=True
    )
    entry = (
        f"dotlocal ({product.VERSION}) stable; urgency=medium\n\n"
        "  * See CHANGELOG.md of the project for what is new.\n\n"
        f" -- {product.PUBLISHER} <{product.CONTACT}>  {stamp.stdout.strip()}\n"
    )
    with (documents / "changelog.gz").open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=0) as packed:
        packed.write(entry.encode("utf-8"))
    overrides = tree / "usr/share/lintian/overrides"
    overrides.mkdir(parents=True)
    shutil.copyfile(HERE / "lintian-overrides", overrides / "dotlocal")


def _control(tree: Path) -> None:
    """Write the package's own facts and the sums of its files."""
    folder = tree / "DEBIAN"
    files = sorted(file for file in tree.rglob("*") if file.is_file() and not file.is_symlink())
    sums = [f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.relative_to(tree)}\n" for file in files]  # noqa: S324
    size = sum((file.stat().st_size + 1023) // 1024 for file in files)
    needs = needed_glibc(tree / HOME)
    folder.mkdir()
    (folder / "md5sums").write_text("".join(sums), encoding="utf-8")
    (folder / "control").write_text(
        f"Package: dotlocal\nVersion: {product.VERSION}\nArchitecture: amd64\nSection: net\nPriority: optional\n"
        f"Maintainer: {product.PUBLISHER} <{product.CONTACT}>\nInstalled-Size: {size}\n"
        f"Depends: libc6 (>= {needs}), {', '.join(DEPENDS)}\nRecommends: {RECOMMENDS}\n"
        f"Description: {DESCRIPTION}\n",
        encoding="utf-8",
    )
    for file in (folder, *folder.iterdir()):
        file.chmod(0o755 if file.is_dir() else 0o644)
