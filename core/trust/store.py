"""The interface of every trust store, and the root that is put into it."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from core.clock import utc_now
from core.errors import BadCertificate, NotAnAuthority, StoreUnavailable
from core.model.certificate import ders_in, pem_of
from core.model.change import Snapshot
from core.model.plan import Action, Plan
from core.model.store_state import StoreState
from core.model.verdict import Reason, Verdict

MAX_FILE = 1024 * 1024

Refusal = Callable[[tuple[bytes, ...], str, Path], str | None]
"""Asks OpenSSL's verifier: chain, visited host, bundle; returns why it refuses, or None."""

AskPassword = Callable[[str], str | None]
"""Asks for a store's own password (a Firefox primary password); the argument is the store's label."""


@dataclass(frozen=True, slots=True)
class Root:
    """A root certificate: matched by SHA-256 of its DER everywhere, never by name or serial."""

    der: bytes
    sha256: str
    name: str

    @classmethod
    def from_bytes(cls, content: bytes, source: str) -> "Root":
        """Return the one CA certificate that PEM or DER bytes hold; `source` names them in errors.

        Raises: BadCertificate, NotAnAuthority.
        """
        ders = ders_in(content) or [content]
        if len(ders) != 1:
            raise BadCertificate(f"{source} holds {len(ders)} certificates.", hint="Name a file with the root alone.")
        try:
            certificate = x509.load_der_x509_certificate(ders[0])
            names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            subject = certificate.subject.rfc4514_string()
        except (ValueError, x509.InvalidVersion) as error:
            raise BadCertificate(f"{source} does not hold a certificate: {error}.") from error
        try:
            is_ca = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except (x509.ExtensionNotFound, ValueError):
            is_ca = False
        if not is_ca:
            raise NotAnAuthority(f"The certificate in {source} may not sign others (CA:TRUE is missing).")
        return cls(ders[0], hashlib.sha256(ders[0]).hexdigest(), str(names[0].value) if names else subject)

    @classmethod
    def from_file(cls, file: Path) -> "Root":
        """Return the root in a file.

        Raises: BadCertificate, NotAnAuthority.
        """
        try:
            with file.open("rb") as stream:
                return cls.from_bytes(stream.read(MAX_FILE), str(file))
        except OSError as error:
            raise BadCertificate(f"{file} cannot be read: {error.strerror or error}.") from error

    @property
    def pem(self) -> bytes:
        """Return the certificate as PEM."""
        return pem_of(self.der).encode("ascii")


class TrustStore(ABC):
    """One store on this machine. Calls block; each raises StoreUnavailable rather than return silently."""

    id: str
    kind: str
    label: str
    location: str
    needs_elevation: bool = False
    follows: str = ""
    """The id of the store whose contents this one shows; it is never changed itself."""
    optional: bool = False
    """Changed only when it is named: most people need another store, or two prompts would follow one another."""
    counts: bool = True
    """False where its browsers read another store as long as that is there."""

    @abstractmethod
    def probe(self, root: Root | None) -> StoreState:
        """Read the store and return its state, for `root` if one is given; never raises for the store's state."""

    @abstractmethod
    def trusted_roots(self) -> tuple[bytes, ...]:
        """Return the DER of every root that this store trusts for websites.

        Raises: StoreUnavailable.
        """

    def added_roots(self) -> tuple[bytes, ...]:
        """Return the DER of the trusted roots that somebody added: what browsers take over that bring the rest along.

        Raises: StoreUnavailable.
        """
        return self.trusted_roots()

    @abstractmethod
    def plan(self, action: Action, root: Root) -> Plan:
        """Return what would be done; no steps when nothing has to be.

        Raises: StoreUnavailable.
        """

    @abstractmethod
    def install(self, root: Root) -> None:
        """Put the root in and trust it for websites; twice is harmless.

        Raises: StoreUnavailable, ElevationRefused, ToolFailed.
        """

    @abstractmethod
    def remove(self, root: Root) -> None:
        """Take the root and every trace of it out; absent is harmless.

        Raises: StoreUnavailable, ElevationRefused, ToolFailed.
        """

    @abstractmethod
    def address(self) -> Mapping[str, object]:
        """Return plain JSON values that open this store again, also when nothing on the machine names it any more."""

    def snapshot(self, root: Root) -> Snapshot:
        """Return what the store holds of a root now, exact enough to put it back.

        Raises: StoreUnavailable.
        """
        state = self.probe(root)
        if not state.available:
            raise StoreUnavailable(state.reason, state.detail)
        return {"installed": bool(state.installed), "trusted": bool(state.trusted)}

    def restore(self, root: Root, before: Snapshot) -> None:
        """Put back what a snapshot describes.

        Raises: StoreUnavailable, ElevationRefused, ToolFailed.
        """
        if before["installed"]:
            self.install(root)
        else:
            self.remove(root)

    def unlock_with(self, password: str) -> None:  # noqa: B027  most stores have no password of their own
        """Take the store's own password for the next change; it is kept in memory for that alone."""

    @abstractmethod
    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        """Return why this store's own verifier refuses a chain, or None where it accepts.

        Raises: StoreUnavailable.
        """

    def verify(self, root: Root, probe_chain: tuple[bytes, ...], visited: str) -> Verdict:
        """Prove trust: the store holds the root, and its own verifier accepts `probe_chain` (leaf first)."""
        state = self.probe(root)
        chain = probe_chain or (root.der,)
        what = "a test certificate of this root" if probe_chain else "the root itself"
        checked = f"{self.verifier} judged {what}"
        reasons: list[Reason] = []
        facts = (("name", root.name), ("store", self.label))
        if not state.available:
            reasons.append(Reason("store-unreadable", None, (("detail", state.detail),)))
            checked = "nothing: the store could not be read"
        elif not state.installed and not state.trusted:
            reasons.append(Reason("root-absent", None, facts))
            checked = f"Read from {self.label}"
        elif not state.trusted:
            reasons.append(Reason("trust-flag-off", None, facts))
            checked = f"Read from {self.label}"
        if not reasons:
            try:
                refused = self.refusal(chain, visited if probe_chain else "")
            except StoreUnavailable as problem:
                reasons.append(Reason("no-verifier", None, (("store", self.label), ("detail", problem.message))))
                checked = f"Read from {self.label}; nothing could judge"
            else:
                if refused is not None:
                    reasons.append(Reason("verifier-refused", None, (("store", self.label), ("detail", refused))))
        return Verdict(self.id, not reasons, tuple(reasons), checked, utc_now())

    @property
    @abstractmethod
    def verifier(self) -> str:
        """Return the name of what `refusal` asks, for people."""


class BundleStore(TrustStore):
    """A system's store that programs read as one file of roots; OpenSSL with that file is its verifier."""

    id = "os"
    kind = "os"
    bundle: Path
    """The file that programs read."""

    def __init__(self, refusal: Refusal, label: str) -> None:
        self._refusal, self.label = refusal, label

    @property
    def verifier(self) -> str:
        return "OpenSSL with this store's bundle"

    def address(self) -> Mapping[str, object]:
        return {"kind": "os"}

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        try:
            return self._refusal(chain, visited, self.bundle)
        except OSError as error:
            raise StoreUnavailable("no-verifier", f"OpenSSL's verifier cannot be asked: {error}.") from error
