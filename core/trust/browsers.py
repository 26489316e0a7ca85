"""Which browsers are installed on Windows and macOS, and whether a Firefox there takes the system's roots."""

import os
import sys
from pathlib import Path

from core.trust.backends.nss.firefox import Profile
from core.trust.backends.nss.preferences import EnterpriseRoots
from core.trust.backends.nss.preferences import enterprise_roots as read_preference

_CHROMIUMS = {
    "win32": (
        ("Chrome", "Google/Chrome/Application/chrome.exe"), ("Edge", "Microsoft/Edge/Application/msedge.exe"),
        ("Brave", "BraveSoftware/Brave-Browser/Application/brave.exe"), ("Vivaldi", "Vivaldi/Application/vivaldi.exe"),
        ("Chromium", "Chromium/Application/chrome.exe"), ("Opera", "Opera/opera.exe"),
    ),
    "darwin": (
        ("Chrome", "Google Chrome.app"), ("Edge", "Microsoft Edge.app"), ("Brave", "Brave Browser.app"),
        ("Vivaldi", "Vivaldi.app"), ("Chromium", "Chromium.app"), ("Opera", "Opera.app"),
    ),
}  # fmt: skip


def installed_chromiums(platform: str, home: Path) -> tuple[str, ...]:
    """Return the names of the Chromium family's browsers in the folders where installers put them."""
    if platform == "win32":
        bases = [os.environ.get(n, "") for n in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")]
        places = [Path(base) for base in bases if base]
    else:
        places = [Path("/Applications"), home / "Applications"]
    table = _CHROMIUMS.get(platform, ())
    return tuple(name for name, path in table if any((place / path).exists() for place in places))


def enterprise_roots(profile: Profile, platform: str) -> EnterpriseRoots:
    """Return whether a profile's Firefox takes the system's roots, by policy, preference or default."""
    folder = Path(profile.library) if profile.library else None
    files = []
    if folder is not None:
        files.append(folder / "distribution/policies.json")
        files.append(folder.parent / "Resources/distribution/policies.json")
    return read_preference(profile.folder, tuple(files), _registry_policy() if platform == "win32" else None)


def _registry_policy() -> bool | None:
    """Return the policy ImportEnterpriseRoots of the Windows registry, None where it says nothing."""
    if sys.platform != "win32":
        return None
    import winreg

    key = r"Software\Policies\Mozilla\Firefox\Certificates"
    for hive in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
        try:
            with winreg.OpenKey(hive, key) as opened:
                return bool(winreg.QueryValueEx(opened, "ImportEnterpriseRoots")[0])
        except OSError:
            continue
    return None
