"""Roots in one PEM file, with OpenSSL as the verifier: the store of a computer that exists only in a folder."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import StoreUnavailable
from core.model.certificate import ders_in, pem_of
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust.store import Refusal, Root, TrustStore


class FileStore(TrustStore):
    """No program but ours reads it; nothing of the computer that it lies on is touched."""

    id = "os"
    kind = "os"

    def __init__(self, refusal: Refusal, file: Path, label: str) -> None:
        self._refusal, self._file, self.label = refusal, file, label
        self.location = str(file)

    @property
    def verifier(self) -> str:
        return "OpenSSL with this store's bundle"

    def address(self) -> Mapping[str, object]:
        return {"kind": "os"}

    def probe(self, root: Root | None) -> StoreState:
        held, reason, detail = None, "", "A file of the sample's own"
        try:
            held = root.der in self.trusted_roots() if root else None
        except StoreUnavailable as problem:
            reason, detail = problem.reason, problem.message
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=not reason, reason=reason,
            installed=held, trusted=held, detail=detail,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        try:
            return tuple(ders_in(self._file.read_bytes()))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreUnavailable("unreadable", f"{self._file} cannot be read: {error.strerror}.") from error

    def plan(self, action: Action, root: Root) -> Plan:
        held = root.der in self.trusted_roots()
        word = "Write it into" if action is Action.INSTALL else "Delete it from"
        step = Step(Touch.WRITE, self.location, f"{word} {self.location}")
        steps = (step, READ_BACK) if held != (action is Action.INSTALL) else ()
        return Plan(self.id, self.label, action, root.sha256, steps, needs_elevation=False)

    def install(self, root: Root) -> None:
        self._write((*self._others(root), root.der))

    def remove(self, root: Root) -> None:
        self._write(self._others(root))

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        try:
            return self._refusal(chain, visited, self._file)
        except OSError as error:
            raise StoreUnavailable("no-verifier", f"OpenSSL's verifier cannot be asked: {error}.") from error

    def _others(self, root: Root) -> tuple[bytes, ...]:
        return tuple(der for der in self.trusted_roots() if der != root.der)

    def _write(self, ders: tuple[bytes, ...]) -> None:
        try:
            if not ders:  # OpenSSL takes no empty file for a set of roots
                self._file.unlink(missing_ok=True)
                return
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text("".join(map(pem_of, ders)), encoding="ascii")
        except OSError as error:
            raise StoreUnavailable("unwritable", f"{self._file} cannot be written: {error.strerror}.") from error
