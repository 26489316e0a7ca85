"""Find every Firefox profile of a user on Linux, and the NSS library of the Firefox that uses it."""

import configparser
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Where Firefox looks for profiles.ini: mozilla's toolkit/xre, changed to XDG folders in Firefox 147.
_PROFILE_ROOTS = (
    ".mozilla/firefox",
    "{config}/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/config/mozilla/firefox",
)
_INSTALLATIONS = ("/usr/lib/firefox", "/usr/lib/firefox-esr", "/usr/lib64/firefox", "/opt/firefox",
                  "/snap/firefox/current/usr/lib/firefox")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile folder; `library` is the folder of its Firefox's NSS, "" for the system's own."""

    folder: Path
    name: str
    library: str

    @property
    def in_use(self) -> bool:
        """Say whether a Firefox has it open: `lock` is a link that exists only then."""
        return (self.folder / "lock").is_symlink()


def find_profiles(home: Path, config: Path) -> tuple[Profile, ...]:
    """Return every profile that some profiles.ini names, each once."""
    found: dict[Path, Profile] = {}
    for template in _PROFILE_ROOTS:
        root = home / template.format(config=config)
        for folder, name in _listed(root):
            if "\0" in str(folder):
                continue
            resolved = Path(os.path.realpath(folder))
            if resolved not in found:
                found[resolved] = Profile(folder, name, library_of(folder))
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


def library_of(profile: Path) -> str:
    """Return the folder with the libnss3.so of the Firefox that last used a profile; "" for the system's."""
    parser = configparser.RawConfigParser(strict=False)
    candidates: list[str] = []
    try:
        parser.read_string((profile / "compatibility.ini").read_text(encoding="utf-8", errors="replace"))
        candidates.append(parser.get("Compatibility", "lastplatformdir", fallback=""))
    except (OSError, configparser.Error):
        pass  # a profile that no Firefox has opened yet
    candidates += _INSTALLATIONS
    return next((c for c in candidates if c and _is_installation(Path(c))), "")


def _is_installation(folder: Path) -> bool:
    """Trust only absolute folders with a libnss3.so: the path comes from a file in the profile."""
    return folder.is_absolute() and os.path.isfile(folder / "libnss3.so")  # noqa: PTH113  never raises
