"""Sign, notarize and staple, on a Mac, by an identity that the environment names; without one the name says unsigned.

`DOTLOCAL_SIGN_IDENTITY` is the "Developer ID Application: ..." in the keychain, `DOTLOCAL_SIGN_INSTALLER` the
"Developer ID Installer: ...", `DOTLOCAL_NOTARY_PROFILE` the profile that `xcrun notarytool store-credentials` made, in
`DOTLOCAL_NOTARY_KEYCHAIN` where that is no keychain of the login. Never run yet.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import bundle

_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe")
_FAT, _FEW = b"\xca\xfe\xba\xbe", 20
"""A Java class begins with the same octets as a fat binary: after them it has its version, 45 or more, in place of the
small number of architectures. file(1) tells them apart so."""
ENTITLEMENTS = {
    "dotlocal": Path(__file__).resolve().parent / "entitlements-command.plist",
    "": Path(__file__).resolve().parent / "entitlements.plist",
}
TRIES, PAUSE_S = 6, 10.0
"""How often what the network or another program can spoil is tried, and how much longer each pause is."""
_signed: set[Path] = set()


def identity(kind: str = "IDENTITY") -> str:
    """Return the signing identity, or ""."""
    return os.environ.get(f"DOTLOCAL_SIGN_{kind}", "")


def suffix(kind: str) -> str:
    """Return what the name of an unsigned "dmg" or "pkg" carries."""
    wanted = [identity()] + ([identity("INSTALLER")] if kind == "pkg" else [])
    return "" if all(wanted) else "-unsigned"


def sign_app(app: Path) -> None:
    """Sign everything that macOS loads, the innermost first, let codesign judge the whole, and staple Apple's ticket.

    Once for all that wraps the app. With an identity under the hardened runtime, with entitlements for the programs;
    without one by itself, and without the runtime, which would refuse libraries that no team signed.

    Raises: BuildFailed.
    """
    if app in _signed:
        return
    options = ["--force", "--sign", identity() or "-"]
    if identity():
        bundle.mark_signed(app)
        options += ["--options", "runtime", "--timestamp"]
    programs = [f for f in (app / "Contents/MacOS").iterdir() if is_binary(f)]
    files = [f for f in app.rglob("*") if is_binary(f) and f not in programs]
    frameworks = [f for f in app.rglob("*.framework") if f.is_dir() and not f.is_symlink()]
    for inner in sorted([*files, *frameworks], key=lambda place: len(place.parts), reverse=True):
        run("codesign", *options, str(inner), again_on="timestamp")
    for outer in [*programs, app]:  # signing the app signs its main program once more
        entitlements = ENTITLEMENTS.get(outer.name, ENTITLEMENTS[""])
        run("codesign", *options, "--entitlements", str(entitlements), str(outer), again_on="timestamp")
    run("codesign", "--verify", "--deep", "--strict", "--verbose=2", str(app))
    _staple_app(app)
    _signed.add(app)


def is_binary(file: Path) -> bool:
    """Say whether a file is something that macOS loads, by its first octets (Mach-O, thin or fat)."""
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as stream:
        head = stream.read(8)
    return head[:4] in _MACH_O or (head[:4] == _FAT and int.from_bytes(head[4:]) < _FEW)


def notarize(file: Path) -> None:
    """Let Apple look at a signed image or package, and staple its ticket to it; does nothing without a profile.

    Raises: BuildFailed, with what Apple found.
    """
    if _has_profile():
        _let_apple_look(file)
        _staple(file)


def _staple_app(app: Path) -> None:
    """Give the app a ticket of its own: who drags it out of the image may have no network at its first start."""
    if not _has_profile():
        return
    with tempfile.TemporaryDirectory(prefix="dotlocal-notary-") as folder:
        archive = Path(folder) / f"{app.stem}.zip"
        run("ditto", "-c", "-k", "--keepParent", str(app), str(archive))
        _let_apple_look(archive)
    _staple(app)


def _has_profile() -> bool:
    return bool(os.environ.get("DOTLOCAL_NOTARY_PROFILE") and identity())


def _let_apple_look(file: Path) -> None:
    keychain = os.environ.get("DOTLOCAL_NOTARY_KEYCHAIN")
    who = ["--keychain-profile", os.environ["DOTLOCAL_NOTARY_PROFILE"], *(["--keychain", keychain] if keychain else [])]
    said = run(
        "xcrun", "notarytool", "submit", str(file), *who, "--wait", "--timeout", "30m", "--output-format", "json"
    )
    try:
        answer = json.loads(said)
    except ValueError as error:
        raise bundle.BuildFailed(f"notarytool's answer cannot be read: {said[-1500:]}") from error
    if answer.get("status") != "Accepted":  # the exit code is 0 all the same
        log = run("xcrun", "notarytool", "log", str(answer.get("id")), *who)
        raise bundle.BuildFailed(f"Apple did not accept {file.name} ({answer.get('status')}): {log[-3000:]}")


def _staple(what: Path) -> None:
    run("xcrun", "stapler", "staple", str(what), again_on="error 65")  # the ticket is not everywhere at once
    run("xcrun", "stapler", "validate", str(what))


def run(*command: str, again_on: str = "") -> str:
    """Run a tool and return what it printed; try again where it complains of `again_on`, with longer pauses.

    Raises: BuildFailed.
    """
    for attempt in range(1, TRIES + 1):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout
        said = (done.stderr.strip() + "\n" + done.stdout.strip()).strip()
        if attempt == TRIES or not again_on or again_on.lower() not in said.lower():
            raise bundle.BuildFailed(f"{' '.join(command[:3])} ended with {done.returncode}: {said[-1500:]}")
        time.sleep(attempt * PAUSE_S)
    raise AssertionError("the last try returns or raises")
