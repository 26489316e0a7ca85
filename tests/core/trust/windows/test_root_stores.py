"""The ROOT stores of Windows, of the user and of the machine: every answer comes from a fresh process."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from core.errors import ElevationRefused, StoreUnavailable
from core.model.plan import Action
from core.trust import elevation, helper
from core.trust.backends.windows import crypt32
from core.trust.backends.windows import store as windows_store
from core.trust.backends.windows.crypt32 import MACHINE, USER
from core.trust.backends.windows.store import WindowsRootStore
from core.trust.store import Root, TrustStore
from core.trust.windows_elevation import run_as_administrator
from tests.contracts.trust_store_contract import TrustStoreContract
from tests.rigs.minting import Minted, mint, mint_ca

# Wine 8 calls 1 in 128 ECDSA signatures bad: here everything is signed with RSA.
KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(3)]


def rsa_ca(name: str, number: int = 0) -> Minted:
    return mint_ca(name, key=KEYS[number])


def root_of(minted: Minted) -> Root:
    return Root.from_bytes(minted.der, "test")


class _WindowsContract(TrustStoreContract):
    scope: str

    def new_root(self, name: str, number: int) -> Root:
        return root_of(rsa_ca(name, number))

    @pytest.fixture
    def authority(self) -> Minted:
        return rsa_ca("Contract Root")

    @pytest.fixture
    def root(self, authority: Minted) -> Root:  # type: ignore[override]
        return root_of(authority)

    @pytest.fixture
    def probe(self, authority: Minted) -> tuple[bytes, ...]:  # type: ignore[override]
        issuing = mint_ca("Contract Devices", authority, key=KEYS[1])
        return mint("dotlocal-trust-check.local", issuing, names=("dotlocal-trust-check.local",)).der, issuing.der

    @pytest.fixture
    def make_store(self) -> Iterator[Callable[[], TrustStore]]:
        before = crypt32.roots(self.scope)
        yield lambda: WindowsRootStore(self.scope)
        for der in set(crypt32.roots(self.scope)) - set(before):
            crypt32.delete(self.scope, der)

    def test_an_undo_puts_back_what_was_before(self, make_store: Callable[[], TrustStore], root: Root) -> None:
        store = make_store()
        before = store.snapshot(root)
        store.install(root)
        store.restore(root, before)
        assert make_store().snapshot(root) == before

    def test_a_wrong_host_and_a_wrong_usage_are_refused(
        self, make_store: Callable[[], TrustStore], authority: Minted, root: Root
    ) -> None:
        from cryptography.x509.oid import ExtendedKeyUsageOID

        store = make_store()
        store.install(root)
        leaf = mint("nas.local", authority, names=("nas.local",))
        client = mint("nas.local", authority, names=("nas.local",), eku=(ExtendedKeyUsageOID.CLIENT_AUTH,))
        assert store.refusal((leaf.der,), "nas.local") is None
        assert store.refusal((leaf.der,), "evil.local") == "the name does not match"
        assert "usage" in (store.refusal((client.der,), "nas.local") or "")

    def test_a_broken_name_constraint_is_refused_although_the_ssl_policy_says_nothing(
        self, make_store: Callable[[], TrustStore]
    ) -> None:
        from cryptography import x509

        limited = mint_ca("Limited", key=KEYS[2], constraints=x509.NameConstraints([x509.DNSName("local")], None))
        store = make_store()
        store.install(root_of(limited))
        rogue = mint("google.com", limited, names=("google.com",))
        assert store.refusal((rogue.der,), "google.com")


class TestUserStore(_WindowsContract):
    scope = USER

    def test_the_machines_roots_are_not_the_users_own(self, make_store: Callable[[], TrustStore], root: Root) -> None:
        machine = WindowsRootStore(MACHINE)
        machine.install(root)
        try:
            state = make_store().probe(root)
            assert (state.installed, state.trusted) == (False, False)
            assert "another store" in state.detail
        finally:
            machine.remove(root)

    def test_removing_it_from_the_user_leaves_the_machines(
        self, make_store: Callable[[], TrustStore], root: Root
    ) -> None:
        machine = WindowsRootStore(MACHINE)
        machine.install(root)
        try:
            make_store().install(root)
            assert make_store().probe(root).installed is True
            assert machine.probe(root).installed is True
            make_store().remove(root)
            assert make_store().probe(root).installed is False
            assert machine.probe(root).installed is True
        finally:
            machine.remove(root)
        assert root.der not in crypt32.all_roots(USER)

    def test_the_plan_says_that_windows_asks(self, make_store: Callable[[], TrustStore], root: Root) -> None:
        assert "answer Yes" in make_store().plan(Action.INSTALL, root).prompt


class TestMachineStore(_WindowsContract):
    scope = MACHINE

    def test_it_is_changed_only_when_it_is_named(self, make_store: Callable[[], TrustStore]) -> None:
        assert make_store().optional


def test_a_no_in_windows_own_dialog_is_told_apart_from_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    root = root_of(rsa_ca("Refused"))
    for code, kind, said in (
        (crypt32.CANCELLED, ElevationRefused, "You answered No"), (crypt32.DENIED, StoreUnavailable, "denied"),
        (87, StoreUnavailable, "Windows refused"),
    ):  # fmt: skip
        answer = json.dumps({"error": "CertAddEncodedCertificateToStore", "code": code}).encode()
        monkeypatch.setattr(windows_store.elevation, "run_tool", lambda *_, a=answer, **__: elevation.ToolResult(a, ""))
        with pytest.raises(kind, match=said):
            WindowsRootStore(USER).install(root)


def test_the_elevated_helper_changes_the_machine_store_alone() -> None:
    root = root_of(rsa_ca("By The Helper"))
    for verb, expected in (("install", True), ("remove", False)):
        change = elevation.Elevated(verb, "os-machine", root.sha256, root.der)
        asked = elevation.command_in_one_line((change,))
        command = [sys.executable, "-I", "-S", str(Path(helper.__file__)), *asked[asked.index("apply") :]]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        assert done.returncode == 0, done.stdout
        assert done.stdout == b"", "UAC gives no pipe to answer on"
        assert (root.der in crypt32.roots(MACHINE)) is expected
        assert WindowsRootStore(USER).probe(root).installed is False


def test_the_runas_call_starts_our_helper_and_waits_for_it() -> None:
    """Wine has no UAC, so this proves the call and the wait, not the prompt."""
    root = root_of(rsa_ca("By Runas"))
    change = elevation.Elevated("install", "os-machine", root.sha256, root.der)
    assert elevation.run_elevated((change,)) == {}
    try:
        assert root.der in crypt32.roots(MACHINE)
    finally:
        elevation.run_elevated((elevation.Elevated("remove", "os-machine", root.sha256, root.der),))
    assert root.der not in crypt32.roots(MACHINE)
    from core.errors import ToolFailed

    with pytest.raises(ToolFailed, match="refused the request"):
        run_as_administrator((*elevation.own_command("elevated-store"), "apply", "nonsense"))


def test_the_registry_finds_both_stores_and_firefox_that_follows_them(tmp_path: Path) -> None:
    from core.app.judge_chain import system_refusal
    from core.trust.registry import Machine, find_stores

    for name, line in (("on", ""), ("off", 'user_pref("security.enterprise_roots.enabled", false);\n')):
        profile = tmp_path / "Mozilla/Firefox" / f"{name}.default"
        profile.mkdir(parents=True)
        (profile / "prefs.js").write_text(line)
    (tmp_path / "Mozilla/Firefox/profiles.ini").write_text(
        "[Profile0]\nName=on\nPath=on.default\n[Profile1]\nName=off\nPath=off.default\n"
    )
    machine = Machine(tmp_path, tmp_path, tmp_path, None, java_folders=())
    stores = {store.id: store for store in find_stores(machine, system_refusal, None)}
    assert list(stores)[:2] == ["os", "os-machine"]
    assert stores["firefox:on.default"].follows == "os"
    assert stores["firefox:off.default"].follows == ""
