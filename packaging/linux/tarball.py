"""The archive that starts without installing: unpack it anywhere and run `dotlocal/dotlocal-gui`."""

import io
import subprocess
import tarfile
from pathlib import Path

import bundle
import product

LEVEL = 12
_README = """Dotlocal {version}

Start ./dotlocal-gui for the window, ./dotlocal for the command line ("./dotlocal --help"). Nothing is installed; what
the program keeps is in ~/.local/state/dotlocal. It needs glibc {glibc} or newer, libegl1, libgl1 and libxcb1.

To change this computer's own store it asks for an administrator by pkexec, with the prompt that pkexec has for any
program; the packages for Debian and Fedora bring a prompt that names it.
"""


def make(made: Path, out: Path, _: str = "tar") -> list[Path]:
    """Wrap a bundle and return the archive: sorted, owned by root, of one moment.

    Raises: BuildFailed.
    """
    from linux.deb import needed_glibc

    bundle.require(made, "linux", zstd="zstd")
    result = out / f"dotlocal-{product.VERSION}-linux-x86_64.tar.zst"
    command = ["zstd", "-q", "-f", f"-{LEVEL}", "-T2", "-o", str(result)]
    readme = _README.format(version=product.VERSION, glibc=needed_glibc(made)).encode("utf-8")
    with subprocess.Popen(command, stdin=subprocess.PIPE) as packing:
        assert packing.stdin is not None  # noqa: S101  it is a pipe
        with tarfile.open(fileobj=packing.stdin, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for file in [made, *sorted(made.rglob("*"))]:
                archive.add(file, f"dotlocal/{file.relative_to(made)}".rstrip("/."), recursive=False, filter=_settled)
            entry = _settled(tarfile.TarInfo("dotlocal/README.txt"))
            entry.size, entry.mode = len(readme), 0o644
            archive.addfile(entry, io.BytesIO(readme))
        packing.stdin.close()
    if packing.returncode:
        raise bundle.BuildFailed(f"zstd ended with {packing.returncode}")
    return [result]


def _settled(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = product.source_date()
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry
