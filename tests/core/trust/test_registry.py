"""Which stores are found: every profile of every profiles.ini, and the database that Chromium reads."""

from pathlib import Path

from core.app.judge_chain import system_refusal
from core.trust.backends.nss import chromium
from core.trust.backends.nss.firefox import find_profiles, library_of
from core.trust.registry import Machine, find_stores


def profiles_ini(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "profiles.ini").write_text(text)


def test_classic_xdg_and_snap_profiles_are_all_found(tmp_path: Path) -> None:
    for place, name in (
        (".mozilla/firefox", "classic"), (".config/mozilla/firefox", "xdg"),
        ("snap/firefox/common/.mozilla/firefox", "snap"),
    ):  # fmt: skip
        profiles_ini(tmp_path / place, f"[Profile0]\nName={name}\nIsRelative=1\nPath={name}.default\n")
    found = find_profiles(tmp_path, tmp_path / ".config")
    assert {p.name for p in found} == {"classic", "xdg", "snap"}


def test_an_absolute_profile_path_is_taken_as_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    profiles_ini(tmp_path / ".mozilla/firefox", f"[Profile0]\nName=x\nIsRelative=0\nPath={elsewhere}\n")
    assert find_profiles(tmp_path, tmp_path / ".config")[0].folder == elsewhere


def test_a_broken_profiles_ini_hides_no_other(tmp_path: Path) -> None:
    profiles_ini(tmp_path / ".mozilla/firefox", "this is [not an ini\n")
    profiles_ini(tmp_path / ".config/mozilla/firefox", "[Profile0]\nName=good\nPath=good.default\n")
    assert [p.name for p in find_profiles(tmp_path, tmp_path / ".config")] == ["good"]


def test_a_library_folder_named_in_a_profile_must_hold_nss(tmp_path: Path) -> None:
    (tmp_path / "compatibility.ini").write_text("[Compatibility]\nLastPlatformDir=/tmp\n")
    assert library_of(tmp_path) != "/tmp"


def test_the_old_chromium_folder_counts_even_when_empty(tmp_path: Path) -> None:
    data = tmp_path / ".local/share"

    def places() -> list[tuple[str, Path, bool]]:
        return [(d.id, d.folder, d.counts) for d in chromium.find(tmp_path, data, expected=True)]

    old, new = tmp_path / ".pki/nssdb", data / "pki/nssdb"
    assert places() == [("chromium", new, True)]
    old.mkdir(parents=True)
    assert places() == [("chromium", old, True)]
    new.mkdir(parents=True)
    (new / "cert9.db").touch()
    assert places() == [("chromium", old, True), ("chromium-new", new, False)]


def test_two_profile_folders_of_one_name_get_ids_of_their_own(tmp_path: Path) -> None:
    for place in (".mozilla/firefox", ".config/mozilla/firefox"):
        profiles_ini(tmp_path / place, "[Profile0]\nName=a\nPath=abc.default\n")
        (tmp_path / place / "abc.default").mkdir()
    stores = find_stores(Machine.private(tmp_path, "Test"), system_refusal, None)
    ids = [store.id for store in stores]
    assert ids == ["os", "firefox:abc.default", "firefox:abc.default#2", "chromium"]
