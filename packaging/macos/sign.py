"""Sign, notarize and staple, on a Mac, by an identity that the environment names; without one the name says unsigned.

`DOTLOCAL_SIGN_IDENTITY` is the "Developer ID Application: ..." in the keychain, `DOTLOCAL_SIGN_INSTALLER` the
"Developer ID Installer: ...", `DOTLOCAL_NOTARY_PROFILE` the profile that `xcrun notarytool store-credentials` made, in
`DOTLOCAL_NOTARY_KEYCHAIN` where that is no keychain of the login. Never run yet.
"""

import os
import subprocess
from pathlib import Path

import bundle

_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
ENTITLEMENTS = Path(__file__).resolve().parent / "entitlements.plist"


def identity(kind: str = "IDENTITY") -> str:
    """Return the signing identity, or ""."""
    return os.environ.get(f"DOTLOCAL_SIGN_{kind}", "")


def suffix(kind: str) -> str:
    """Return what the name of an unsigned "dmg" or "pkg" carries."""
    wanted = [identity()] + ([identity("INSTALLER")] if kind == "pkg" else [])
    return "" if all(wanted) else "-unsigned"


def sign_app(app: Path) -> None:
    """Sign everything that macOS loads, the innermost first, and let codesign judge the whole.

    With an identity under the hardened runtime, with entitlements for the programs; without one by itself, and without
    the runtime, which would refuse libraries that no team signed.

    Raises: BuildFailed.
    """
    options = ["--force", "--sign", identity() or "-"]
    if identity():
        bundle.mark_signed(app)
        options += ["--options", "runtime", "--timestamp"]
    programs = [f for f in (app / "Contents/MacOS").iterdir() if is_binary(f)]
    files = [f for f in app.rglob("*") if is_binary(f) and f not in programs]
    frameworks = [f for f in app.rglob("*.framework") if f.is_dir() and not f.is_symlink()]
    for inner in sorted([*files, *frameworks], key=lambda place: len(place.parts), reverse=True):
        _run("codesign", *options, str(inner))
    for outer in [*programs, app]:
        _run("codesign", *options, "--entitlements", str(ENTITLEMENTS), str(outer))
    _run("codesign", "--verify", "--deep", "--strict", "--verbose=2", str(app))


def is_binary(file: Path) -> bool:
    """Say whether a file is something that macOS loads, by its first octets (Mach-O, thin or fat)."""
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(4) in _MACH_O


def notarize(file: Path) -> None:
    """Let Apple look at a signed image, and staple its ticket to it; does nothing without a profile.

    Raises: BuildFailed.
    """
    profile = os.environ.get("DOTLOCAL_NOTARY_PROFILE")
    if not profile or not identity():
        return
    keychain = os.environ.get("DOTLOCAL_NOTARY_KEYCHAIN")
    where = ["--keychain", keychain] if keychain else []
    _run("xcrun", "notarytool", "submit", str(file), "--keychain-profile", profile, *where, "--wait")
    _run("xcrun", "stapler", "staple", str(file))
    _run("xcrun", "stapler", "validate", str(file))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise bundle.BuildFailed(f"{' '.join(command[:3])} ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
