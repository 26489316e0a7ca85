"""Where a passphrase comes from, and that it is read back where it is kept."""

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordSetError

from core.errors import EnvironmentProblem, KeychainMissing, StateUnwritable
from core.secrets import Passphrases


class MemoryKeychain(KeyringBackend):
    """A keychain that keeps what it is given."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password


class ForgetfulKeychain(MemoryKeychain):
    """A keychain that takes a secret and loses it."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class LockedKeychain(MemoryKeychain):
    """A keychain that refuses everything."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError("locked")


class OtherwiseFailingKeychain(MemoryKeychain):
    """As Windows' own over a remote session: its errors have no relative in keyring, nor in Python."""

    def get_password(self, service: str, username: str) -> str | None:
        raise Exception("a specified logon session does not exist")  # noqa: TRY002  that is what it raises

    def set_password(self, service: str, username: str, password: str) -> None:
        self.get_password(service, username)


@pytest.fixture
def keychain(monkeypatch: pytest.MonkeyPatch) -> MemoryKeychain:
    backend = MemoryKeychain()
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    return backend


def test_a_generated_passphrase_is_kept_in_the_keychain(keychain: MemoryKeychain) -> None:
    secret = Passphrases().make_new("root-1")
    assert secret.kept_in == "keychain"
    assert len(secret.text) >= 40
    assert Passphrases().find("root-1") == secret
    assert Passphrases().make_new("root-2").text != secret.text


@pytest.mark.parametrize("broken", [ForgetfulKeychain, LockedKeychain, OtherwiseFailingKeychain])
def test_a_keychain_that_does_not_keep_it_is_not_trusted(
    broken: type[MemoryKeychain], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", broken())
    secret = Passphrases(ask=lambda purpose: f"typed for {purpose}").make_new("root")
    assert (secret.text, secret.kept_in) == ("typed for new", "person")
    with pytest.raises(KeychainMissing):
        Passphrases().make_new("root")


def test_a_named_file_comes_first(keychain: MemoryKeychain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "passphrase"
    file.write_text("\ufefffrom the file\n", encoding="utf-8")  # with the mark that Windows' editors set
    monkeypatch.setenv("DOTLOCAL_PASSPHRASE_FILE", str(file))
    assert Passphrases.of_this_machine().make_new("root").text == "from the file"
    assert keychain.kept == {}


def test_files_that_are_missing_or_empty_are_named(tmp_path: Path) -> None:
    with pytest.raises(StateUnwritable, match="nowhere"):
        Passphrases(file=tmp_path / "nowhere").find("root")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(EnvironmentProblem, match="empty"):
        Passphrases(file=tmp_path / "empty").find("root")


def test_nobody_to_ask_is_an_error_with_the_next_step() -> None:
    with pytest.raises(KeychainMissing) as missing:
        Passphrases().find("root")
    assert "DOTLOCAL_PASSPHRASE_FILE" in missing.value.hint


class PlainTextKeychain(MemoryKeychain):
    """A backend that writes secrets in clear: keyring gives it less than 1."""

    priority = 0.5  # type: ignore[assignment]


def test_a_keychain_that_keeps_secrets_in_clear_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = PlainTextKeychain()
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    with pytest.raises(KeychainMissing):
        Passphrases().make_new("root")
    assert backend.kept == {}
