"""The real /usr/bin/security on a throw-away keychain: what it adds, lists, refuses and deletes without a person."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.trust.backends.macos.keychain import Keychain
from tests.rigs.minting import mint_ca


@pytest.fixture
def keychain(tmp_path: Path) -> Iterator[Keychain]:
    file = tmp_path / "throw-away.keychain-db"
    subprocess.run(["security", "create-keychain", "-p", "x", str(file)], check=True)
    subprocess.run(["security", "unlock-keychain", "-p", "x", str(file)], check=True)
    yield Keychain(file, admin=False)
    subprocess.run(["security", "delete-keychain", str(file)], check=True)


def test_a_certificate_is_listed_and_deleted_by_its_sha256(keychain: Keychain, tmp_path: Path) -> None:
    one, other = mint_ca("One"), mint_ca("Other")
    for number, minted in enumerate((one, other)):
        chain, _ = minted.write(tmp_path, f"root{number}")
        subprocess.run(["security", "add-certificates", "-k", str(keychain.file), str(chain)], check=True)
    assert set(keychain.certificates()) == {one.der, other.der}
    keychain.remove(one.der)
    assert keychain.certificates() == (other.der,)


def test_a_foreign_root_is_neither_trusted_nor_accepted(keychain: Keychain) -> None:
    root = mint_ca("Foreign")
    assert keychain.trusts(root.der) is False
    assert keychain.refusal((root.der,), "")
