"""The store in a file that the sample's computer has where Debian's tool is not at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.app.judge_chain import system_refusal
from core.errors import StoreUnavailable
from core.trust.backends.private.store import FileStore
from core.trust.store import Root, TrustStore
from tests.contracts.trust_store_contract import TrustStoreContract
from tests.rigs.minting import mint, mint_ca


class TestFileStore(TrustStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        return lambda: FileStore(system_refusal, tmp_path / "system/roots.pem", "Sample computer")


def test_without_a_root_left_nothing_is_trusted_and_no_file_stays(tmp_path: Path) -> None:
    file, authority = tmp_path / "system/roots.pem", mint_ca()
    store, root = FileStore(system_refusal, file, "Sample"), Root.from_bytes(authority.der, "test")
    leaf = mint("dev01.local", authority, names=("dev01.local",))
    store.install(root)
    assert store.refusal((leaf.der,), "dev01.local") is None
    store.remove(root)
    assert store.refusal((leaf.der,), "dev01.local")
    assert not file.exists()


def test_a_file_that_cannot_be_read_or_written_is_a_reason_in_the_row(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").mkdir()
    store, root = FileStore(system_refusal, tmp_path / "roots.pem", "Sample"), Root.from_bytes(mint_ca().der, "test")
    state = store.probe(root)
    assert (state.available, state.reason) == (False, "unreadable")
    with pytest.raises(StoreUnavailable):
        store.install(root)
