"""An NSS database as a trust store; the work happens in a child process with the browser's own library."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

from core.errors import StoreUnavailable, ToolFailed
from core.model.plan import Action, Plan
from core.model.store_state import StoreState
from core.trust import elevation
from core.trust.store import AskPassword, Root, TrustStore

_REASONS = {
    "library": ("library-missing", "No NSS library could be loaded", "Install libnss3."),
    "SEC_ERROR_PKCS11_GENERAL_ERROR": (
        "busy", "Another program holds the database", "Close the browser and try again.",
    ),
    "SEC_ERROR_BAD_DATABASE": ("unreadable", "The database cannot be read", "Check the profile's files."),
    "SEC_ERROR_TOKEN_NOT_LOGGED_IN": (
        "primary-password", "The profile has a primary password", "Type it when asked; it is not kept.",
    ),
    "SEC_ERROR_BAD_PASSWORD": ("primary-password", "The primary password is not right", "Try again."),
    "SEC_ERROR_READ_ONLY": ("read-only", "The database cannot be written", "Check the folder's owner and rights."),
}  # fmt: skip


class NssStore(TrustStore):
    """One browser's database, or several that the browser family may read; the first one counts."""

    def __init__(
        self,
        *,
        store_id: str,
        kind: str,
        label: str,
        databases: tuple[Path, ...],
        library: str,
        note: Callable[[], str] = lambda: "",
        ask_password: AskPassword | None = None,
        unavailable: tuple[str, str] = ("", ""),
    ) -> None:
        self.id, self.kind, self.label = store_id, kind, label
        self.location = str(databases[0])
        self._databases = databases
        self._library = library
        self._note = note
        self._ask_password = ask_password
        self._unavailable = unavailable
        self._typed = ""

    @property
    def verifier(self) -> str:
        return f"NSS with the database of {self.label}"

    def probe(self, root: Root | None) -> StoreState:
        reason, detail = self._unavailable
        installed = trusted = None
        if not reason and not self._databases[0].parent.is_dir() and self.kind == "firefox":
            reason, detail = "folder-missing", f"{self._databases[0]} is not there."
        if not reason:
            try:
                self._require()
                if root is not None:
                    states = [self._ask("status", folder, certificate=_b64(root.der)) for folder in self._databases]
                    # The first database counts for trust; the root is installed as long as any of them holds it.
                    installed = any(state["present"] for state in states)
                    trusted = bool(states[0]["trusted"]) or (not installed and any(s["trusted"] for s in states))
                else:
                    self._ask("roots", self._databases[0])
                detail = self._note()
            except StoreUnavailable as problem:
                reason, detail = problem.reason, problem.message
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason,
            reason=reason, installed=installed, trusted=trusted, detail=detail,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        self._require()
        listed = self._ask("roots", self._databases[0])["roots"]
        return tuple(base64.b64decode(entry) for entry in listed) if isinstance(listed, list) else ()

    def plan(self, action: Action, root: Root) -> Plan:
        self._require()
        states = {folder: self._ask("status", folder, certificate=_b64(root.der)) for folder in self._databases}
        if action is Action.INSTALL:
            todo = [folder for folder, state in states.items() if not (state["present"] and state["trusted"])]
            steps = tuple(f"Add it to {folder / 'cert9.db'}, trusted for websites only" for folder in todo)
            locked = any(states[folder]["locked"] for folder in todo)
        else:
            todo = [folder for folder, state in states.items() if state["present"] or state["trusted"]]
            steps = tuple(f"Delete it and its trust record from {folder / 'cert9.db'}" for folder in todo)
            locked = False
        if steps:
            steps = (*steps, "Read it back")
        prompt = "Asks for this profile's primary password" if locked else ""
        return Plan(self.id, self.label, action, root.sha256, steps, prompt=prompt, asks_password=locked)

    def install(self, root: Root) -> None:
        self._require()
        for folder in self._databases:
            state = self._ask("status", folder, certificate=_b64(root.der))
            password = ""
            if state["locked"] and not (state["present"] and state["trusted"]):
                password = self._typed or (self._ask_password(self.label) if self._ask_password else None) or ""
            nickname = f"Dotlocal {root.sha256[:16]}"
            self._ask("add", folder, certificate=_b64(root.der), nickname=nickname, password=password)

    def unlock_with(self, password: str) -> None:
        self._typed = password

    def remove(self, root: Root) -> None:
        self._require()
        problems: list[StoreUnavailable] = []
        for folder in self._databases:
            try:
                self._ask("remove", folder, certificate=_b64(root.der))
            except StoreUnavailable as problem:  # one broken database does not keep the root in the other
                problems.append(problem)
        if problems:
            raise problems[0]

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        self._require()
        answer = self._ask("refusal", self._databases[0], chain=[_b64(der) for der in chain])["refusal"]
        return None if answer is None else str(answer)

    def _require(self) -> None:
        reason, detail = self._unavailable
        if reason:
            raise StoreUnavailable(reason, detail)
        owner = _owner_of(self._databases[0])
        if elevation.is_administrator() and owner not in {None, 0}:
            raise StoreUnavailable(
                "other-owner", f"{self._databases[0]} belongs to another user.",
                hint="Run Dotlocal as that user, without sudo: files of root would break the browser.",
            )  # fmt: skip

    def _ask(self, operation: str, database: Path, **values: object) -> dict[str, object]:
        request = {"operation": operation, "database": str(database), "library": self._library, **values}
        try:
            result = elevation.run_tool(
                elevation.own_command("nss-child"), stdin=json.dumps(request).encode(), timeout_s=60
            )
            answer = json.loads(result.stdout)
        except ToolFailed as failure:
            raise StoreUnavailable("child-failed", f"The NSS child process failed: {failure.message}") from failure
        except ValueError as error:
            raise StoreUnavailable("child-failed", "The NSS child process gave no answer.") from error
        if not isinstance(answer, dict):
            raise StoreUnavailable("child-failed", "The NSS child process gave no answer.")
        if "error" in answer:
            name = str(answer["error"])
            reason, text, hint = _REASONS.get(name, ("nss", "NSS refused", ""))
            extra = f" ({answer['detail']})" if answer.get("detail") else f" ({name})"
            raise StoreUnavailable(reason, f"{text}{extra}.", hint=hint)
        return answer


def _owner_of(folder: Path) -> int | None:
    """Return the user id that owns a folder, or the nearest one above it that is there."""
    for candidate in (folder, *folder.parents):
        try:
            return candidate.stat().st_uid
        except OSError:
            continue
    return None


def _b64(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")
