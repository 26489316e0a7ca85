"""Which trust stores are on this machine; nothing is probed before it is asked for."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.model.text import display
from core.trust import browsers
from core.trust.backends.java import jdks
from core.trust.backends.java.store import JavaStore
from core.trust.backends.linux import families
from core.trust.backends.linux.store import AnchorStore
from core.trust.backends.macos.keychain import SECURITY
from core.trust.backends.macos.store import SYSTEM_KEYCHAIN, KeychainStore
from core.trust.backends.nss import chromium, firefox, preferences
from core.trust.backends.nss.store import NssStore
from core.trust.backends.policy import firefox_policy
from core.trust.backends.policy.store import FirefoxPolicyStore
from core.trust.backends.private.store import FileStore
from core.trust.backends.windows.crypt32 import MACHINE, USER
from core.trust.backends.windows.store import WindowsRootStore
from core.trust.follower import FollowerStore
from core.trust.store import AskPassword, Refusal, TrustStore


@dataclass(frozen=True, slots=True)
class Machine:
    """The folders that stores are looked for in; a sample or a test passes its own.

    `config` is where programs keep profiles: XDG's folder, or %APPDATA%. `java_folders` None means the usual ones;
    `policies` None means that this machine has none. `keychain` replaces the macOS keychains' own file in tests.
    """

    home: Path
    config: Path
    data: Path
    system: families.Layout | None
    system_label: str = ""
    chromium_expected: bool = False
    java_home: str = ""
    java_folders: tuple[Path, ...] | None = None
    policies: Path | None = firefox_policy.FOLDER
    platform: str = sys.platform
    security: Path = SECURITY
    keychain: Path | None = None
    private_roots: Path | None = None
    """The file that stands in for the system's store; None where the system's own tools work on a real one."""
    is_this_one: bool = False

    @classmethod
    def this_one(cls) -> "Machine":
        """Return the machine that this process runs on, for its user."""
        home = Path.home()
        config = os.environ.get("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME")
        fallback = home / ("AppData/Roaming" if sys.platform == "win32" else ".config")
        return cls(
            home=home,
            config=Path(config) if config else fallback,
            data=Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share"),
            system=families.detect() if sys.platform.startswith("linux") else None,
            java_home=os.environ.get("JAVA_HOME", ""),
            is_this_one=True,
        )

    @classmethod
    def private(cls, folder: Path, label: str, *, java_folders: tuple[Path, ...] = ()) -> "Machine":
        """Return a machine that lives below `folder` alone: real tools, throw-away stores.

        It is laid out as a Linux computer on every system: Windows and macOS keep no store in a folder, and the one
        that they keep is of the person who sits there.
        """
        layout = families.private_layout(folder / "system") if families.has_private_tool() else None
        has_databases = sys.platform.startswith("linux")  # elsewhere Chromium has none of its own
        return cls(
            folder, folder / ".config", folder / ".local/share", layout, label, chromium_expected=has_databases,
            java_folders=java_folders, policies=None, platform="linux",
            private_roots=None if layout else folder / "system/roots.pem",
        )  # fmt: skip


def can_open_databases() -> bool:
    """Say whether NSS is here, which works on Firefox's databases: with Firefox elsewhere, and on Linux by itself."""
    return sys.platform.startswith("linux") or bool(firefox.installations())


def find_stores(machine: Machine, system_refusal: Refusal, ask_password: AskPassword | None) -> tuple[TrustStore, ...]:
    """Return the stores of a machine, the system's first."""
    system = tuple(_system_stores(machine, system_refusal))
    found: list[TrustStore] = [*system]
    profiles = firefox.find_profiles(machine.home, machine.config, machine.platform)
    found += [_firefox_store(machine, profile, system, ask_password) for profile in profiles]
    if _is_linux(machine) and (machine.private_roots is None or machine.chromium_expected):
        databases = chromium.find(machine.home, machine.data, expected=machine.chromium_expected)
        found += [_chromium_store(database, ask_password) for database in databases]
    elif not _is_linux(machine):
        found += _followers(machine, system)
    found += [JavaStore(jdk) for jdk in jdks.find(machine.home, machine.java_home, machine.java_folders)]
    if _is_linux(machine) and machine.policies is not None and firefox.installations():
        found.append(FirefoxPolicyStore(machine.policies))
    return tuple(_with_unique_ids(found))


def reopen(
    address: Mapping[str, object], machine: Machine, system_refusal: Refusal, ask_password: AskPassword | None
) -> TrustStore | None:
    """Return the store that a journal's address names, also when nothing on the machine names it any more."""
    kind = str(address.get("kind", ""))
    if kind in {"firefox", "chromium"}:
        database = Path(str(address["database"]))
        if not database.is_absolute() or not database.is_dir():
            return None  # its folder is gone, and the root with it
        library = str(address["library"])
        usable = library if library and firefox.is_installation(Path(library)) else firefox.library_of(database)
        return NssStore(
            store_id=str(address["id"]), kind=kind, label=display(str(address["label"]), 60), database=database,
            library="" if kind == "chromium" else usable, ask_password=ask_password,
            newer_library=firefox.newest_library, note=lambda: "Known from the journal alone",
        )  # fmt: skip
    if kind == "java":
        key_store = Path(str(address["key_store"]))
        for jdk in jdks.find(machine.home, str(address["home"]), machine.java_folders):
            if jdk.key_store == key_store:
                return JavaStore(jdk)
    if kind == "policy":
        return FirefoxPolicyStore(Path(str(address["folder"])))
    return next((s for s in _system_stores(machine, system_refusal) if dict(s.address()) == dict(address)), None)


def _system_stores(machine: Machine, system_refusal: Refusal) -> Iterator[TrustStore]:
    if machine.private_roots is not None:
        yield FileStore(system_refusal, machine.private_roots, machine.system_label)
    elif machine.platform == "win32":
        yield from (WindowsRootStore(scope) for scope in (USER, MACHINE))
    elif machine.platform == "darwin":
        for system in (False, True):
            own = machine.keychain.with_suffix(".login") if machine.keychain else None
            everybodys = machine.keychain.with_suffix(".system") if machine.keychain else SYSTEM_KEYCHAIN
            yield KeychainStore(
                machine.home, system=system, security=machine.security, keychain=everybodys if system else own,
                everybodys=everybodys,
            )  # fmt: skip
    else:
        yield AnchorStore(system_refusal, machine.system, machine.system_label)


def _firefox_store(
    machine: Machine, profile: firefox.Profile, system: tuple[TrustStore, ...], ask_password: AskPassword | None
) -> TrustStore:
    there = os.path.isdir(profile.folder)  # noqa: PTH112  never raises
    label = f"{profile.product}, {display(profile.name, 40)}"
    prefix = profile.product.partition(",")[0].lower().replace(" ", "-")
    identity = f"{prefix}:{profile.folder.name}"
    note = "Own store"
    if not _is_linux(machine):
        state = browsers.enterprise_roots(profile, machine.platform)
        if there and state.enabled:
            words = f"Follows the system: {preferences.NAME} is on ({state.where})"
            return FollowerStore(identity, "firefox", label, str(profile.folder), system, lambda: words)
        note = f"Own store: {preferences.NAME} is off ({state.where})"

    def what_to_know() -> str:
        if profile.in_use:
            return "Profile is open: pages already visited follow after a restart"
        return profile.mismatch or note

    return NssStore(
        store_id=identity, kind="firefox", label=label, database=profile.folder, library=profile.library,
        note=what_to_know, ask_password=ask_password, newer_library=firefox.newest_library,
        unavailable=("", "") if there else ("folder-missing", f"{profile.folder} is not there."),
    )  # fmt: skip


def _chromium_store(database: chromium.Database, ask_password: AskPassword | None) -> NssStore:
    return NssStore(
        store_id=database.id, kind="chromium", label=database.label, database=database.folder, library="",
        note=lambda: database.note, ask_password=ask_password, newer_library=firefox.newest_library,
        counts=database.counts,
    )  # fmt: skip


def _followers(machine: Machine, system: tuple[TrustStore, ...]) -> Iterator[TrustStore]:
    """Return the Chromium family on Windows and macOS: its browsers read the roots that were added to the system."""
    names = browsers.installed_chromiums(machine.platform, machine.home)
    if names:
        words = "Reads the system's store, with the roots that were added to it"
        yield FollowerStore("chromium", "chromium", ", ".join(names), system[0].location, system, lambda: words)


def _is_linux(machine: Machine) -> bool:
    return machine.platform.startswith("linux")


def _with_unique_ids(stores: list[TrustStore]) -> list[TrustStore]:
    """Two profile folders of one name (classic and snap) get a number, so that an id names one store."""
    seen: dict[str, int] = {}
    for store in stores:
        seen[store.id] = seen.get(store.id, 0) + 1
        if seen[store.id] > 1:
            store.id = f"{store.id}#{seen[store.id]}"
    return stores
