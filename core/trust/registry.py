"""Which trust stores are on this machine; nothing is probed before it is asked for."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from core.model.text import display
from core.trust.backends.linux import anchors
from core.trust.backends.linux.store import DebianStore, Refusal
from core.trust.backends.nss import chromium, firefox
from core.trust.backends.nss.store import NssStore
from core.trust.store import AskPassword, TrustStore


@dataclass(frozen=True, slots=True)
class Machine:
    """The folders that stores are looked for in; a sample or a test passes its own."""

    home: Path
    config: Path
    data: Path
    system: anchors.Layout
    system_label: str = ""
    chromium_expected: bool = False

    @classmethod
    def this_one(cls) -> "Machine":
        """Return the machine that this process runs on, for its user."""
        home = Path.home()
        return cls(
            home=home,
            config=Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config"),
            data=Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share"),
            system=anchors.Layout(),
        )

    @classmethod
    def private(cls, folder: Path, label: str) -> "Machine":
        """Return a machine that lives below `folder` alone: real tools, throw-away stores."""
        return cls(folder, folder / ".config", folder / ".local/share", anchors.private_layout(folder / "system"),
                   label, chromium_expected=True)  # fmt: skip


def find_stores(machine: Machine, system_refusal: Refusal, ask_password: AskPassword | None) -> tuple[TrustStore, ...]:
    """Return the stores of a machine, the system's first."""
    if not sys.platform.startswith("linux"):
        return ()
    stores: list[TrustStore] = [DebianStore(system_refusal, machine.system, machine.system_label)]
    stores += [_firefox_store(profile, ask_password) for profile in firefox.find_profiles(machine.home, machine.config)]
    databases = chromium.databases(machine.home, machine.data)
    program = chromium.installed_program()
    known = any(os.path.exists(d / "cert9.db") for d in databases)  # noqa: PTH110  never raises
    if program or machine.chromium_expected or known:
        stores.append(
            NssStore(
                store_id="chromium",
                kind="chromium",
                label="Chromium, Chrome, Edge, Brave",
                databases=databases,
                library="",
                note=lambda: "One database for the whole family",
                ask_password=ask_password,
            )
        )
    return tuple(_with_unique_ids(stores))


def _firefox_store(profile: firefox.Profile, ask_password: AskPassword | None) -> NssStore:
    there = os.path.isdir(profile.folder)  # noqa: PTH112  never raises
    missing = ("", "") if there else ("folder-missing", f"{profile.folder} is not there.")
    return NssStore(
        store_id=f"firefox:{profile.folder.name}",
        kind="firefox",
        label=f"Firefox, {display(profile.name, 40)}",
        databases=(profile.folder,),
        library=profile.library,
        note=lambda: "Profile is open: pages already visited follow after a restart" if profile.in_use else "Own store",
        ask_password=ask_password,
        unavailable=missing,
    )


def _with_unique_ids(stores: list[TrustStore]) -> list[TrustStore]:
    """Two profile folders of one name (classic and snap) get a number, so that an id names one store."""
    seen: dict[str, int] = {}
    for store in stores:
        seen[store.id] = seen.get(store.id, 0) + 1
        if seen[store.id] > 1:
            store.id = f"{store.id}#{seen[store.id]}"
    return stores
