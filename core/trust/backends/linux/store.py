"""The operating system's store on the Debian family: anchors, bundle, and OpenSSL as its verifier."""

import shutil
from collections.abc import Callable
from pathlib import Path

from core.errors import StoreUnavailable, ToolFailed
from core.model.certificate import ders_in
from core.model.plan import Action, Plan
from core.model.store_state import StoreState
from core.trust import elevation
from core.trust.backends.linux import anchors
from core.trust.store import Root, TrustStore

Refusal = Callable[[tuple[bytes, ...], str, Path], str | None]
"""Asks the system's verifier: chain, visited host, bundle; returns why it refuses, or None."""


class DebianStore(TrustStore):
    """`/usr/local/share/ca-certificates` and the bundle that update-ca-certificates makes of it."""

    id = "os"
    kind = "os"

    def __init__(self, system_refusal: Refusal, layout: anchors.Layout | None = None, label: str = "") -> None:
        self._layout = layout or anchors.Layout()
        self._refusal = system_refusal
        self.label = label or "This computer"
        self.location = str(self._layout.anchors)
        self.needs_elevation = not self._layout.private and not elevation.is_administrator()
        self._cache: tuple[tuple[int, int], tuple[bytes, ...]] | None = None

    @property
    def bundle(self) -> Path:
        """Return the bundle that programs read."""
        return self._layout.bundle

    @property
    def verifier(self) -> str:
        return "OpenSSL with this store's bundle"

    def probe(self, root: Root | None) -> StoreState:
        reason, detail = self._unavailable()
        installed = trusted = None
        if not reason and root is not None:
            try:
                trusted = root.der in self.trusted_roots()
                installed = trusted or bool(anchors.anchors_of(self._layout, root.sha256))
                detail = "curl, wget, OpenSSL, Python read it"
            except StoreUnavailable as problem:
                reason, detail = problem.reason, problem.message
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason,
            reason=reason, installed=installed, trusted=trusted, detail=detail, needs_elevation=self.needs_elevation,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        try:
            facts = self.bundle.stat()
            stamp = (facts.st_mtime_ns, facts.st_size)
            if self._cache is None or self._cache[0] != stamp:
                self._cache = (stamp, tuple(ders_in(self.bundle.read_bytes())))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreUnavailable("unreadable", f"{self.bundle} cannot be read: {error.strerror}.") from error
        return self._cache[1]

    def plan(self, action: Action, root: Root) -> Plan:
        state = self._required(root)
        anchor = self._layout.anchors / anchors.anchor_name(root.sha256)
        steps: tuple[str, ...] = ()
        if action is Action.INSTALL and not (state.installed and state.trusted):
            steps = (f"Write {anchor}", f"Run update-ca-certificates, which adds it to {self.bundle}", "Read it back")
        if action is Action.REMOVE and (state.installed or state.trusted):
            files = ", ".join(str(f) for f in anchors.anchors_of(self._layout, root.sha256)) or str(anchor)
            steps = (
                f"Delete {files} and its links in {self._layout.certificates}",
                "Run update-ca-certificates, then tell its hooks (Java) to forget it",
                "Read it back",
            )
        prompt = "Asks for an administrator's password once" if self.needs_elevation and steps else ""
        return Plan(self.id, self.label, action, root.sha256, steps, self.needs_elevation, prompt)

    def install(self, root: Root) -> None:
        self._required(root)
        self._change("install", root)

    def remove(self, root: Root) -> None:
        self._required(root)
        self._change("remove", root)

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        try:
            return self._refusal(chain, visited, self.bundle)
        except OSError as error:
            raise StoreUnavailable("no-verifier", f"OpenSSL's verifier cannot be asked: {error}.") from error

    def _change(self, verb: str, root: Root) -> None:
        self._cache = None
        if self.needs_elevation:
            elevation.run_elevated(verb, root.sha256, root.pem)
            return
        try:
            if verb == "install":
                anchors.install(self._layout, root.pem, root.sha256)
            else:
                anchors.remove(self._layout, root.sha256)
        except anchors.StepFailed as failure:
            raise ToolFailed((anchors.UPDATE_TOOL,), 1, str(failure)) from failure

    def _required(self, root: Root) -> StoreState:
        state = self.probe(root)
        if not state.available:
            raise StoreUnavailable(state.reason, state.detail)
        return state

    def _unavailable(self) -> tuple[str, str]:
        if not Path(anchors.UPDATE_TOOL).exists() and shutil.which("update-ca-certificates") is None:
            return "tool-missing", "update-ca-certificates is not installed (package ca-certificates)."
        for folder in (self._layout.certificates,):
            if not folder.is_dir():
                return "folder-missing", f"{folder} is not there."
        return "", ""
