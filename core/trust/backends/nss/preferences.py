"""Whether a Firefox on Windows or macOS takes the roots of the operating system; read only."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

NAME = "security.enterprise_roots.enabled"
_LINE = re.compile(
    r"^\s*(?:user_|sticky_)?pref\(\s*\"" + re.escape(NAME) + r"\"\s*,\s*(true|false)\s*\)\s*;", re.MULTILINE
)
MAX_FILE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class EnterpriseRoots:
    """The state of the preference and where it was read; on by default since Firefox 120."""

    enabled: bool
    where: str


def enterprise_roots(profile: Path, policies: tuple[Path, ...], policy_value: bool | None = None) -> EnterpriseRoots:
    """Return the preference of a profile: a policy wins over user.js, that over prefs.js, that over the default.

    `policy_value` is what a policy outside of files says (the Windows registry), None where it says nothing.
    """
    if policy_value is not None:
        return EnterpriseRoots(policy_value, "the policy ImportEnterpriseRoots")
    for file in policies:
        value = _policy_in(file)
        if value is not None:
            return EnterpriseRoots(value, str(file))
    for name in ("user.js", "prefs.js"):
        found = _LINE.findall(_text(profile / name))
        if found:
            return EnterpriseRoots(found[-1] == "true", name)
    return EnterpriseRoots(True, "Firefox's default")


def _policy_in(file: Path) -> bool | None:
    try:
        value = json.loads(_text(file))["policies"]["Certificates"]["ImportEnterpriseRoots"]
    except (ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, bool) else None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_FILE).decode("utf-8", "replace")
    except OSError:
        return ""
