"""The installer for one person: no rights needed, no prompt; the same input gives the same file."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import bundle
import icons
import product
from windows import sign

HERE = Path(__file__).resolve().parent


def make(made: Path, out: Path, _: str = "setup") -> list[Path]:
    """Wrap a bundle for Windows and return the installer, signed where the environment has a certificate.

    Raises: BuildFailed.
    """
    bundle.require(made, "windows", makensis="nsis")
    sign.sign_programs(made)
    result = out.resolve() / f"dotlocal-{product.VERSION}-x64{sign.suffix()}-setup.exe"
    with tempfile.TemporaryDirectory(prefix="dotlocal-setup-") as place:
        defined = {
            "SOURCE": str(made.resolve()), "TARGET": str(result), "VERSION": product.VERSION,
            "NUMBERS": product.numeric_version(product.VERSION, 4), "SIZE": str(bundle.size_of(made) // 1024),
            "ICON": str(icons.make_ico(Path(place) / "dotlocal.ico")), "PUBLISHER": product.PUBLISHER,
            "COMMENT": f"Dotlocal {product.VERSION}" + ("" if sign.is_configured() else ", unsigned build"),
        }  # fmt: skip
        if sign.is_configured():
            defined |= {"PYTHON": sys.executable, "SIGNER": str(HERE / "sign.py")}
        small = ["-DSMALL"] if bundle.note_of(made)["release"] else []
        command = [
            "makensis",
            "-V2",
            "-INPUTCHARSET",
            "UTF8",
            *(f"-D{name}={value}" for name, value in defined.items()),
            *small,
        ]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(product.source_date())}
        done = subprocess.run(
            [*command, str(HERE / "dotlocal.nsi")], env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise bundle.BuildFailed(
            f"makensis ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-1500:]}"
        )
    sign.sign(result)
    return [result]
