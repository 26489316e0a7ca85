"""NSS databases through the real libraries: Firefox's own, and the system's that Chromium uses."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import StoreUnavailable
from core.model.plan import Action
from core.trust.backends.nss import files
from core.trust.backends.nss.firefox import library_of
from core.trust.backends.nss.store import NssStore
from core.trust.store import Root, TrustStore
from tests.contracts.trust_store_contract import TrustStoreContract
from tests.rigs.minting import mint_ca

FIREFOX = library_of(Path("/nonexistent"))


FIRST_WITH_NEW_RECORDS = 142  # NSS 3.114 writes trust as PKCS#11 v3.2 objects, which certutil 3.87 does not delete


def firefox_version() -> int:
    text = (Path(FIREFOX) / "application.ini").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("Version=")).split("=")[1].split(".")[0])


def firefox_store(profile: Path, password: str | None = None, library: str = FIREFOX) -> NssStore:
    return NssStore(
        store_id=f"firefox:{profile.name}", kind="firefox", label="Firefox, test", database=profile,
        library=library, ask_password=lambda _: password,
    )  # fmt: skip


def root_named(name: str) -> Root:
    return Root.from_bytes(mint_ca(name).der, "test")


def certutil(*arguments: str) -> str:
    return subprocess.run(["certutil", *arguments], check=True, capture_output=True, text=True).stdout


class TestFirefoxStore(TrustStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        profile = tmp_path / "odd ‘profile’ %20"
        profile.mkdir()
        return lambda: firefox_store(profile)


class TestFirefoxWithAPrimaryPassword(TrustStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        profile = tmp_path / "locked"
        profile.mkdir()
        (tmp_path / "password").write_text("Primary-1\n")
        certutil("-N", "-d", f"sql:{profile}", "-f", str(tmp_path / "password"))
        return lambda: firefox_store(profile, "Primary-1")


class TestFirefoxInUse(TrustStoreContract):
    """The database is open in another process, as a running Firefox has it; a real one is in e2e/test_trust_paths."""

    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Iterator[Callable[[], TrustStore]]:
        profile = tmp_path / "open"
        profile.mkdir()
        certutil("-N", "-d", f"sql:{profile}", "--empty-password")
        (profile / "lock").symlink_to("127.0.0.1:+1")
        holder = sqlite3.connect(profile / "cert9.db")
        holder.execute("SELECT count(*) FROM nssPublic").fetchone()
        yield lambda: firefox_store(profile)
        holder.close()


class TestChromiumStoreInItsOldPlace(TrustStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        folder = tmp_path / ".pki/nssdb"
        folder.mkdir(parents=True)
        certutil("-N", "-d", f"sql:{folder}", "--empty-password")
        return lambda: chromium_store(folder)


class TestChromiumStore(TrustStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        folder = tmp_path / "share/pki/nssdb"
        return lambda: NssStore(store_id="chromium", kind="chromium", label="Chromium", database=folder, library="")


def test_a_database_that_we_made_goes_with_the_root(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    folder = home / ".local/share/pki/nssdb"
    store = NssStore(store_id="chromium", kind="chromium", label="C", database=folder, library="")
    root = root_named("Fresh User")
    store.install(root)
    assert (folder / "cert9.db").exists()
    store.remove(root)
    assert list(home.iterdir()) == []
    assert store.probe(root).installed is False


def test_a_database_that_others_use_by_now_stays(tmp_path: Path) -> None:
    folder = tmp_path / "nssdb"
    store = NssStore(store_id="chromium", kind="chromium", label="C", database=folder, library="")
    root, other = root_named("Ours"), root_named("Somebody Else's")
    store.install(root)
    (tmp_path / "other.pem").write_bytes(other.pem)
    certutil("-A", "-d", f"sql:{folder}", "-t", "C,,", "-n", "other", "-i", str(tmp_path / "other.pem"))
    store.remove(root)
    assert store.probe(other).trusted is True


def test_a_profile_folder_is_never_taken_away(tmp_path: Path) -> None:
    profile = tmp_path / "new.default"
    profile.mkdir()
    root = root_named("In A New Profile")
    firefox_store(profile).install(root)
    firefox_store(profile).remove(root)
    assert list(tmp_path.iterdir()) == [profile]
    assert list(profile.iterdir()) == []


def test_firefox_brings_its_own_library() -> None:
    assert FIREFOX, "firefox-esr is installed by the set-up"


def test_reading_a_missing_database_creates_nothing(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    assert firefox_store(profile).probe(root_named("R")).installed is False
    assert list(profile.iterdir()) == []


def test_a_profile_that_is_gone_is_a_reason_in_the_row(tmp_path: Path) -> None:
    state = firefox_store(tmp_path / "no" / "profile").probe(root_named("R"))
    assert (state.available, state.reason) == (False, "folder-missing")


def test_a_corrupt_database_is_a_reason_in_the_row(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "cert9.db").write_bytes(b"this is no database" * 100)
    state = firefox_store(profile).probe(root_named("R"))
    assert state.available is False
    assert state.reason in {"unreadable", "nss", "busy"}


def test_a_locked_database_is_busy_and_not_half_installed(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    root = root_named("Locked Out")
    firefox_store(profile).install(root_named("First"))
    holder = sqlite3.connect(profile / "cert9.db", isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        state = firefox_store(profile).probe(root)
        assert (state.available, state.reason) == (False, "busy")
        with pytest.raises(StoreUnavailable, match="Another program"):
            firefox_store(profile).install(root)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert firefox_store(profile).probe(root).installed is False


@pytest.fixture
def locked_profile(tmp_path: Path) -> Path:
    profile = tmp_path / "locked"
    profile.mkdir()
    (tmp_path / "old").write_text("\n")
    (tmp_path / "new").write_text("Primary-1\n")
    certutil("-N", "-d", f"sql:{profile}", "-f", str(tmp_path / "new"))
    return profile


def test_a_primary_password_is_asked_for_and_nothing_stays_half_installed(locked_profile: Path) -> None:
    root = root_named("Behind A Password")
    assert "primary password" in firefox_store(locked_profile).plan(Action.INSTALL, root).prompt
    for typed in (None, "", "wrong"):
        with pytest.raises(StoreUnavailable) as refused:
            firefox_store(locked_profile, typed).install(root)
        assert refused.value.reason == "primary-password"
        assert firefox_store(locked_profile).probe(root).installed is False
    firefox_store(locked_profile, "Primary-1").install(root)
    assert firefox_store(locked_profile).probe(root).trusted is True


def test_a_primary_password_is_not_needed_to_read_or_to_remove(locked_profile: Path) -> None:
    root = root_named("Removable")
    firefox_store(locked_profile, "Primary-1").install(root)
    firefox_store(locked_profile, None).remove(root)
    state = firefox_store(locked_profile).probe(root)
    assert (state.installed, state.trusted) == (False, False)


def test_trust_left_by_an_older_nss_is_cleared(tmp_path: Path) -> None:
    """Both generations write their own trust record; a removal that clears one alone leaves the root trusted."""
    profile = tmp_path / "profile"
    profile.mkdir()
    root = root_named("Two Generations")
    (tmp_path / "root.pem").write_bytes(root.pem)
    old_then_new = firefox_store(profile)
    certutil("-N", "-d", f"sql:{profile}", "--empty-password")
    certutil("-A", "-d", f"sql:{profile}", "-t", "C,,", "-n", "old", "-i", str(tmp_path / "root.pem"))
    assert old_then_new.probe(root).trusted is True
    old_then_new.install(root)
    old_then_new.remove(root)
    assert (old_then_new.probe(root).installed, old_then_new.probe(root).trusted) == (False, False)


def test_trust_left_behind_by_certutil_is_seen_and_cleared(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    root = root_named("Left Behind")
    store = firefox_store(profile)
    store.install(root)
    certutil("-D", "-d", f"sql:{profile}", "-n", f"Dotlocal {root.sha256[:16]}")
    left = store.probe(root)
    assert left.installed is False
    if firefox_version() >= FIRST_WITH_NEW_RECORDS:
        assert left.trusted, "the trust record outlives the certificate"
        assert store.plan(Action.REMOVE, root).steps
    store.remove(root)
    assert store.probe(root).trusted is False


def test_a_root_without_the_website_flag_is_told_apart(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    root = root_named("Mail Only")
    (tmp_path / "root.pem").write_bytes(root.pem)
    certutil("-N", "-d", f"sql:{profile}", "--empty-password")
    certutil("-A", "-d", f"sql:{profile}", "-t", ",C,", "-n", "mail", "-i", str(tmp_path / "root.pem"))
    store = firefox_store(profile)
    assert (store.probe(root).installed, store.probe(root).trusted) == (True, False)
    assert store.verify(root, (), "").reasons[0].code == "trust-flag-off"
    store.install(root)
    assert store.probe(root).trusted is True


def test_no_library_is_a_reason_in_the_row(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    shutil.copyfile("/dev/null", profile / "cert9.db")
    empty = tmp_path / "empty"
    empty.mkdir()
    state = firefox_store(profile, library=str(empty)).probe(root_named("R"))
    assert (state.available, state.reason) == (False, "library-missing")


def test_a_database_of_another_user_is_not_touched_by_root(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    if os.geteuid() != 0:
        assert firefox_store(profile).probe(root_named("R")).available
        return
    os.chown(profile, 12345, 12345)
    state = firefox_store(profile).probe(root_named("R"))
    assert (state.available, state.reason) == (False, "other-owner")
    assert list(profile.iterdir()) == []


def chromium_store(folder: Path, newer: str = FIREFOX) -> NssStore:
    return NssStore(
        store_id="chromium", kind="chromium", label="Chromium", database=folder, library="",
        newer_library=lambda: newer,
    )  # fmt: skip


def needs_new_records() -> None:
    if firefox_version() < FIRST_WITH_NEW_RECORDS:
        pytest.skip(f"Firefox {firefox_version()} here writes the old records alone: there is no second generation")


def test_a_root_that_a_newer_nss_put_into_chromiums_database_is_repaired_and_removed_whole(tmp_path: Path) -> None:
    """The cross-generation trap: the system's NSS neither sees nor deletes the record of the newer one."""
    needs_new_records()
    root = root_named("Newer Put It There")
    firefox_store(tmp_path).install(root)
    store = chromium_store(tmp_path)
    assert (store.probe(root).installed, store.probe(root).trusted) == (True, False)
    store.install(root)
    assert store.probe(root).trusted is True
    store.remove(root)
    for client in (store, firefox_store(tmp_path)):
        assert (client.probe(root).installed, client.probe(root).trusted) == (False, False)
    assert files.records_of(str(tmp_path), root.der) == []


def test_a_record_that_nothing_here_can_delete_is_told_and_not_hidden(tmp_path: Path) -> None:
    needs_new_records()
    root = root_named("Stuck")
    firefox_store(tmp_path).install(root)
    blind = chromium_store(tmp_path, newer="")
    with pytest.raises(StoreUnavailable) as told:
        blind.remove(root)
    assert told.value.reason == "left-over"
    state = blind.probe(root)
    assert (state.installed, state.trusted) == (False, True)
    assert "outlived" in state.detail
    chromium_store(tmp_path).remove(root)
    assert blind.probe(root).trusted is False


def test_an_undo_puts_back_name_and_flags(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    root = root_named("Mail And Web")
    (tmp_path / "root.pem").write_bytes(root.pem)
    certutil("-N", "-d", f"sql:{profile}", "--empty-password")
    certutil("-A", "-d", f"sql:{profile}", "-t", ",C,", "-n", "the mail root", "-i", str(tmp_path / "root.pem"))
    store = firefox_store(profile)
    before = store.snapshot(root)
    assert before["nickname"] == "the mail root"
    store.install(root)
    store.restore(root, before)
    assert store.snapshot(root) == before
    store.remove(root)
    store.restore(root, before)
    assert store.snapshot(root) == before


@pytest.mark.parametrize("name", ["cert9.db", "."])
def test_a_read_only_profile_is_told_in_the_plan_and_left_as_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    firefox_store(profile).install(root_named("First"))
    root = root_named("Too Late")
    before = (profile / "cert9.db").read_bytes()
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != profile / name)  # root may write everywhere
    for call in (
        lambda: firefox_store(profile).plan(Action.INSTALL, root),
        lambda: firefox_store(profile).install(root),
    ):
        with pytest.raises(StoreUnavailable) as refused:
            call()
        assert refused.value.reason == "read-only"
    assert (profile / "cert9.db").read_bytes() == before


def test_a_database_whose_making_was_cut_off_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "share/pki/nssdb"
    (tmp_path / "share").mkdir()
    files.make_folders(str(folder))
    (folder / "cert9.db").write_bytes(b"")
    (tmp_path / "share/.dotlocal-new-abc/nssdb").mkdir(parents=True)
    chromium_store(folder).remove(root_named("R"))
    assert list((tmp_path / "share").iterdir()) == []
