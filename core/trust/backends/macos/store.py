"""A keychain of macOS as a trust store; the Security framework is its verifier."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import DotlocalError, ElevationRefused, StoreUnavailable
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust import elevation
from core.trust.backends.macos.keychain import SECURITY, Keychain, is_denied, is_trusted
from core.trust.store import Root, TrustStore

SYSTEM_KEYCHAIN = Path("/Library/Keychains/System.keychain")
APPLES_KEYCHAIN = Path("/System/Library/Keychains/SystemRootCertificates.keychain")


class KeychainStore(TrustStore):
    """The login keychain of this user, or the System keychain of the machine."""

    kind = "os"

    def __init__(
        self, home: Path, *, system: bool, security: Path = SECURITY, keychain: Path | None = None,
        everybodys: Path = SYSTEM_KEYCHAIN, apples: Path = APPLES_KEYCHAIN,
    ) -> None:  # fmt: skip
        file = keychain or (everybodys if system else home / "Library/Keychains/login.keychain-db")
        self._keychain = Keychain(file, system, security)
        self._everybodys, self._apples = Keychain(everybodys, admin=True, security=security), apples
        self._system = system
        self.id = "os-machine" if system else "os"
        self.label = "macOS, all users" if system else "macOS, this user"
        self.location = str(file)
        self.optional = system
        self.needs_elevation = False
        """macOS asks by itself; for the System keychain it wants sudo in a terminal, which the problem says."""

    @property
    def verifier(self) -> str:
        return "The Security framework of macOS, in a fresh process,"

    def address(self) -> Mapping[str, object]:
        return {"kind": "macos", "system": self._system}

    def probe(self, root: Root | None) -> StoreState:
        reason, detail = "", "Safari, Chrome, Edge, Firefox, curl read it"
        installed = trusted = None
        try:
            held = self._keychain.certificates()
            if root is not None:
                installed, trusted = root.der in held, self._keychain.trusts(root.der)
                if trusted and not installed:
                    detail = "The trust setting outlived the certificate"
        except DotlocalError as problem:
            reason, detail = getattr(problem, "reason", "unreadable"), problem.message
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason,
            reason=reason, installed=installed, trusted=trusted, detail=detail, optional=self.optional,
            needs_elevation=self._system and not elevation.is_administrator(),
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        """Return every root that counts: for the machine those added to it, for a user also one's own, and Apple's.

        Raises: StoreUnavailable.
        """
        if self._system:
            return self.added_roots()
        domains = self._domains()
        apples = Keychain(self._apples, admin=False, security=self._keychain.security)
        taken = (der for der in apples.certificates() if not any(is_denied(der, settings) for settings in domains))
        return tuple(dict.fromkeys((*self._added(domains), *taken)))

    def added_roots(self) -> tuple[bytes, ...]:
        return self._added((self._keychain.settings(),) if self._system else self._domains())

    def _domains(self) -> tuple[Mapping[str, object], ...]:
        """Return the trust settings of this user, then of the administrators."""
        return self._keychain.settings(), self._everybodys.settings()

    def _added(self, domains: tuple[Mapping[str, object], ...]) -> tuple[bytes, ...]:
        held = self._keychain.certificates() + (() if self._system else self._everybodys.certificates())
        return tuple(
            der for der in dict.fromkeys(held)
            if any(is_trusted(der, settings) for settings in domains)
            and not any(is_denied(der, settings) for settings in domains)
        )  # fmt: skip

    def plan(self, action: Action, root: Root) -> Plan:
        state = self._required(root)
        domain = " -d" if self._system else ""
        steps: tuple[Step, ...] = ()
        if action is Action.INSTALL and not (state.installed and state.trusted):
            command = f"security add-trusted-cert{domain} -r trustRoot -p ssl -p basic -k {self.location}"
            steps = (Step(Touch.KEY, self.location, f"Add it to {self.location}, trusted for TLS servers"),
                     Step(Touch.RUN, command, f"Run {command}"), READ_BACK)  # fmt: skip
        if action is Action.REMOVE and (state.installed or state.trusted):
            steps = (Step(Touch.RUN, f"security remove-trusted-cert{domain}", "Remove its trust setting"),
                     Step(Touch.KEY, self.location, f"Delete it from {self.location}"), READ_BACK)  # fmt: skip
        prompt = "macOS asks for your password" if steps else ""
        return Plan(self.id, self.label, action, root.sha256, steps, prompt=prompt)

    def install(self, root: Root) -> None:
        state = self._required(root)
        if not (state.installed and state.trusted):  # the tool would ask for the password again
            self._require_rights("install")
            self._keychain.add(root.der)

    def remove(self, root: Root) -> None:
        state = self._required(root)
        if state.installed or state.trusted:
            self._require_rights("remove")
            self._keychain.remove(root.der)

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        return self._keychain.refusal(chain, visited)

    def _require_rights(self, verb: str) -> None:
        administrator = elevation.is_administrator()
        if self._system and not administrator and self._keychain.security == SECURITY:
            raise ElevationRefused(
                "The System keychain takes a change from an administrator in a terminal alone.",
                hint="Export the root with dotlocal ca export --out root.crt.pem, then run in Terminal: "
                f"sudo dotlocal trust {verb} --store os-machine --root root.crt.pem",
            )  # fmt: skip
        if not self._system and administrator and self._keychain.security == SECURITY:
            raise StoreUnavailable(
                "other-owner", "The login keychain belongs to the user who is logged in.",
                hint="Run Dotlocal as that user, without sudo.",
            )  # fmt: skip

    def _required(self, root: Root) -> StoreState:
        state = self.probe(root)
        if not state.available:
            raise StoreUnavailable(state.reason, state.detail)
        return state
