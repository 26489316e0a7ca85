"""Sign what is handed on, by a certificate that the environment names; without one the build says so in its name.

`DOTLOCAL_SIGN_CERTIFICATE` and `DOTLOCAL_SIGN_KEY` are files (PEM, or a PKCS#11 URI with `DOTLOCAL_SIGN_MODULE`),
`DOTLOCAL_SIGN_PASSWORD_FILE` holds the key's password, `DOTLOCAL_SIGN_TIMESTAMP` is the address of a time stamp
service: without a time stamp a signature ends with its certificate.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import bundle
import product

PREFIX = "DOTLOCAL_SIGN_"


def is_configured() -> bool:
    """Say whether the environment has a certificate and a key."""
    return all(os.environ.get(f"{PREFIX}{name}") for name in ("CERTIFICATE", "KEY"))


def suffix() -> str:
    """Return what the name of an unsigned installer carries."""
    return "" if is_configured() else "-unsigned"


def sign_programs(folder: Path) -> None:
    """Sign the two programs of a bundle, once.

    Raises: BuildFailed.
    """
    for name in product.PROGRAMS:
        sign(folder / f"{name}.exe")


def sign(file: Path) -> None:
    """Sign one file in its place, and read the signature back; does nothing without a certificate.

    Raises: BuildFailed.
    """
    if not is_configured():
        return
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
    """Say whether a program or package carries a signature, whoever made it."""
    asked = subprocess.run(["osslsigncode", "verify", "-in", str(file)], capture_output=True, text=True, check=False)
    return re.search(r"no signature", asked.stdout + asked.stderr, re.IGNORECASE) is None


def _setting(name: str) -> str:
    return os.environ.get(f"{PREFIX}{name}", "")
