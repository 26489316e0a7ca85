"""Bare Debians in a folder each, with nothing but what our package names as needed; it is installed in a copy.

python -m tests.rigs.bare_debian FOLDER     make them, once; needs debootstrap, root and the package archive
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

RELEASES, ARCHIVE = ("bookworm", "trixie"), "http://deb.debian.org/debian"
"""Debian 12 and 13."""
ROOT = Path(__file__).resolve().parents[2]
_IN_ITS_OWN_MOUNTS = (
    'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/tmp" && '
    'root=$1 && shift && exec chroot "$root" "$@"'
)


def reason_missing() -> str:
    """Return why this machine cannot have it, or ""."""
    if os.geteuid() != 0 or not _is_everybody_here():
        return "only root makes one"
    missing = [name for name in ("debootstrap", "unshare", "chroot") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def _is_everybody_here() -> bool:
    """Say whether this user namespace has every user: in one of an ordinary user's own, root is that user alone."""
    mapped = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    return int(mapped[2]) > 65_536


def make(folder: Path, release: str, needed: tuple[str, ...]) -> None:
    """Make a system anew, with the packages that are needed."""
    shutil.rmtree(folder, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(needed)}", release, str(folder), ARCHIVE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"debootstrap {release} ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
    shutil.rmtree(folder / "var/cache/apt", ignore_errors=True)
    shutil.rmtree(folder / "var/lib/apt/lists", ignore_errors=True)
    (folder / "made").write_text(",".join(needed))


class BareDebian:
    """A copy of the bare system; its programs run with mounts of their own and the network of this process."""

    def __init__(self, made: Path, folder: Path) -> None:
        self.root = folder
        subprocess.run(["cp", "-a", "--reflink=auto", str(made), str(folder)], check=True)

    def run(
        self, *command: str, check: bool = True, timeout: float = 300, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside, with a small environment."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", **more}
        wrapped = [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "sh",
            "-c",
            _IN_ITS_OWN_MOUNTS,
            "sh",
            str(self.root),
            *command,
        ]
        done = subprocess.run(
            wrapped, env=environment, capture_output=True, text=True, check=False, timeout=timeout,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if check and done.returncode:
            raise AssertionError(f"{command} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
        return done


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "packaging"))
    from linux.deb import DEPENDS

    if reason_missing():
        sys.exit(f"No bare Debian: {reason_missing()}")
    for name in RELEASES:
        place = Path(sys.argv[1]) / name
        if not (place / "made").exists() or (place / "made").read_text() != ",".join(DEPENDS):
            make(place, name, DEPENDS)
