"""What every trust store promises; each backend's tests inherit it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.authority import authority, profiles
from core.clock import utc_now
from core.errors import NotAnAuthority
from core.model.plan import Action
from core.secrets import SessionPassphrase
from core.trust.store import Root, TrustStore
from tests.rigs.minting import mint, mint_ca


class TrustStoreContract:
    """Give a `make_store` fixture: a call that opens the same throw-away store anew."""

    def new_root(self, name: str, number: int) -> Root:
        """Return a root that has nothing to do with the site; another key for another number."""
        return Root.from_bytes(mint_ca(name).der, "test")

    @pytest.fixture
    def site(self, tmp_path: Path) -> authority.Authority:
        secret = SessionPassphrase("for this test alone")
        return authority.create(tmp_path / "authority", "Contract", profiles.Limits(), secret, utc_now())

    @pytest.fixture
    def root(self, site: authority.Authority) -> Root:
        from cryptography.hazmat.primitives.serialization import Encoding

        return Root.from_bytes(site.root.public_bytes(Encoding.DER), "test")

    @pytest.fixture
    def probe(self, site: authority.Authority) -> tuple[bytes, ...]:
        from cryptography.hazmat.primitives.serialization import Encoding

        return tuple(c.public_bytes(Encoding.DER) for c in site.probe)

    def test_a_fresh_store_is_available_and_empty_of_the_root(
        self, make_store: Callable[[], TrustStore], root: Root
    ) -> None:
        state = make_store().probe(root)
        assert (state.available, state.installed, state.trusted) == (True, False, False)

    def test_installing_is_read_back_by_another_instance(
        self, make_store: Callable[[], TrustStore], root: Root
    ) -> None:
        make_store().install(root)
        state = make_store().probe(root)
        assert (state.installed, state.trusted) == (True, True)
        assert root.der in make_store().trusted_roots()

    def test_installing_twice_is_harmless(self, make_store: Callable[[], TrustStore], root: Root) -> None:
        store = make_store()
        store.install(root)
        before = store.trusted_roots()
        store.install(root)
        assert sorted(store.trusted_roots()) == sorted(before)
        assert store.plan(Action.INSTALL, root).steps == ()

    def test_removing_what_is_absent_is_harmless(self, make_store: Callable[[], TrustStore], root: Root) -> None:
        store = make_store()
        assert store.plan(Action.REMOVE, root).steps == ()
        store.remove(root)
        assert store.probe(root).installed is False

    def test_removing_is_read_back(self, make_store: Callable[[], TrustStore], root: Root) -> None:
        store = make_store()
        store.install(root)
        assert store.plan(Action.REMOVE, root).steps
        store.remove(root)
        state = make_store().probe(root)
        assert (state.installed, state.trusted) == (False, False)
        assert root.der not in make_store().trusted_roots()

    def test_removing_one_root_leaves_a_namesake_alone(self, make_store: Callable[[], TrustStore]) -> None:
        one, other = (self.new_root("Same Name", number) for number in range(2))
        store = make_store()
        store.install(one)
        store.install(other)
        store.remove(one)
        assert store.probe(one).trusted is False
        assert store.probe(other).trusted is True

    def test_trust_is_proved_by_the_stores_own_verifier(
        self, make_store: Callable[[], TrustStore], root: Root, probe: tuple[bytes, ...]
    ) -> None:
        store = make_store()
        before = store.verify(root, probe, authority.PROBE_NAME)
        assert (before.trusted, before.reasons[0].code) == (False, "root-absent")
        assert store.refusal(probe, authority.PROBE_NAME)
        store.install(root)
        after = make_store().verify(root, probe, authority.PROBE_NAME)
        assert (after.trusted, after.reasons) == (True, ())
        assert after.checked

    def test_a_foreign_root_without_a_probe_is_proved_too(self, make_store: Callable[[], TrustStore]) -> None:
        root = self.new_root("Foreign Root", 0)
        store = make_store()
        assert not store.verify(root, (), "").trusted
        store.install(root)
        assert store.verify(root, (), "").trusted

    def test_a_device_certificate_is_refused_as_a_root(self) -> None:
        leaf = mint("dev01.local", names=("dev01.local",))
        with pytest.raises(NotAnAuthority, match="may not sign"):
            Root.from_bytes(leaf.der, "leaf.pem")
