"""The disk image and the installer package around the app; only a Mac has the tools, so this was never run yet."""

import platform
import plistlib
import shutil
import sys
import tempfile
from pathlib import Path

import bundle
import product
from macos import sign


def make(app: Path, out: Path, kind: str) -> list[Path]:
    """Wrap the app as "dmg" or "pkg" and return the file, signed and notarized where the environment says by whom.

    Raises: BuildFailed.
    """
    if sys.platform != "darwin":
        raise bundle.BuildFailed(
            f"A {kind} is made on a Mac: {'hdiutil' if kind == 'dmg' else 'pkgbuild'} is there alone."
        )
    if app.suffix != ".app":
        raise bundle.BuildFailed(f"{app} is no app")
    sign.sign_app(app)
    result = out / f"dotlocal-{product.VERSION}-macos-{platform.machine()}{sign.suffix(kind)}.{kind}"
    result.unlink(missing_ok=True)
    if kind == "pkg":
        _package(app, result)
    else:
        _image(app, result)
    if not sign.suffix(kind):
        sign.notarize(result)
    return [result]


def _image(app: Path, result: Path) -> None:
    """Make a compressed image with the app and a link to Applications."""
    with tempfile.TemporaryDirectory(prefix="dotlocal-dmg-") as folder:
        shutil.copytree(app, Path(folder) / app.name, symlinks=True)
        (Path(folder) / "Applications").symlink_to("/Applications")
        command = [
            "hdiutil",
            "create",
            "-volname",
            product.NAME,
            "-srcfolder",
            folder,
            "-fs",
            "HFS+",
            "-format",
            "UDZO",
        ]
        sign.run(*command, "-ov", str(result), again_on="busy")  # what indexes the folder may hold it for a while
    if sign.identity():
        sign.run("codesign", "--sign", sign.identity(), "--timestamp", str(result), again_on="timestamp")


def _package(app: Path, result: Path) -> None:
    """Make a package that puts the app into Applications and nowhere else; no script runs, no store is touched."""
    installer = ["--sign", sign.identity("INSTALLER")] if sign.identity("INSTALLER") else []
    with tempfile.TemporaryDirectory(prefix="dotlocal-pkg-") as folder:
        root, components = Path(folder) / "root", Path(folder) / "components.plist"
        shutil.copytree(app, root / app.name, symlinks=True)
        components.write_bytes(plistlib.dumps([{
            "RootRelativeBundlePath": app.name, "BundleIsRelocatable": False, "BundleIsVersionChecked": True,
            "BundleHasStrictIdentifier": True, "BundleOverwriteAction": "upgrade",
        }]))  # fmt: skip
        sign.run("pkgbuild", "--root", str(root), "--component-plist", str(components), "--install-location",
             "/Applications", "--identifier", product.IDENTIFIER, "--version",
             product.numeric_version(product.VERSION, 3), *installer, str(result), again_on="timestamp")  # fmt: skip
