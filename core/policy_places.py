"""Where this computer's administrator may say what settings are in force, and whether any of it changed.

Kept apart from reading them, so that a window's first paint can look without loading anything. Group Policy writes
below Software/Policies; a configuration profile lands in /Library/Managed Preferences; all need an administrator.
"""

import os
import sys

DOMAIN = "io.github.dotlocal.Dotlocal"
POLICIES, INSTALLER = r"SOFTWARE\Policies\Dotlocal", r"SOFTWARE\Dotlocal\Installer"
RECOMMENDED = POLICIES + r"\Recommended"
HIVES = ("HKLM", "HKCU")
_ETC = "/run/host/etc" if os.path.exists("/.flatpak-info") else "/etc"  # noqa: PTH110  see stamp()
LINUX = (f"{_ETC}/dotlocal/settings.toml", f"{_ETC}/dotlocal/defaults.toml")
"""What is in force, and what is recommended; a Flatpak sees the computer's own /etc elsewhere."""
MANAGED, PREFERENCES = "/Library/Managed Preferences", f"/Library/Preferences/{DOMAIN}.plist"


def stamp() -> str:
    """Return what tells one state of this computer's policy from another, without reading values."""
    if sys.platform == "win32":
        return "-".join(str(_key_stamp(hive, key)) for hive in HIVES for key in (POLICIES, INSTALLER, RECOMMENDED))
    if sys.platform == "darwin":
        return "-".join(map(_file_stamp, (f"{MANAGED}/{DOMAIN}.plist", *managed_of_this_user(), PREFERENCES)))
    return "-".join(map(_file_stamp, LINUX))


def managed_of_this_user() -> tuple[str, ...]:
    """Return the file of what a profile manages for this user of a Mac, whatever the environment says who that is."""
    if sys.platform == "win32":
        return ()
    import pwd

    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ()
    return (f"{MANAGED}/{user}/{DOMAIN}.plist",)


def _file_stamp(file: str) -> str:
    try:
        facts = os.stat(file)  # noqa: PTH116  pathlib costs the first paint more than it gives
    except OSError:
        return "none"
    return f"{facts.st_mtime_ns}.{facts.st_size}"


if sys.platform == "win32":
    import winreg

    ROOTS = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}
    VIEW = winreg.KEY_READ | winreg.KEY_WOW64_64KEY

    def _key_stamp(hive: str, key: str) -> int:
        """Return the times at which a key and those below it were written, summed; two levels hold everything."""
        try:
            with winreg.OpenKey(ROOTS[hive], key, 0, VIEW) as opened:
                return _written(opened, 2)
        except OSError:
            return 0

    def _written(opened: winreg.HKEYType, levels: int) -> int:
        keys, _, moment = winreg.QueryInfoKey(opened)
        for number in range(keys if levels else 0):
            with winreg.OpenKey(opened, winreg.EnumKey(opened, number)) as inner:
                moment += _written(inner, levels - 1)
        return moment
