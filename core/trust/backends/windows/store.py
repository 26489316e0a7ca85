"""A ROOT store of Windows as a trust store; Windows's own chain engine is its verifier."""

import base64
import json
from collections.abc import Mapping

from core.errors import ElevationRefused, StoreUnavailable, ToolFailed
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust import elevation
from core.trust.backends.windows.crypt32 import CANCELLED, DENIED, MACHINE, USER
from core.trust.store import Root, TrustStore

DIALOG_S, QUESTION_S = 600.0, 60.0
"""How long a person may take over Windows's own question, and how long what asks nobody may take."""
_LABELS = {
    USER: ("os", "Windows, this user", r"Current User\Root", "Chrome, Edge, Firefox, .NET, curl read it"),
    MACHINE: ("os-machine", "Windows, all users", r"Local Machine\Root", "Every user and every service reads it"),
}


class WindowsRootStore(TrustStore):
    """ROOT of this user, with the dialog that Windows shows, or of the machine, through the elevated helper."""

    kind = "os"

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._trusted: tuple[bytes, ...] | None = None
        self.id, self.label, self.location, self._note = _LABELS[scope]
        self.optional = scope == MACHINE
        self.needs_elevation = scope == MACHINE and not elevation.is_administrator()

    @property
    def verifier(self) -> str:
        return "Windows's chain engine and SSL policy, in a fresh process,"

    def address(self) -> Mapping[str, object]:
        return {"kind": "windows", "scope": self._scope}

    def probe(self, root: Root | None) -> StoreState:
        reason, detail = "", self._note
        installed = trusted = None
        try:
            if root is None:
                self._ask("roots")
            else:
                status = self._ask("status", certificate=_b64(root.der))
                installed, trusted = bool(status["installed"]), bool(status["trusted"])
                if installed and not trusted:
                    detail = "Windows holds it, but its chain engine does not trust it: a policy may forbid it"
                if trusted and not installed:
                    trusted, detail = False, "Trusted here by another store of Windows"
        except StoreUnavailable as problem:
            reason, detail = problem.reason, problem.message
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason,
            reason=reason, installed=installed, trusted=trusted, detail=detail, needs_elevation=self.needs_elevation,
            optional=self.optional,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        """Return them as they were when this was asked first: each time is a process, and stores are made anew.

        Raises: StoreUnavailable.
        """
        if self._trusted is None:
            listed = self._ask("roots")["roots"]
            self._trusted = tuple(base64.b64decode(entry) for entry in listed) if isinstance(listed, list) else ()
        return self._trusted

    def plan(self, action: Action, root: Root) -> Plan:
        status = self._ask("status", certificate=_b64(root.der))
        held = bool(status["installed"])
        steps: tuple[Step, ...] = ()
        if held != (action is Action.INSTALL):
            key = rf"{self.location}\Certificates"
            word = "Add it to" if action is Action.INSTALL else "Delete it from"
            steps = (Step(Touch.KEY, key, f"{word} {self.location}"), READ_BACK)
        prompt = ""
        if steps:
            question = "Windows shows its own question with the fingerprint; answer Yes"
            prompt = "Asks for an administrator once" if self.needs_elevation else ""
            prompt = question if self._scope == USER else prompt
        return Plan(self.id, self.label, action, root.sha256, steps, self.needs_elevation and bool(steps), prompt)

    def install(self, root: Root) -> None:
        self._change("add", "install", root)

    def remove(self, root: Root) -> None:
        self._change("delete", "remove", root)

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        said = self._ask("judge", chain=[_b64(der) for der in chain], host=visited)["refusal"]
        return None if said is None else str(said)

    def _change(self, operation: str, verb: str, root: Root) -> None:
        self._trusted = None
        if self.needs_elevation:
            problem = elevation.run_elevated((elevation.Elevated(verb, self.id, root.sha256, root.der),)).get(self.id)
            if problem:
                raise ToolFailed(("the elevated helper",), 1, problem)
            return
        self._ask(operation, certificate=_b64(root.der))

    def _ask(self, operation: str, **values: object) -> dict[str, object]:
        """Ask a fresh child process. Raises: StoreUnavailable, ElevationRefused."""
        request = json.dumps({"operation": operation, "scope": self._scope, **values}).encode("ascii") + b"\n"
        asks = operation in {"add", "delete"}
        timeout_s = DIALOG_S if asks else QUESTION_S
        try:
            said = elevation.run_tool(elevation.own_command("windows-child"), stdin=request, timeout_s=timeout_s).stdout
            answer = json.loads(said)
        except ToolFailed as failure:
            if failure.exit_code is None and not asks:
                raise StoreUnavailable("no-answer", f"Windows gave no answer within {timeout_s:.0f} s.") from failure
            if failure.exit_code is None:
                raise StoreUnavailable(
                    "no-answer", "Windows's own question was not answered.", hint="Try again where it can be seen."
                ) from failure
            raise StoreUnavailable("child-failed", f"The child process failed: {failure.message}") from failure
        except ValueError as error:
            raise StoreUnavailable("child-failed", "The child process gave no answer.") from error
        if "error" in answer:
            raise _problem(str(answer["error"]), answer.get("code"))
        return dict(answer)


def _problem(said: str, code: object) -> ElevationRefused | StoreUnavailable:
    if said == "no-desktop":
        return StoreUnavailable(
            "no-desktop", "Windows asks a question before it changes a user's roots, and no one could see it here.",
            hint="Run it where a screen is, or for all users: dotlocal trust install --store os-machine",
        )  # fmt: skip
    if code == CANCELLED:
        return ElevationRefused("Nothing was changed there. You answered No to Windows's own question.")
    if code == DENIED:
        return StoreUnavailable("denied", f"Windows denied it: {said}.", hint="Run it as an administrator.")
    return StoreUnavailable("crypt32", f"Windows refused: {said}.")


def _b64(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")
