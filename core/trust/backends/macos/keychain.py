"""The exact calls of /usr/bin/security, and what its answers mean; source: Apple's SecurityTool."""

import hashlib
import os
import plistlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import DotlocalError, ElevationRefused, StoreUnavailable, ToolFailed
from core.model.certificate import ders_in, pem_of
from core.trust import elevation

SECURITY = Path("/usr/bin/security")
PROMPT_S = 600.0
"""How long a person may look at the password window of macOS."""
_SSL_OID = bytes.fromhex("2a864886f763640103")  # 1.2.840.113635.100.1.3, CSSMOID_APPLE_TP_SSL; "KoZIhvdjZAED" as base64
_TRUST_ROOT, _TRUST_AS_ROOT, _DENY = 1, 2, 3  # kSecTrustSettingsResult
_ABSENT = ("No Trust Settings were found", "could not be found in the keychain")


def is_trusted(der: bytes, settings: Mapping[str, object]) -> bool:
    """Say whether a domain's settings trust a root for TLS servers."""
    entry = settings.get(_sha1(der))
    if not isinstance(entry, dict):
        return False
    rules = entry.get("trustSettings", [])
    if not rules:
        return True  # no rule at all means full trust
    return any(_is_for_servers(rule) for rule in rules if isinstance(rule, dict))


def is_denied(der: bytes, settings: Mapping[str, object]) -> bool:
    """Say whether a domain's settings refuse a root that is trusted otherwise."""
    entry = settings.get(_sha1(der))
    rules = entry.get("trustSettings", []) if isinstance(entry, dict) else []
    return any(
        isinstance(rule, dict) and rule.get("kSecTrustSettingsResult") == _DENY
        and rule.get("kSecTrustSettingsPolicy") in {None, _SSL_OID}
        for rule in rules
    )  # fmt: skip


@dataclass(frozen=True)
class Keychain:
    """One keychain with its trust domain: the user's, or the administrators' (`-d`)."""

    file: Path
    admin: bool
    security: Path = SECURITY

    @property
    def _domain(self) -> tuple[str, ...]:
        return ("-d",) if self.admin else ()

    def certificates(self) -> tuple[bytes, ...]:
        """Return the DER of every certificate in the keychain.

        Raises: StoreUnavailable, ElevationRefused.
        """
        return tuple(ders_in(self._run("find-certificate", "-a", "-Z", "-p", str(self.file))))

    def settings(self) -> Mapping[str, object]:
        """Return the trust settings of the domain by upper-case SHA-1; empty where there are none.

        Raises: StoreUnavailable.
        """
        with _private_folder() as folder:
            target = folder / "settings.plist"
            try:
                self._run("trust-settings-export", *self._domain, str(target))
                listed = plistlib.loads(target.read_bytes()).get("trustList", {})
            except _Missing:
                return {}
            except (OSError, ValueError, plistlib.InvalidFileException, AttributeError) as error:
                raise StoreUnavailable("unreadable", f"The trust settings cannot be read: {error}.") from error
        return listed if isinstance(listed, dict) else {}

    def trusts(self, der: bytes) -> bool:
        """Say whether the domain's settings trust a root for TLS servers.

        Raises: StoreUnavailable.
        """
        return is_trusted(der, self.settings())

    def add(self, der: bytes) -> None:
        """Put a root in and trust it for TLS servers; macOS asks for the user's password.

        The tool adds first and sets the trust afterwards, so a "no" leaves an untrusted copy: it is taken out again.
        Raises: StoreUnavailable, ElevationRefused.
        """
        was_there = der in self.certificates()
        with _as_file(der) as file:
            try:
                self._run("add-trusted-cert", *self._domain, "-r", "trustRoot", "-p", "ssl", "-p", "basic",
                          "-k", str(self.file), str(file))  # fmt: skip
            except DotlocalError:
                if not was_there and der in self.certificates():
                    self._delete(der)
                raise

    def remove(self, der: bytes) -> None:
        """Take out the trust, then every copy of the certificate.

        Raises: StoreUnavailable, ElevationRefused.
        """
        if _sha1(der) in self.settings():
            with _as_file(der) as file, suppress(_Missing):  # somebody was faster
                self._run("remove-trusted-cert", *self._domain, str(file))
        for _ in range(4):
            if der not in self.certificates():
                return
            self._delete(der)

    def refusal(self, chain: tuple[bytes, ...], host: str) -> str | None:
        """Return why the Security framework refuses a chain, leaf first, in a process of its own as the user.

        Raises: StoreUnavailable.
        """
        user = os.environ.get("SUDO_USER", "")
        as_user = ("/usr/bin/sudo", "-n", "-u", user, "--") if user and elevation.is_administrator() else ()
        with _private_folder() as folder:
            words: list[str] = []
            for number, der in enumerate(chain):
                file = folder / f"{number}.pem"
                file.write_text(pem_of(der), encoding="ascii")
                words += ["-c", str(file)]
            if as_user:
                folder.chmod(0o755)  # public certificates, which that user has to read
            policy = ("-p", "ssl", "-s", host) if host else ("-p", "basic", "-l")
            argv = (*as_user, str(self.security), "verify-cert", *words, *policy, "-L")
            done = elevation.run_tool(argv, timeout_s=60, fine=(0, 1, 2))
        if done.exit_code == 0 and b"certificate verification successful" in done.stdout:
            return None
        first = next((line for line in done.stderr.splitlines() if line.strip()), "no reason was given")
        return first.removeprefix("Cert Verify Result: ").strip()[:200]

    def _delete(self, der: bytes) -> None:
        """Delete by SHA-256; a macOS that knows SHA-1 alone gets that, if no other certificate has it."""
        try:
            self._run("delete-certificate", "-Z", hashlib.sha256(der).hexdigest().upper(), str(self.file))
        except _Missing:
            others = [c for c in self.certificates() if c != der and _sha1(c) == _sha1(der)]
            if others:
                raise StoreUnavailable("ambiguous", "Another certificate has the same SHA-1.") from None
            self._run("delete-certificate", "-Z", _sha1(der), str(self.file))

    def _run(self, verb: str, *words: str) -> bytes:
        argv = (str(self.security), verb, *words)
        try:
            return elevation.run_tool(argv, timeout_s=PROMPT_S, on_terminal=True).stdout
        except ToolFailed as failure:
            raise _problem(verb, failure) from failure


class _Missing(StoreUnavailable):
    """What was asked about is not there."""


def _problem(verb: str, failure: ToolFailed) -> DotlocalError:
    """Return what a failed call means: a "no", nobody who could be asked, a thing that is not there, or a failure."""
    said = failure.stderr.strip()
    if failure.exit_code is None:
        return StoreUnavailable("no-answer", "The password window of macOS was not answered.")
    if "canceled by the user" in said:
        return ElevationRefused("Nothing was changed there. The password window was cancelled.")
    if "no user interaction was possible" in said or "errSecInternalComponent" in said:
        return StoreUnavailable(
            "no-interaction", "macOS asks for a password here, and nobody could be asked.",
            hint="Run it in a session with a screen, or roll the root out as a configuration profile.",
        )  # fmt: skip
    if "authorization was denied" in said or "-60005" in said:
        return ElevationRefused("Nothing was changed there. macOS denied the authorization.")
    if any(text in said for text in _ABSENT) or said.startswith("Unable to delete certificate matching"):
        return _Missing("absent", said)
    if "Write permissions error" in said:
        return StoreUnavailable("read-only", "The keychain cannot be written.", hint="An administrator can.")
    return StoreUnavailable("security", f"security {verb} failed: {said[-200:] or failure.message}")


def _is_for_servers(rule: Mapping[str, object]) -> bool:
    policy = rule.get("kSecTrustSettingsPolicy")
    limited = "kSecTrustSettingsPolicyString" in rule or "kSecTrustSettingsApplication" in rule
    result = rule.get("kSecTrustSettingsResult", _TRUST_ROOT)
    return policy in {None, _SSL_OID} and not limited and result in {_TRUST_ROOT, _TRUST_AS_ROOT}


def _sha1(der: bytes) -> str:
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


@contextmanager
def _private_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dotlocal-") as folder:
        yield Path(folder)


@contextmanager
def _as_file(der: bytes) -> Iterator[Path]:
    with _private_folder() as folder:
        file = folder / "root.pem"
        file.write_text(pem_of(der), encoding="ascii")
        yield file
