"""A Java key store as a trust store; its verifier is that Java's own trust manager."""

import base64
from collections.abc import Mapping
from pathlib import Path

from core.errors import StoreUnavailable, ToolFailed
from core.model.change import Snapshot
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.paths import resources_folder
from core.trust import elevation
from core.trust.backends.java import keystore
from core.trust.backends.java.jdks import Jdk
from core.trust.store import Root, TrustStore


class JavaStore(TrustStore):
    """One cacerts file; where the system makes it, the row shows it and leaves the change to the system's store."""

    kind = "java"

    def __init__(self, jdk: Jdk) -> None:
        self._jdk = jdk
        self.id, self.label, self.location = jdk.id, jdk.label, str(jdk.key_store)
        self.follows = "os" if jdk.generated else ""
        self.needs_elevation = not jdk.generated and jdk.needs_rights and not elevation.is_administrator()
        self.optional = ".app/Contents/" in str(jdk.key_store)
        """macOS holds a change inside another maker's app for tampering with it."""

    @property
    def verifier(self) -> str:
        return "This Java's own trust manager (names are not part of it)"

    def address(self) -> Mapping[str, object]:
        return {"kind": "java", "home": str(self._jdk.home), "key_store": str(self._jdk.key_store)}

    def probe(self, root: Root | None) -> StoreState:
        reason = detail = ""
        held: bool | None = None
        try:
            held = keystore.holds(self._jdk, root.der) if root is not None else None
            if root is None:
                keystore.entries(self._jdk)
            detail = "Made by the system from its own store" if self.follows else "Limits of a root alone are ignored"
        except StoreUnavailable as problem:
            reason, detail = problem.reason, problem.message
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason,
            reason=reason, installed=held, trusted=held, detail=detail, needs_elevation=self.needs_elevation,
            follows=self.follows,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        return tuple(content for _, content in keystore.entries(self._jdk))

    def plan(self, action: Action, root: Root) -> Plan:
        held = keystore.holds(self._jdk, root.der)
        steps: tuple[Step, ...] = ()
        if not self.follows and held != (action is Action.INSTALL):
            word = "Add it to" if action is Action.INSTALL else "Delete it from"
            touch = Touch.WRITE if action is Action.INSTALL else Touch.DELETE
            option = "-importcert" if action is Action.INSTALL else "-delete"
            steps = (
                Step(touch, self.location, f"{word} {self.location}, as {keystore.alias_of(root.sha256)}"),
                Step(
                    Touch.RUN,
                    f"{self._jdk.keytool} {option}",
                    f"Run {self._jdk.keytool} on a copy that takes its place",
                ),
                READ_BACK,
            )
        prompt = "Asks for an administrator's password once" if self.needs_elevation and steps else ""
        elevated = self.needs_elevation and bool(steps)
        return Plan(self.id, self.label, action, root.sha256, steps, elevated, prompt, follows=self.follows)

    def install(self, root: Root) -> None:
        self._change("install", root)

    def remove(self, root: Root) -> None:
        self._change("remove", root)

    def snapshot(self, root: Root) -> Snapshot:
        aliases = [alias for alias, content in keystore.entries(self._jdk) if content == root.der]
        return {"installed": bool(aliases), "trusted": bool(aliases), "aliases": aliases}

    def restore(self, root: Root, before: Snapshot) -> None:
        aliases = before.get("aliases")
        if before["installed"] and isinstance(aliases, list) and not self.needs_elevation and not self.follows:
            keystore.change(self._jdk, "install", root.der, tuple(str(alias) for alias in aliases))
        else:
            super().restore(root, before)

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        lines = b"".join(base64.b64encode(der) + b"\n" for der in chain)
        classes: Path = resources_folder() / "java"
        command = (str(self._jdk.java), "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", str(classes), "Verify")
        try:
            said = elevation.run_tool((*command, self.location), stdin=lines, timeout_s=60).stdout
        except ToolFailed as failure:
            raise StoreUnavailable("no-verifier", f"This Java cannot be asked: {failure.message}") from failure
        answer = said.decode("utf-8", "replace").strip()
        if answer == "accepted":
            return None
        return answer.removeprefix("refused: ")[:300] or "no answer"

    def _change(self, verb: str, root: Root) -> None:
        if self.follows:
            return
        if self.needs_elevation:
            problem = elevation.run_elevated((elevation.Elevated(verb, self.id, root.sha256, root.der),)).get(self.id)
            if problem:
                raise ToolFailed((str(self._jdk.keytool),), 1, problem)
            return
        keystore.change(self._jdk, verb, root.der)
