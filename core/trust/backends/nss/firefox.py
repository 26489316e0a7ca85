"""Find every profile of Firefox and its relatives, and the NSS library of the program that uses it."""

import configparser
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Where each program looks for profiles.ini. Firefox: mozilla's toolkit/xre, changed to XDG folders in Firefox 147;
# release, ESR, Developer Edition and Nightly share one place. Snap and flatpak keep a home of their own.
_LINUX_ROOTS = (
    ("Firefox", ".mozilla/firefox"),
    ("Firefox", "{config}/mozilla/firefox"),
    ("Firefox, snap", "snap/firefox/common/.mozilla/firefox"),
    ("Firefox, snap", "snap/firefox/common/.config/mozilla/firefox"),
    ("Firefox, flatpak", ".var/app/org.mozilla.firefox/.mozilla/firefox"),
    ("Firefox, flatpak", ".var/app/org.mozilla.firefox/config/mozilla/firefox"),
    ("Firefox Trunk", ".mozilla/firefox-trunk"),
    ("LibreWolf", ".librewolf"),
    ("LibreWolf", "{config}/librewolf/librewolf"),
    ("LibreWolf, flatpak", ".var/app/io.gitlab.librewolf-community/.librewolf"),
    ("LibreWolf, flatpak", ".var/app/io.gitlab.librewolf-community/config/librewolf/librewolf"),
    ("LibreWolf, snap", "snap/librewolf/common/.librewolf"),
    ("Waterfox", ".waterfox"),
    ("Waterfox, flatpak", ".var/app/net.waterfox.waterfox/.waterfox"),
    ("Zen", ".zen"),
    ("Zen", "{config}/zen"),
    ("Zen, flatpak", ".var/app/app.zen_browser.zen/.zen"),
    ("Floorp", ".floorp"),
    ("Floorp, flatpak", ".var/app/one.ablaze.floorp/.floorp"),
)
_WINDOWS_ROOTS = (
    ("Firefox", "{config}/Mozilla/Firefox"), ("LibreWolf", "{config}/librewolf"), ("Waterfox", "{config}/Waterfox"),
    ("Zen", "{config}/zen"), ("Floorp", "{config}/Floorp"),
)  # fmt: skip
_MACOS_ROOTS = (
    ("Firefox", "Library/Application Support/Firefox"), ("LibreWolf", "Library/Application Support/librewolf"),
    ("Waterfox", "Library/Application Support/Waterfox"), ("Zen", "Library/Application Support/zen"),
    ("Floorp", "Library/Application Support/Floorp"),
)  # fmt: skip
_INSTALLATIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "linux": {
        "Firefox": ("/usr/lib/firefox", "/usr/lib/firefox-esr", "/usr/lib64/firefox", "/opt/firefox",
                    "/usr/lib/firefox-developer-edition", "/usr/lib/firefox-devedition", "/usr/lib/firefox-nightly",
                    "/usr/lib/firefox-trunk"),
        "Firefox, snap": ("/snap/firefox/current/usr/lib/firefox",),
        "Firefox, flatpak": ("/var/lib/flatpak/app/org.mozilla.firefox/current/active/files/lib/firefox",
                             "~/.local/share/flatpak/app/org.mozilla.firefox/current/active/files/lib/firefox"),
        "LibreWolf": ("/usr/lib/librewolf", "/usr/share/librewolf", "/opt/librewolf"),
        "Waterfox": ("/usr/lib/waterfox", "/opt/waterfox"),
        "Zen": ("/usr/lib/zen-browser", "/opt/zen-browser-bin", "/opt/zen"),
        "Floorp": ("/usr/lib/floorp", "/opt/floorp"),
    },
    "win32": {"Firefox": ("C:/Program Files/Mozilla Firefox", "C:/Program Files/Firefox Developer Edition",
                          "C:/Program Files/Firefox Nightly")},
    "darwin": {"Firefox": ("/Applications/Firefox.app/Contents/MacOS",
                           "/Applications/Firefox Developer Edition.app/Contents/MacOS",
                           "/Applications/Firefox Nightly.app/Contents/MacOS")},
}  # fmt: skip
_LIBRARY = {"win32": "nss3.dll", "darwin": "libnss3.dylib"}.get(sys.platform, "libnss3.so")
FIRST_WITH_NEW_RECORDS = 142
"""The first Firefox whose NSS (3.114) writes trust as PKCS#11 v3.2 records, and reads both kinds."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile folder; `library` is the folder of its program's NSS, "" for the system's own.

    `mismatch` says in words that the program that last used it is not here; "" where it is, or none ever did.
    """

    folder: Path
    name: str
    library: str
    product: str = "Firefox"
    mismatch: str = ""

    @property
    def in_use(self) -> bool:
        """Say whether a program has it open."""
        if sys.platform == "win32":
            return _held_on_windows(self.folder / "parent.lock")
        if sys.platform == "darwin":
            return _held_on_macos(self.folder / ".parentlock")
        return (self.folder / "lock").is_symlink()  # a link that exists only then; .parentlock stays for ever


def find_profiles(home: Path, config: Path, platform: str = sys.platform) -> tuple[Profile, ...]:
    """Return every profile that some profiles.ini names, each once. `config` is XDG's, or %APPDATA% on Windows."""
    roots = {"win32": _WINDOWS_ROOTS, "darwin": _MACOS_ROOTS}.get(platform, _LINUX_ROOTS)
    found: dict[Path, Profile] = {}
    for product, template in roots:
        root = home / template.format(config=config)
        for folder, name in _listed(root):
            if "\0" in str(folder):
                continue
            resolved = Path(os.path.realpath(folder))
            if resolved not in found:
                library, mismatch = library_and_mismatch(folder, product)
                found[resolved] = Profile(folder, name, library, product, mismatch)
    return tuple(found.values())


def _listed(root: Path) -> Iterator[tuple[Path, str]]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string((root / "profiles.ini").read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return
    for section in parser.sections():
        if not re.fullmatch(r"Profile\d+", section):
            continue
        path = parser.get(section, "path", fallback="")
        if not path:
            continue
        relative = parser.get(section, "isrelative", fallback="1") == "1"
        yield (root / path if relative else Path(path)), parser.get(section, "name", fallback=path)


def library_of(profile: Path, product: str = "Firefox") -> str:
    """Return the folder with the NSS of the program that last used a profile; "" for the system's."""
    return library_and_mismatch(profile, product)[0]


def library_and_mismatch(profile: Path, product: str) -> tuple[str, str]:
    """Return the folder of the NSS to work with, and in words that it is not the one that last used the profile."""
    last, version = _last_used(profile)
    if last and is_installation(Path(last)):
        return last, ""
    found = next(iter(installations(product)), "")
    if not last or last == found:
        return found, ""
    here = f"version {version_of(found)} is here" if found else "none is here"
    return found, f"Last used by version {version or 'unknown'} in {last}, which is gone; {here}"


def installations(product: str = "Firefox") -> tuple[str, ...]:
    """Return the folders where a product's NSS is installed; any relative's will do for a product that has none."""
    table = _INSTALLATIONS.get(sys.platform, _INSTALLATIONS["linux"])
    names = [*table.get(product, ()), *table.get(product.partition(",")[0], ()), *table["Firefox"]]
    places = [name.replace("~", str(Path.home()), 1) if name.startswith("~") else name for name in names]
    return tuple(dict.fromkeys(place for place in places if is_installation(Path(place))))


def newest_library() -> str:
    """Return an installed NSS that knows both kinds of trust record; "" where there is none."""
    for folder in installations():
        if version_of(folder) >= FIRST_WITH_NEW_RECORDS:
            return folder
    return ""


def version_of(folder: str) -> int:
    """Return the major version of the program in a folder, 0 where it cannot be told."""
    for file in (Path(folder) / "application.ini", Path(folder).parent / "Resources/application.ini"):
        try:
            found = re.search(r"^Version=(\d+)", file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        except OSError:
            continue
        if found:
            return int(found.group(1))
    return 0


def _last_used(profile: Path) -> tuple[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string((profile / "compatibility.ini").read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return "", ""  # a profile that no Firefox has opened yet
    version = parser.get("Compatibility", "lastversion", fallback="").partition("_")[0]
    return parser.get("Compatibility", "lastplatformdir", fallback=""), version[:20]


def is_installation(folder: Path) -> bool:
    """Trust only absolute folders with an NSS library: the path comes from a file in the profile."""
    return folder.is_absolute() and os.path.isfile(folder / _LIBRARY)  # noqa: PTH113  never raises


def _held_on_windows(file: Path) -> bool:
    try:
        with file.open("r+b"):
            return False
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _held_on_macos(file: Path) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        with file.open("r+b") as stream:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except OSError:
        return True
