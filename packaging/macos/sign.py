"""Sign, notarize and staple, on a Mac, by an identity that the environment names; without one the name says unsigned.

`DOTLOCAL_SIGN_IDENTITY` is the "Developer ID Application: ..." in the keychain, `DOTLOCAL_SIGN_INSTALLER` the
"Developer ID Installer: ...", `DOTLOCAL_NOTARY_PROFILE` the profile that `xcrun notarytool store-credentials` made.
Never run yet.
"""

import os
import subprocess
from pathlib import Path

import bundle

ENTITLEMENTS = Path(__file__).resolve().parent / "entitlements.plist"


def identity(kind: str = "IDENTITY") -> str:
    """Return the signing identity, or ""."""
    return os.environ.get(f"DOTLOCAL_SIGN_{kind}", "")


def suffix() -> str:
    """Return what the name of an unsigned image carries."""
    return "" if identity() else "-unsigned"


def sign_app(app: Path) -> None:
    """Sign the app from the inside out under the hardened runtime, and let codesign judge it; by itself where unsigned.

    Raises: BuildFailed.
    """
    chosen = identity() or "-"
    options = ["--force", "--options", "runtime", "--entitlements", str(ENTITLEMENTS), "--sign", chosen]
    options += ["--timestamp"] if identity() else []
    libraries = [f for f in app.rglob("*") if f.is_file() and not f.is_symlink() and f.suffix in {".dylib", ".so"}]
    programs = [f for f in (app / "Contents/MacOS").iterdir() if f.is_file() and not f.is_symlink()]
    for file in [*libraries, *programs, app]:
        _run("codesign", *options, str(file))
    _run("codesign", "--verify", "--deep", "--strict", "--verbose=2", str(app))


def notarize(file: Path) -> None:
    """Let Apple look at a signed image, and staple its ticket to it; does nothing without a profile.

    Raises: BuildFailed.
    """
    profile = os.environ.get("DOTLOCAL_NOTARY_PROFILE")
    if not profile or not identity():
        return
    _run("xcrun", "notarytool", "submit", str(file), "--keychain-profile", profile, "--wait")
    _run("xcrun", "stapler", "staple", str(file))
    _run("xcrun", "stapler", "validate", str(file))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise bundle.BuildFailed(f"{' '.join(command[:3])} ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
