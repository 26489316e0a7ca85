"""The OpenSSL of Python's own ssl judges there too, for the sample's store in a file."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from core.app.judge_chain import system_refusal
from core.trust.backends.private.store import FileStore
from core.trust.registry import Machine, find_stores
from core.trust.store import Root
from tests.rigs.minting import mint, mint_ca

KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def test_the_samples_store_is_a_file_that_openssl_judges_by(tmp_path: Path) -> None:
    authority = mint_ca("Sample", key=KEYS[0])
    [store] = find_stores(Machine.private(tmp_path, "Sample computer"), system_refusal, None)
    assert isinstance(store, FileStore)
    store.install(Root.from_bytes(authority.der, "test"))
    leaf = mint("dev01.local", authority, names=("dev01.local",), key=KEYS[1])
    assert store.refusal((leaf.der,), "dev01.local") is None
    assert "hostname mismatch" in (store.refusal((leaf.der,), "other.local") or "")
    store.remove(Root.from_bytes(authority.der, "test"))
    assert store.refusal((leaf.der,), "dev01.local")
