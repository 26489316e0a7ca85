"""Which stores are found: every profile of every profiles.ini, and the database that Chromium reads."""

import sys
from pathlib import Path

import pytest

from core.app.judge_chain import system_refusal
from core.trust.backends.linux import families
from core.trust.backends.linux.store import AnchorStore
from core.trust.backends.nss import chromium
from core.trust.backends.nss.firefox import find_profiles, library_of
from core.trust.backends.private.store import FileStore
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


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_a_private_machine_has_no_store_of_this_computer(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows and macOS the system's store is of the person who sits there: a sample has a file instead."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(families, "has_private_tool", lambda: platform == "linux")
    stores = find_stores(Machine.private(tmp_path, "Test"), system_refusal, None)
    assert [store.id for store in stores] == (["os", "chromium"] if platform == "linux" else ["os"])
    assert all(Path(store.location).is_relative_to(tmp_path) for store in stores)
    assert isinstance(stores[0], AnchorStore if platform == "linux" else FileStore)


def test_every_relative_of_firefox_is_found_with_its_name(tmp_path: Path) -> None:
    places = {
        "LibreWolf": ".librewolf", "Waterfox": ".waterfox", "Zen": ".zen", "Floorp": ".floorp",
        "Firefox, flatpak": ".var/app/org.mozilla.firefox/config/mozilla/firefox",
        "Firefox Trunk": ".mozilla/firefox-trunk",
    }  # fmt: skip
    for place in places.values():
        profiles_ini(tmp_path / place, "[Profile0]\nName=main\nPath=main\n")
    assert {p.product for p in find_profiles(tmp_path, tmp_path / ".config")} == set(places)


def test_a_profile_whose_firefox_is_gone_says_so(tmp_path: Path) -> None:
    profiles_ini(tmp_path / ".mozilla/firefox", "[Profile0]\nName=old\nPath=old\n")
    (tmp_path / ".mozilla/firefox/old").mkdir()
    (tmp_path / ".mozilla/firefox/old/compatibility.ini").write_text(
        "[Compatibility]\nLastVersion=200.1_2030\nLastPlatformDir=/opt/no-such-firefox\n"
    )
    [found] = find_profiles(tmp_path, tmp_path / ".config")
    assert "200.1" in found.mismatch
    assert "gone" in found.mismatch


def test_snap_and_flatpak_databases_of_the_chromium_family_are_found(tmp_path: Path) -> None:
    (tmp_path / "snap/chromium/current/.pki/nssdb").mkdir(parents=True)
    (tmp_path / ".var/app/com.brave.Browser").mkdir(parents=True)
    found = {d.id: d.folder for d in chromium.find(tmp_path, tmp_path / "data")}
    assert found["chromium:snap-chromium"] == tmp_path / "snap/chromium/current/.pki/nssdb"
    assert found["chromium:com.brave.Browser"] == tmp_path / ".var/app/com.brave.Browser/data/pki/nssdb"


def test_the_preference_is_read_as_firefox_reads_it(tmp_path: Path) -> None:
    from core.trust.backends.nss.preferences import NAME, enterprise_roots

    assert enterprise_roots(tmp_path, ()).enabled
    (tmp_path / "prefs.js").write_text(f'user_pref("{NAME}", false);\n')
    assert enterprise_roots(tmp_path, ()) == type(enterprise_roots(tmp_path, ()))(False, "prefs.js")
    (tmp_path / "user.js").write_text(f'// user_pref("{NAME}", false);\nuser_pref("{NAME}", true);\n')
    assert enterprise_roots(tmp_path, ()).where == "user.js"
    policy = tmp_path / "policies.json"
    policy.write_text('{"policies": {"Certificates": {"ImportEnterpriseRoots": false}}}')
    assert not enterprise_roots(tmp_path, (policy,)).enabled
    assert enterprise_roots(tmp_path, (policy,), True).enabled


def test_the_firefox_policy_keeps_what_others_wrote(tmp_path: Path) -> None:
    import json

    from core.errors import StoreUnavailable
    from core.model.plan import Action
    from core.trust.backends.policy.store import FirefoxPolicyStore
    from core.trust.store import Root
    from tests.rigs.minting import mint_ca

    folder = tmp_path / "firefox/policies"
    root = Root.from_bytes(mint_ca("For All").der, "test")
    store = FirefoxPolicyStore(folder)
    store.install(root)
    assert (store.probe(root).installed, store.probe(root).trusted) == (True, True)
    assert store.verify(root, (), "").reasons[0].code == "no-verifier", "no word of trust without proof"
    store.remove(root)
    assert list(tmp_path.iterdir()) == []
    folder.mkdir(parents=True)
    others = {"policies": {"DisableTelemetry": True, "Certificates": {"Install": ["/etc/other.pem"]}}}
    (folder / "policies.json").write_text(json.dumps(others))
    store.install(root)
    assert store.plan(Action.INSTALL, root).steps == ()
    store.remove(root)
    assert json.loads((folder / "policies.json").read_text()) == others
    (folder / "policies.json").write_text("{broken")
    assert store.probe(root).reason == "unreadable"
    with pytest.raises(StoreUnavailable):
        store.install(root)
    assert (folder / "policies.json").read_text() == "{broken"
