"""The operating system's store on Linux: anchors, the bundle made of them, and OpenSSL as its verifier."""

import base64
from pathlib import Path

from core.errors import StoreUnavailable, ToolFailed
from core.model.certificate import ders_in
from core.model.change import Snapshot
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust import elevation
from core.trust.backends.linux import anchors, families
from core.trust.store import BundleStore, Refusal, Root


class AnchorStore(BundleStore):
    """The folder of local anchors, and the bundle that the system's own tool makes of it."""

    def __init__(self, system_refusal: Refusal, layout: families.Layout | None, label: str = "") -> None:
        self._missing = layout is None
        self._layout = layout or families.unknown_layout()
        super().__init__(system_refusal, label or "This computer")
        self.bundle, self.location = self._layout.bundle, str(self._layout.anchors)
        self.needs_elevation = not self._layout.private and not elevation.is_administrator()
        self._cache: tuple[tuple[int, int], tuple[bytes, ...]] | None = None

    def probe(self, root: Root | None) -> StoreState:
        reason, detail = self._unavailable()
        installed = trusted = None
        if not reason and root is not None:
            try:
                trusted = root.der in self.trusted_roots()
                left = anchors.left_in_java(self._layout, root.der)
                installed = trusted or left or bool(anchors.anchors_of(self._layout, root.sha256))
                detail = "Java's copy is left over" if left and not trusted else "curl, wget, OpenSSL, Python read it"
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
        layout, tool = self._layout, self._layout.tool_name
        steps: tuple[Step, ...] = ()
        if action is Action.INSTALL and not (state.installed and state.trusted):
            anchor = str(layout.anchors / anchors.anchor_name(layout, root.sha256))
            steps = (
                Step(Touch.WRITE, anchor, f"Write {anchor}"),
                Step(Touch.RUN, " ".join(layout.tool), f"Run {tool}, which adds it to {self.bundle}"),
                READ_BACK,
            )
        if action is Action.REMOVE and (state.installed or state.trusted):
            found = [str(f) for f in anchors.anchors_of(layout, root.sha256)]
            files = ", ".join(found) or str(layout.anchors / anchors.anchor_name(layout, root.sha256))
            links = f" and its links in {layout.published}" if layout.published else ""
            hooks = (
                ", then tell its hooks (Java) to forget it"
                if layout.hooks
                else f", which takes it out of {self.bundle}"
            )
            steps = (
                Step(Touch.DELETE, files, f"Delete {files}{links}"),
                Step(Touch.RUN, " ".join(layout.tool), f"Run {tool}{hooks}"),
                READ_BACK,
            )
        prompt = "Asks for an administrator's password once" if self.needs_elevation and steps else ""
        return Plan(self.id, self.label, action, root.sha256, steps, self.needs_elevation, prompt)

    def install(self, root: Root) -> None:
        self._required(root)
        self._change("install", root)

    def remove(self, root: Root) -> None:
        self._required(root)
        self._change("remove", root)

    def snapshot(self, root: Root) -> Snapshot:
        state = self._required(root)
        files = {f.name: f for f in anchors.anchors_of(self._layout, root.sha256)}
        try:
            kept = {name: base64.b64encode(file.read_bytes()).decode() for name, file in files.items()}
        except OSError as error:
            raise StoreUnavailable("unreadable", f"{error.filename}: {error.strerror}.") from error
        return {"installed": bool(state.installed), "trusted": bool(state.trusted), "files": kept}

    def restore(self, root: Root, before: Snapshot) -> None:
        """Put anchors back under the names they had; where a helper does it, under our own name."""
        self._required(root)
        files = before.get("files")
        if self.needs_elevation or not before["installed"] or not isinstance(files, dict) or not files:
            super().restore(root, before)
            return
        self._cache = None
        try:
            anchors.remove(self._layout, root.der)
            anchors.restore(self._layout, {str(name): base64.b64decode(str(text)) for name, text in files.items()})
        except anchors.StepFailed as failure:
            raise ToolFailed(self._layout.tool, 1, str(failure)) from failure

    def _change(self, verb: str, root: Root) -> None:
        self._cache = None
        if self.needs_elevation:
            problem = elevation.run_elevated((elevation.Elevated(verb, self.id, root.sha256, root.der),)).get(self.id)
            if problem:
                raise ToolFailed(self._layout.tool, 1, problem)
            return
        try:
            (anchors.install if verb == "install" else anchors.remove)(self._layout, root.der)
        except anchors.StepFailed as failure:
            raise ToolFailed(self._layout.tool, 1, str(failure)) from failure

    def _required(self, root: Root) -> StoreState:
        state = self.probe(root)
        if not state.available:
            raise StoreUnavailable(state.reason, state.detail)
        return state

    def _unavailable(self) -> tuple[str, str]:
        if self._missing:
            return "tool-missing", (
                "No known way to add a root was found (update-ca-certificates or update-ca-trust). "
                "On NixOS and other declared systems, add the root to security.pki.certificateFiles."
            )
        if not Path(self._layout.tool[0]).exists():
            return "tool-missing", f"{self._layout.tool_name} is not installed (package ca-certificates)."
        for folder in (self._layout.published or self._layout.bundle.parent,):
            if not folder.is_dir():
                return "folder-missing", f"{folder} is not there."
        return "", ""
