"""The keychains of macOS against a stand-in for `security` that keeps state and refuses what the real one refuses."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.app.judge_chain import system_refusal
from core.errors import ElevationRefused, StoreUnavailable
from core.model.plan import Action
from core.trust.backends.macos.keychain import Keychain
from core.trust.backends.macos.store import KeychainStore
from core.trust.follower import FollowerStore
from core.trust.registry import Machine, find_stores
from core.trust.store import Root, TrustStore
from tests.contracts.trust_store_contract import TrustStoreContract
from tests.rigs import security_stand_in
from tests.rigs.minting import mint_ca

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a POSIX script")


class Mac:
    """A folder with the stand-in and its state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.security = folder / "security"
        script = Path(security_stand_in.__file__)
        self.security.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{script}" "{folder}" "$@"\n')
        self.security.chmod(0o755)

    def mood(self, mood: str) -> None:
        (self.folder / "mood").write_text(mood)

    @property
    def state(self) -> dict[str, object]:
        file = self.folder / "mac.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def store(self, *, system: bool = False) -> KeychainStore:
        keychain = self.folder / ("System.keychain" if system else "login.keychain-db")
        return KeychainStore(
            self.folder, system=system, security=self.security, keychain=keychain,
            everybodys=self.folder / "System.keychain", apples=self.folder / "Apple.keychain",
        )  # fmt: skip


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    return Mac(tmp_path)


class TestLoginKeychain(TrustStoreContract):
    @pytest.fixture
    def make_store(self, mac: Mac) -> Callable[[], TrustStore]:
        return mac.store


class TestSystemKeychain(TrustStoreContract):
    @pytest.fixture
    def make_store(self, mac: Mac) -> Callable[[], TrustStore]:
        return lambda: mac.store(system=True)


def test_a_user_trusts_ones_own_the_machines_and_apples_roots_but_what_is_denied(mac: Mac) -> None:
    own, machines, apples, denied = (Root.from_bytes(mint_ca(f"Root {n}").der, "test") for n in range(4))
    mac.store().install(own)
    mac.store(system=True).install(machines)
    state = mac.state
    state["keychains"][str(mac.folder / "Apple.keychain")] = [apples.der.hex(), denied.der.hex()]  # type: ignore[index]
    state["trust"]["admin"][security_stand_in.sha1(denied.der)] = [  # type: ignore[index]
        {"policy": security_stand_in.SSL.hex(), "name": "ssl", "result": 3}
    ]
    (mac.folder / "mac.json").write_text(json.dumps(state))
    assert set(mac.store().trusted_roots()) == {own.der, machines.der, apples.der}
    assert set(mac.store(system=True).trusted_roots()) == {machines.der}
    follower = FollowerStore("firefox", "firefox", "Firefox", "", [mac.store()], lambda: "")
    assert set(follower.trusted_roots()) == {own.der, machines.der}, "Apple's own are not taken over"


def root() -> Root:
    return Root.from_bytes(mint_ca("Of A Mac").der, "test")


@pytest.mark.parametrize(
    ("mood", "kind", "said"),
    [
        ("cancel", ElevationRefused, "cancelled"), ("denied", ElevationRefused, "denied"),
        ("headless", StoreUnavailable, "nobody could be asked"),
    ],
)  # fmt: skip
def test_a_no_a_denial_and_nobody_there_are_told_apart_and_leave_nothing(
    mac: Mac, mood: str, kind: type[Exception], said: str
) -> None:
    wanted = root()
    mac.mood(mood)
    with pytest.raises(kind, match=said):
        mac.store().install(wanted)
    state = mac.store().probe(wanted)
    assert (state.installed, state.trusted) == (False, False)


def test_a_refused_removal_leaves_the_root_as_it_was_and_says_so(mac: Mac) -> None:
    wanted = root()
    mac.store().install(wanted)
    mac.mood("cancel")
    with pytest.raises(ElevationRefused):
        mac.store().remove(wanted)
    assert mac.store().probe(wanted).trusted is True


def test_a_refused_repair_keeps_the_copy_that_was_there_before(mac: Mac) -> None:
    wanted = root()
    (mac.folder / "mac.json").write_text(
        json.dumps({"keychains": {str(mac.folder / "login.keychain-db"): [wanted.der.hex()]}, "trust": {}})
    )
    assert (mac.store().probe(wanted).installed, mac.store().probe(wanted).trusted) == (True, False)
    mac.mood("cancel")
    with pytest.raises(ElevationRefused):
        mac.store().install(wanted)
    assert mac.store().probe(wanted).installed is True


def test_installing_again_asks_for_no_password(mac: Mac) -> None:
    wanted = root()
    mac.store().install(wanted)
    mac.store().install(wanted)
    assert mac.state["prompts"] == 1


def test_a_setting_that_outlived_its_certificate_is_seen_and_taken_out(mac: Mac) -> None:
    wanted = root()
    mac.store().install(wanted)
    state = mac.state
    state["keychains"] = {}
    (mac.folder / "mac.json").write_text(json.dumps(state))
    left = mac.store().probe(wanted)
    assert (left.installed, left.trusted) == (False, True)
    assert mac.store().plan(Action.REMOVE, wanted).steps
    mac.store().remove(wanted)
    assert mac.store().probe(wanted).trusted is False


def test_a_deny_and_a_limited_setting_are_not_trust(mac: Mac) -> None:
    wanted = root()
    mac.store().install(wanted)
    state = mac.state
    [(fingerprint, rules)] = state["trust"]["user"].items()  # type: ignore[index]
    state["trust"]["user"][fingerprint] = [{**r, "result": 3} for r in rules]  # type: ignore[index]
    (mac.folder / "mac.json").write_text(json.dumps(state))
    assert mac.store().probe(wanted).trusted is False


def test_the_real_login_keychain_is_refused_to_an_administrator(tmp_path: Path) -> None:
    store = KeychainStore(tmp_path, system=False)
    with pytest.raises(StoreUnavailable):
        store.install(root())


def test_the_plan_names_the_exact_command(mac: Mac) -> None:
    plan = mac.store(system=True).plan(Action.INSTALL, root())
    assert any(step.target.startswith("security add-trusted-cert -d -r trustRoot -p ssl") for step in plan.steps)
    assert "password" in plan.prompt


def test_firefox_follows_the_keychain_unless_its_preference_is_off(mac: Mac) -> None:
    base = mac.folder / "Library/Application Support/Firefox"
    for name, line in (("on", ""), ("off", 'user_pref("security.enterprise_roots.enabled", false);\n')):
        (base / name).mkdir(parents=True)
        (base / name / "user.js").write_text(line)
    (base / "profiles.ini").write_text("[Profile0]\nName=on\nPath=on\n[Profile1]\nName=off\nPath=off\n")
    machine = Machine(mac.folder, mac.folder, mac.folder, None, platform="darwin", security=mac.security,
                      keychain=mac.folder / "keychain", java_folders=())  # fmt: skip
    stores = {store.id: store for store in find_stores(machine, system_refusal, None)}
    assert list(stores) == ["os", "os-machine", "firefox:on", "firefox:off"]
    wanted = root()
    stores["os"].install(wanted)
    followed = stores["firefox:on"].probe(wanted)
    assert (followed.follows, followed.installed, followed.trusted) == ("os", True, True)
    assert "is on" in followed.detail
    assert stores["firefox:on"].verify(wanted, (), "").trusted
    assert "is off" in stores["firefox:off"].probe(wanted).detail
    assert stores["firefox:off"].follows == ""


def test_removal_by_sha1_spares_a_certificate_that_shares_it(mac: Mac, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = root(), root()
    keychain = Keychain(mac.folder / "login.keychain-db", admin=False, security=mac.security)
    keychain.add(one.der)
    keychain.add(other.der)
    keychain.remove(one.der)
    assert keychain.certificates() == (other.der,)
