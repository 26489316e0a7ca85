"""What an administrator says of settings on this system: registry policy, managed preferences, files in /etc.

Nothing here checks values; `reading` does.
"""

import plistlib
import sys
import time
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import StateCorrupt
from core.policy_places import (
    DOMAIN,
    HIVES,
    INSTALLER,
    LINUX,
    MANAGED,
    POLICIES,
    PREFERENCES,
    RECOMMENDED,
    managed_of_this_user,
)

ASK = "Ask whoever looks after this computer. `dotlocal settings` shows the places in their order."
TRIES, PAUSE_S = 5, 0.2
"""How often a policy is read that Group Policy is writing anew just then."""
_NUMBERS = {"probe_timeout_s", "probes_per_second", "probes_per_subnet"}


@dataclass(frozen=True, slots=True)
class Source:
    """One place; `kind` is "policy", "installer", "user", "recommended" or "default". Without it, `tree` is None.

    What a source that is `forced` says is above everybody's own file.
    """

    kind: str
    place: str
    forced: bool
    tree: Mapping[str, object] | None


def machine_sources() -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the sources above a person's own file and those below it, the strongest first.

    Raises: StateCorrupt for a source that is there and cannot be read.
    """
    if sys.platform == "win32":
        forced = [_registry("policy", hive, POLICIES, forced=True) for hive in HIVES]
        forced.append(_registry("installer", "HKLM", INSTALLER, forced=True))
        return tuple(forced), (_registry("recommended", "HKLM", RECOMMENDED, forced=False),)
    if sys.platform == "darwin":
        places = (f"{MANAGED}/{DOMAIN}.plist", *managed_of_this_user())
        above = tuple(_plist("policy", Path(place), forced=True) for place in places)
        return above, (_plist("recommended", Path(PREFERENCES), forced=False),)
    return (
        (toml_source("policy", Path(LINUX[0]), forced=True),),
        (toml_source("recommended", Path(LINUX[1]), forced=False),),
    )


def toml_source(kind: str, file: Path, *, forced: bool) -> Source:
    """Read a TOML file.

    Raises: StateCorrupt.
    """
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8-sig"))  # Windows' editors may mark it so
    except FileNotFoundError:
        return Source(kind, str(file), forced, None)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise StateCorrupt(f"{file}: {error}", file=str(file), hint=None if kind == "user" else ASK) from error
    return Source(kind, str(file), forced, tree)


def _plist(kind: str, file: Path, *, forced: bool) -> Source:
    """Read a property list.

    Raises: StateCorrupt.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Source(kind, str(file), forced, None)
    except OSError as error:
        raise StateCorrupt(f"{file}: {error}", file=str(file), hint=ASK) from error
    return Source(kind, str(file), forced, plist_tree(str(file), content))


def plist_tree(place: str, content: bytes) -> Mapping[str, object]:
    """Return the tree in a property list. Apple's own keys, and those of a profile, are left out.

    Raises: StateCorrupt.
    """
    try:
        tree = plistlib.loads(content)
    except Exception as error:  # what a damaged one raises is nowhere written down: expat's errors, LookupError, ...
        raise StateCorrupt(f"{place}: {str(error) or type(error).__name__}", file=place, hint=ASK) from error
    if not isinstance(tree, dict):
        raise StateCorrupt(f"{place}: it holds no dictionary", file=place, hint=ASK)
    return {
        str(key): value for key, value in tree.items() if not str(key).startswith(("Payload", "NS", "Apple", "com."))
    }


def registry_value(name: str, value: object) -> object:
    """Return a value of the registry in the type that settings have: it knows neither booleans nor fractions."""
    if isinstance(value, int) and name not in _NUMBERS:
        return bool(value) if value in (0, 1) else value
    if isinstance(value, str) and name in _NUMBERS:
        try:
            return float(value)
        except ValueError:
            return value
    return value


def registry_tree(values: Iterable[tuple[str, str, object]]) -> dict[str, Any]:
    """Return the tree of triples (key below ours, name of the value, value), such as ("network", "probe", 0).

    A list is a value of several strings, or the key `network/never_probe` with a string in each value, as an
    administrative template writes it.
    """
    tree: dict[str, Any] = {}
    for key, written, value in values:
        name = written.lower()  # the registry keeps the case that a name was first made with, and does not mind it
        section, _, item = key.lower().partition("\\")
        if not section:
            tree[name] = {}  # a value beside the sections: told as unknown
            continue
        if not item:
            tree.setdefault(section, {})[name] = registry_value(name, value)
            continue
        listed = tree.setdefault(section, {}).setdefault(item, [])
        if isinstance(listed, list):
            listed.append(value)
    return tree


if sys.platform == "win32":
    import winreg

    from core.policy_places import ROOTS, VIEW

    # ERROR_FILE_NOT_FOUND, ERROR_NO_MORE_ITEMS, ERROR_KEY_DELETED: what was there a moment ago is not any more
    _BEING_WRITTEN = (2, 259, 1018)

    def _registry(kind: str, hive: str, key: str, *, forced: bool) -> Source:
        """Read a key and what is below it, in the view of 64-bit programs.

        Raises: StateCorrupt.
        """
        place = f"{hive}\\{key}"
        own = "recommended" if key == POLICIES else ""
        for is_last in (*(False,) * (TRIES - 1), True):
            try:
                opened = winreg.OpenKey(ROOTS[hive], key, 0, VIEW)
            except FileNotFoundError:
                return Source(kind, place, forced, None)
            except OSError as error:
                raise StateCorrupt(f"{place}: {error}", file=place, hint=ASK) from error
            try:
                with opened:
                    return Source(kind, place, forced, registry_tree(_values(opened, "", own)))
            except OSError as error:
                if is_last or error.winerror not in _BEING_WRITTEN:
                    raise StateCorrupt(f"{place}: {error}", file=place, hint=ASK) from error
            time.sleep(PAUSE_S)
        raise AssertionError("the last try returns or raises")

    def _values(opened: winreg.HKEYType, below: str, left_out: str) -> Iterable[tuple[str, str, object]]:
        keys, count, _ = winreg.QueryInfoKey(opened)
        for number in range(count if below or left_out else 0):
            name, value, _ = winreg.EnumValue(opened, number)
            yield below, name, value
        for number in range(keys):
            name = winreg.EnumKey(opened, number)
            if name.lower() != left_out and below.count("\\") < 1:
                with winreg.OpenKey(opened, name) as inner:
                    yield from _values(inner, f"{below}\\{name}".strip("\\"), "")
