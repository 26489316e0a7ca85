"""An NSS database as a trust store; the work happens in a child process with the browser's own library."""

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from core.errors import StoreUnavailable, ToolFailed
from core.model.change import Snapshot
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust import children, elevation
from core.trust.backends.nss.files import NEW
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
_READ_ONLY = StoreUnavailable(
    "read-only", "The database cannot be written.", hint="Check the owner and the rights of the folder and its files."
)


class NssStore(TrustStore):
    """One database of one browser, or of the browsers that share it."""

    def __init__(
        self,
        *,
        store_id: str,
        kind: str,
        label: str,
        database: Path,
        library: str,
        note: Callable[[], str] = lambda: "",
        ask_password: AskPassword | None = None,
        unavailable: tuple[str, str] = ("", ""),
        newer_library: Callable[[], str] = lambda: "",
        counts: bool = True,
    ) -> None:
        self.counts = counts
        self.id, self.kind, self.label = store_id, kind, label
        self.location = str(database)
        self._database = database
        self._library = library
        self._note = note
        self._ask_password = ask_password
        self._unavailable = unavailable
        self._newer_library = newer_library
        self._typed = ""

    @property
    def verifier(self) -> str:
        return f"NSS with the database of {self.label}"

    def address(self) -> Mapping[str, object]:
        return {
            "kind": self.kind, "id": self.id, "label": self.label, "database": self.location, "library": self._library,
        }  # fmt: skip

    def probe(self, root: Root | None) -> StoreState:
        reason, detail = self._unavailable
        installed = trusted = None
        if not reason and not self._database.parent.is_dir() and self.kind == "firefox":
            reason, detail = "folder-missing", f"{self._database} is not there."
        if not reason:
            try:
                self._require()
                detail = self._note()
                if root is not None:
                    status = self._ask("status", certificate=_b64(root.der))
                    installed, trusted = bool(status["present"]), _is_trusted(status)
                    if _is_left_over(status):
                        detail = "A trust record outlived the root: a server that sends the root would be trusted"
                else:
                    self._ask("roots")
            except StoreUnavailable as problem:
                reason, detail = problem.reason, problem.message
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason,
            reason=reason, installed=installed, trusted=trusted, detail=detail,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        self._require()
        listed = self._ask("roots")["roots"]
        return tuple(base64.b64decode(entry) for entry in listed) if isinstance(listed, list) else ()

    def plan(self, action: Action, root: Root) -> Plan:
        self._require()
        status = self._ask("status", certificate=_b64(root.der))
        file = str(self._database / "cert9.db")
        steps: tuple[Step, ...] = ()
        locked = False
        if action is Action.INSTALL and not (status["present"] and _is_trusted(status)):
            self._require_writable()
            make = (
                () if status["exists"] else (Step(Touch.WRITE, self.location, f"Make a database in {self.location}"),)
            )
            steps = (*make, Step(Touch.WRITE, file, f"Add it to {file}, trusted for websites only"), READ_BACK)
            locked = bool(status["locked"])
        if action is Action.REMOVE and (status["present"] or _is_trusted(status)):
            steps = (Step(Touch.DELETE, file, f"Delete it and its trust record from {file}"), READ_BACK)
        prompt = "Asks for this profile's primary password" if locked else ""
        return Plan(self.id, self.label, action, root.sha256, steps, prompt=prompt, asks_password=locked)

    def install(self, root: Root) -> None:
        self._require()
        status = self._ask("status", certificate=_b64(root.der))
        if status["present"] and _is_trusted(status):
            return
        self._require_writable()
        if NEW in _records(status):
            self._clear_by_newer(root)  # never add over a record that this NSS does not see
        password = self._password() if status["locked"] else ""
        nickname = f"Dotlocal {root.sha256[:16]}"
        self._ask("add", certificate=_b64(root.der), nickname=nickname, password=password)

    def unlock_with(self, password: str) -> None:
        self._typed = password

    def remove(self, root: Root) -> None:
        self._require()
        status = self._ask("remove", certificate=_b64(root.der))
        if _records(status) and self._clear_by_newer(root):
            raise StoreUnavailable(
                "left-over", f"A newer NSS left a trust record in {self._database} that the NSS here cannot delete.",
                hint="Install a current Firefox, whose NSS can, and remove the root again.",
            )  # fmt: skip

    def snapshot(self, root: Root) -> Snapshot:
        self._require()
        status = self._ask("status", certificate=_b64(root.der))
        return {
            "installed": bool(status["present"]), "trusted": _is_trusted(status), "flags": status["flags"],
            "nickname": status["nickname"],
        }  # fmt: skip

    def restore(self, root: Root, before: Snapshot) -> None:
        self._require()
        if not before["installed"]:
            self.remove(root)
            return
        status = self._ask("status", certificate=_b64(root.der))
        password = self._password() if status["locked"] else ""
        flags, nickname = before.get("flags"), str(before.get("nickname") or f"Dotlocal {root.sha256[:16]}")
        self._ask(
            "restore", certificate=_b64(root.der), present=True, flags=flags, nickname=nickname, password=password
        )

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        self._require()
        answer = self._ask("refusal", chain=[_b64(der) for der in chain])["refusal"]
        return None if answer is None else str(answer)

    def _clear_by_newer(self, root: Root) -> bool:
        """Delete what this browser's NSS is too old to delete by a newer one; say whether any is left."""
        newer = self._newer_library()
        if not newer or newer == self._library:
            return True
        return bool(_records(self._ask("remove", library=newer, certificate=_b64(root.der))))

    def _password(self) -> str:
        return self._typed or (self._ask_password(self.label) if self._ask_password else None) or ""

    def _require_writable(self) -> None:
        if not all(os.access(p, os.W_OK) for p in (self._database, self._database / "cert9.db") if p.exists()):
            raise StoreUnavailable(_READ_ONLY.reason, _READ_ONLY.message, hint=_READ_ONLY.hint)

    def _require(self) -> None:
        reason, detail = self._unavailable
        if reason:
            raise StoreUnavailable(reason, detail)
        owner = _owner_of(self._database)
        if hasattr(os, "geteuid") and elevation.is_administrator() and owner not in {None, 0}:
            raise StoreUnavailable(
                "other-owner", f"{self._database} belongs to another user.",
                hint="Run Dotlocal as that user, without sudo: files of root would break the browser.",
            )  # fmt: skip

    def _ask(self, operation: str, library: str = "", **values: object) -> dict[str, object]:
        chosen = library or self._library
        request = {"operation": operation, "database": self.location, "library": chosen, **values}
        try:
            answer = json.loads(children.ask("nss-child", chosen, json.dumps(request).encode("ascii")))
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


def _records(status: Mapping[str, object]) -> list[object]:
    records = status["records"]
    return records if isinstance(records, list) else []


def _is_left_over(status: Mapping[str, object]) -> bool:
    return bool(not status["present"] and (status["trusted"] or status["records"]))


def _is_trusted(status: Mapping[str, object]) -> bool:
    """Say whether this browser's NSS trusts it, or some NSS will: a record that outlived its certificate."""
    return bool(status["trusted"]) or _is_left_over(status)


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
