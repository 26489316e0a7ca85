"""Sign what is handed on, by a certificate that the environment names; without one the build says so in its name.

`DOTLOCAL_SIGN_CERTIFICATE` and `DOTLOCAL_SIGN_KEY` are files (PEM, or a PKCS#11 URI with `DOTLOCAL_SIGN_MODULE`),
`DOTLOCAL_SIGN_PASSWORD_FILE` holds the key's password, `DOTLOCAL_SIGN_TIMESTAMP` is the address of a time stamp
service: without a time stamp a signature ends with its certificate.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bundle
import product
from build_note import RELEASE_VARIABLE

PREFIX = "DOTLOCAL_SIGN_"


def is_configured() -> bool:
    """Say whether the environment has a certificate and a key."""
    return all(os.environ.get(f"{PREFIX}{name}") for name in ("CERTIFICATE", "KEY"))


def suffix() -> str:
    """Return what the name of an unsigned installer carries."""
    return "" if is_configured() else "-unsigned"


def sign_programs(folder: Path) -> None:
    """Sign the two programs of a bundle, once, and let the bundle say so.

    Raises: BuildFailed.
    """
    for name in product.PROGRAMS:
        sign(folder / f"{name}.exe")
    if is_configured():
        bundle.mark_signed(folder)


def sign(file: Path) -> None:
    """Sign one file in its place, and read the signature back; does nothing without a certificate.

    Raises: BuildFailed.
    """
    if not is_configured():
        return
    if os.environ.get(RELEASE_VARIABLE) == "1" and not _setting("TIMESTAMP"):
        raise bundle.BuildFailed("A release is signed with a time stamp: set DOTLOCAL_SIGN_TIMESTAMP.")
    if shutil.which("osslsigncode") is None:
        raise bundle.BuildFailed("osslsigncode is missing: apt-get install osslsigncode")
    if is_signed(file):
        return
    signed = file.with_name(f".{file.name}.signed")
    command = [
        "osslsigncode", "sign", "-certs", _setting("CERTIFICATE"), "-key", _setting("KEY"), "-h", "sha256",
        "-n", product.NAME, "-in", str(file), "-out", str(signed),
    ]  # fmt: skip
    for name, option in (("PASSWORD_FILE", "-readpass"), ("MODULE", "-pkcs11module"), ("TIMESTAMP", "-ts")):
        command += [option, _setting(name)] if _setting(name) else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise bundle.BuildFailed(
            f"osslsigncode ended with {done.returncode} for {file.name}: {done.stderr.strip()[-600:]}"
        )
    signed.replace(file)
    if not is_signed(file):
        raise bundle.BuildFailed(f"{file.name} was signed, and its signature cannot be read back")


def is_signed(file: Path) -> bool:
    """Say whether a program or package carries a signature whose digest fits its content; whose it is, is not asked."""
    asked = subprocess.run(["osslsigncode", "verify", "-in", str(file)], capture_output=True, text=True, check=False)
    for what in ("DigitalSignature", "message digest"):  # of a package, of a program
        digests = re.findall(rf"(?:Current|Calculated) {what}\s*:\s*([0-9A-F]+)", asked.stdout)
        if len(digests) >= 2:
            return len(set(digests)) == 1
    return False


def _setting(name: str) -> str:
    return os.environ.get(f"{PREFIX}{name}", "")


if __name__ == "__main__":  # the uninstaller inside setup.exe is signed while it is being built
    try:
        sign(Path(sys.argv[1]))
    except bundle.BuildFailed as problem:
        sys.exit(f"sign: {problem}")
