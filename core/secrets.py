"""Where the authority's passphrase comes from: a named file, the OS keychain, or a person."""

import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import EnvironmentProblem, KeychainMissing, StateUnwritable

FILE_VARIABLE = "DOTLOCAL_PASSPHRASE_FILE"
log = logging.getLogger(__name__)
SERVICE = "dotlocal"
MIN_PRIORITY = 1
"""What keyring gives to backends that keep secrets encrypted; plain-text files have less."""

Ask = Callable[[str], str | None]
"""Asks a person; the argument is "new" or "unlock". None means that nobody answered."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A passphrase and the place that keeps it: "file", "keychain" or "person"."""

    text: str
    kept_in: str


class Passphrases:
    """Finds and keeps the passphrase of an authority; `account` is the fingerprint of its root."""

    def __init__(self, ask: Ask | None = None, file: Path | None = None, *, use_keychain: bool = True) -> None:
        self._file = file
        self._ask = ask
        self._use_keychain = use_keychain

    @classmethod
    def of_this_machine(cls, ask: Ask | None = None) -> "Passphrases":
        """Return the places that this machine has: the file named in the environment, else the keychain."""
        chosen = os.environ.get(FILE_VARIABLE)
        return cls(ask, Path(chosen) if chosen else None)

    def asking(self, ask: Ask | None) -> "Passphrases":
        """Return the same places with another way to ask a person."""
        return Passphrases(ask, self._file, use_keychain=self._use_keychain)

    def make_new(self, account: str) -> Secret:
        """Return the passphrase for a new authority, kept where `find` will look.

        Raises: KeychainMissing when there is no file, no keychain and nobody to ask.
        """
        if self._file is not None:
            return Secret(self._read_file(self._file), "file")
        generated = secrets.token_urlsafe(32)
        if self._store(account, generated):
            return Secret(generated, "keychain")
        return Secret(self._asked("new"), "person")

    def find(self, account: str) -> Secret:
        """Return the passphrase of an existing authority.

        Raises: KeychainMissing when it is in no place and nobody is there to ask.
        """
        if self._file is not None:
            return Secret(self._read_file(self._file), "file")
        kept = self._load(account)
        if kept is not None:
            return Secret(kept, "keychain")
        return Secret(self._asked("unlock"), "person")

    def has_unattended_place(self) -> bool:
        """Say whether a new passphrase can be kept without asking a person."""
        return self._file is not None or self._backend() is not None

    def _asked(self, purpose: str) -> str:
        answer = self._ask(purpose) if self._ask is not None else None
        if not answer:
            raise KeychainMissing("The authority's passphrase is not in a keychain, and nobody was there to type it.")
        return answer

    @staticmethod
    def _read_file(file: Path) -> str:
        try:
            text = file.read_text(encoding="utf-8-sig").rstrip("\r\n")  # an editor of Windows may mark it so
        except (OSError, UnicodeDecodeError) as error:
            raise StateUnwritable(
                f"The passphrase file {file} cannot be read: {error}", hint="Check the path."
            ) from error
        if not text:
            raise EnvironmentProblem(
                f"The passphrase file {file} is empty.", hint="Put a passphrase on its first line."
            )
        return text

    def _backend(self) -> object | None:
        if not self._use_keychain:
            return None
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
        return None if isinstance(backend, fail.Keyring | null.Keyring) or backend.priority < MIN_PRIORITY else backend

    def _store(self, account: str, text: str) -> bool:
        if self._backend() is None:
            return False
        import keyring

        try:
            keyring.set_password(SERVICE, account, text)
            return keyring.get_password(SERVICE, account) == text
        except Exception as error:
            return _has_no_keychain(error)

    def _load(self, account: str) -> str | None:
        if self._backend() is None:
            return None
        import keyring

        try:
            return keyring.get_password(SERVICE, account)
        except Exception as error:
            _has_no_keychain(error)
            return None


def _has_no_keychain(error: Exception) -> bool:
    """Put on record why a keychain said nothing: locked, refused, or none for this kind of session.

    Each backend raises errors of its own, that of Windows some without any relative; the person is asked instead.
    """
    log.info("The keychain cannot be used: %s", type(error).__name__)
    return False


class SessionPassphrase(Passphrases):
    """A passphrase that lives in this process alone: for throw-away authorities such as the sample's."""

    def __init__(self, text: str) -> None:
        super().__init__(use_keychain=False)
        self._text = text

    def make_new(self, account: str) -> Secret:
        return Secret(self._text, "session")

    def find(self, account: str) -> Secret:
        return Secret(self._text, "session")

    def has_unattended_place(self) -> bool:
        return True

    def asking(self, ask: Ask | None) -> Passphrases:
        return self
