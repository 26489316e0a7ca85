"""Set everything up on a fresh machine, then run Dotlocal or its tests; needs git and Python 3.11 alone.

    python3 packaging/bootstrap.py run [ARGUMENT...]    the window, or the command line with arguments
    python3 packaging/bootstrap.py test [ARGUMENT...]   every check and the whole test suite

Debian packages are installed where this is Debian and rights are to be had; elsewhere what is missing is named.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
TO_RUN = [
    "python3-venv", "ca-certificates", "libnss3", "libegl1", "libgl1", "libdbus-1-3", "libfontconfig1", "libglib2.0-0",
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-image0", "libxcb-render-util0", "libxcb-shape0",
    "libxcb-xkb1", "libxkbcommon-x11-0", "libxkbcommon0",
]  # fmt: skip
TO_TEST = [
    "firefox-esr", "chromium", "avahi-daemon", "avahi-utils", "mdnsd", "libnss-mdns", "dbus", "libnss3-tools", "curl",
    "openssl", "iproute2", "util-linux", "procps",
    "xvfb", "xauth", "openbox", "xdotool", "strace", "binutils", "gcc", "libc6-dev", "mkcert", "default-jdk-headless",
    "wine", "wine64", "gcc-mingw-w64-x86-64-posix", "nsis", "wixl", "msitools", "osslsigncode", "rpm", "cpio",
    "softhsm2", "libengine-pkcs11-openssl", "squashfs-tools", "zsh", "fish",
    "lintian", "desktop-file-utils", "appstream", "icnsutils", "debootstrap", "zstd", "man-db", "libxml2-utils",
]  # fmt: skip
if sys.base_prefix == "/usr":
    TO_TEST.append(f"libpython{sys.version_info[0]}.{sys.version_info[1]}")  # PyInstaller bundles the shared library
CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy", "--platform", "linux"),
    ("mypy", "--platform", "darwin"),
    ("mypy", "--platform", "win32"),
    ("lint-imports",),
)
POLICY = Path("/usr/sbin/policy-rc.d")


def main(arguments: list[str]) -> int:
    """Carry out `run` or `test`."""
    if not arguments or arguments[0] not in {"run", "test"}:
        print(__doc__)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036  the reader may have an older one
        print("Dotlocal needs Python 3.11 or newer.", file=sys.stderr)
        return 3
    testing = arguments[0] == "test"
    install_packages(TO_RUN + (TO_TEST if testing else []))
    make_environment(".[test]" if testing else ".")
    if testing:
        make_windows_python()
        make_rival()
        make_build_environment()
        make_debian()
    return run_tests(arguments[1:]) if testing else run_dotlocal(arguments[1:])


def install_packages(wanted: list[str]) -> None:
    """Install the Debian packages that are missing, without starting any service."""
    if sys.platform == "win32" or shutil.which("apt-get") is None:
        return
    missing = [name for name in wanted if not is_installed(name)]
    if "python3-venv" in missing and has_venv():
        missing.remove("python3-venv")
    if not missing:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if sudo and shutil.which("sudo") is None:
        print("Missing, and no rights to install:", *missing, file=sys.stderr)
        return
    print("Installing", *missing, file=sys.stderr)
    try:
        install_with_apt(sudo, missing)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"That did not work ({error}). Going on without; missing:", *missing, file=sys.stderr)


def install_with_apt(sudo: list[str], missing: list[str]) -> None:
    """Install packages by apt-get; a policy file keeps their services from starting.

    Raises: CalledProcessError, OSError.
    """
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    made_policy = not POLICY.exists()
    if made_policy:
        subprocess.run(
            [*sudo, "tee", str(POLICY)], input=b"#!/bin/sh\nexit 101\n", stdout=subprocess.DEVNULL, check=True
        )
        subprocess.run([*sudo, "chmod", "755", str(POLICY)], check=True)
    try:
        subprocess.run([*sudo, "apt-get", "update", "-qq"], env=quiet, check=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run([*sudo, *install], env=quiet, stdout=subprocess.DEVNULL, check=True)
    finally:
        if made_policy:
            subprocess.run([*sudo, "rm", "-f", str(POLICY)], check=True)


def is_installed(package: str) -> bool:
    """Say whether dpkg has the package installed."""
    for name in (package, f"{package}t64"):  # newer releases renamed libraries in their move to 64-bit time
        query = ["dpkg-query", "-W", "-f=${db:Status-Status}", name]
        if subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed":
            return True
    return False


def has_venv() -> bool:
    """Say whether this Python can make environments."""
    return (
        subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode
        == 0
    )


def make_environment(what: str) -> None:
    """Make the environment once and install into it; again only when pyproject.toml changed."""
    python = program("python")
    stamp = ENVIRONMENT / "installed"
    wanted = what + "\n" + (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "-e", what], cwd=ROOT, check=True)
    stamp.write_text(wanted, encoding="utf-8")


def make_windows_python() -> None:
    """Make the Windows Python under Wine that some tests run on; where it cannot be had, those tests say why."""
    command = [str(program("python")), "-m", "tests.rigs.winpy", str(ENVIRONMENT / "wine")]
    subprocess.run(command, cwd=ROOT, check=False)


def make_build_environment() -> None:
    """Make the environment that builds installers: the tests that build have no network."""
    command = [str(program("python")), "packaging/build.py", "environment"]
    subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr)


def make_debian() -> None:
    """Make the bare Debian in which the package is installed; where it cannot be had, that test says why."""
    subprocess.run(
        [str(program("python")), "-m", "tests.rigs.bare_debian", str(ENVIRONMENT / "debian")], cwd=ROOT, check=False
    )


def make_rival() -> None:
    """Make an environment of its own for sslyze, which a bench runs beside us: it wants an older cryptography."""
    folder = ENVIRONMENT / "sslyze"
    if (folder / "made").exists():
        return
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    make = [sys.executable, "-m", "venv", str(folder)]
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "sslyze==6.3.1"]
    if all(subprocess.run(command, check=False).returncode == 0 for command in (make, install)):
        (folder / "made").touch()
    else:
        print("sslyze cannot be installed; the bench goes on without it and says so.", file=sys.stderr)


def program(name: str) -> Path:
    """Return a program of the environment."""
    return ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / (name + (".exe" if os.name == "nt" else ""))


def run_dotlocal(arguments: list[str]) -> int:
    """Open the window; where there is no screen, list the devices instead and say so."""
    screen = (
        os.name == "nt" or sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if not arguments and not screen:
        print("There is no screen here: listing the devices instead of opening the window.", file=sys.stderr)
        arguments = ["devices", "--seconds", "5"]
    return subprocess.run([str(program("dotlocal")), *arguments], check=False).returncode


def run_tests(arguments: list[str]) -> int:
    """Run every check, then the tests; all of them, so that one failure does not hide another."""
    failed = []
    for check in CHECKS:
        print("$", *check, flush=True)
        if subprocess.run([str(program(check[0])), *check[1:]], cwd=ROOT, check=False).returncode:
            failed.append(" ".join(check))
    print("$ pytest", *arguments, flush=True)
    tests = subprocess.run([str(program("python")), "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
    if failed:
        print("failed:", *failed, sep="\n  ", file=sys.stderr)
    return tests or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
