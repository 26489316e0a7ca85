"""Firefox's enterprise policy as a trust store: for every user of the machine, effective at the next start."""

import os
from collections.abc import Mapping
from pathlib import Path

from core.errors import StoreUnavailable, ToolFailed
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust import elevation
from core.trust.backends.policy import firefox_policy
from core.trust.backends.policy.firefox_policy import PolicyUnreadable
from core.trust.store import Root, TrustStore


class FirefoxPolicyStore(TrustStore):
    """The policy file of the machine; changed only when it is named, for the profiles need it not."""

    id = "firefox-policy"
    kind = "policy"
    label = "Firefox, all users (policy)"
    optional = True

    def __init__(self, folder: Path = firefox_policy.FOLDER) -> None:
        self._folder = folder
        self.location = str(folder / "policies.json")
        self.needs_elevation = not _writable(folder) and not elevation.is_administrator()

    @property
    def verifier(self) -> str:
        return "Nothing: Firefox reads the policy at its next start"

    def address(self) -> Mapping[str, object]:
        return {"kind": "policy", "folder": str(self._folder)}

    def probe(self, root: Root | None) -> StoreState:
        reason, detail = "", "Firefox takes it at its next start"
        held: bool | None = None
        try:
            if root is not None:
                left = firefox_policy.is_left_over(self._folder, root.der)
                named = firefox_policy.is_installed(self._folder, root.der)
                held = named or left
                return self._state(held, named, "Our file is left over" if left and not named else detail)
        except PolicyUnreadable as problem:
            reason, detail = "unreadable", str(problem)
        return self._state(held, held, detail, reason)

    def _state(self, installed: bool | None, trusted: bool | None, detail: str, reason: str = "") -> StoreState:
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason,
            reason=reason, installed=installed, trusted=trusted, detail=detail, needs_elevation=self.needs_elevation,
            optional=True,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        return ()  # what Firefox made of it stands in each profile

    def plan(self, action: Action, root: Root) -> Plan:
        state = self._required(root)
        file = str(firefox_policy.certificate_file(self._folder, root.der))
        steps: tuple[Step, ...] = ()
        if action is Action.INSTALL and not (state.installed and state.trusted):
            steps = (Step(Touch.WRITE, file, f"Write {file}"),
                     Step(Touch.WRITE, self.location, f"Name it in {self.location} (Certificates.Install)"),
                     READ_BACK)  # fmt: skip
        if action is Action.REMOVE and (state.installed or state.trusted):
            steps = (Step(Touch.WRITE, self.location, f"Take it out of {self.location}"),
                     Step(Touch.DELETE, file, f"Delete {file}; each profile has a row"), READ_BACK)  # fmt: skip
        prompt = "Asks for an administrator's password once" if self.needs_elevation and steps else ""
        elevated = self.needs_elevation and bool(steps)
        return Plan(self.id, self.label, action, root.sha256, steps, elevated, prompt)

    def install(self, root: Root) -> None:
        self._change("install", root)

    def remove(self, root: Root) -> None:
        self._change("remove", root)

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        raise StoreUnavailable("no-verifier", "Firefox reads it at its next start; its profiles show what came.")

    def _change(self, verb: str, root: Root) -> None:
        self._required(root)
        if self.needs_elevation:
            problem = elevation.run_elevated((elevation.Elevated(verb, self.id, root.sha256, root.der),)).get(self.id)
            if problem:
                raise ToolFailed(("the elevated helper",), 1, problem)
            return
        try:
            firefox_policy.change(verb, root.der, self._folder)
        except PolicyUnreadable as problem:
            raise StoreUnavailable("unreadable", str(problem)) from problem

    def _required(self, root: Root) -> StoreState:
        state = self.probe(root)
        if not state.available:
            raise StoreUnavailable(state.reason, state.detail)
        return state


def _writable(folder: Path) -> bool:
    place = next((p for p in (folder, *folder.parents) if p.exists()), folder)
    return os.access(place, os.W_OK)
