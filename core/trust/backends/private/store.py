"""Roots in one PEM file, with OpenSSL as the verifier: the store of a computer that exists only in a folder."""

from pathlib import Path

from core.errors import StoreUnavailable
from core.model.certificate import ders_in, pem_of
from core.model.plan import READ_BACK, Action, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust.store import BundleStore, Refusal, Root


class FileStore(BundleStore):
    """No program but ours reads it; nothing of the computer that it lies on is touched."""

    def __init__(self, refusal: Refusal, file: Path, label: str) -> None:
        super().__init__(refusal, label)
        self.bundle, self.location = file, str(file)

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
            return tuple(ders_in(self.bundle.read_bytes()))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreUnavailable("unreadable", f"{self.bundle} cannot be read: {error.strerror}.") from error

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

    def _others(self, root: Root) -> tuple[bytes, ...]:
        return tuple(der for der in self.trusted_roots() if der != root.der)

    def _write(self, ders: tuple[bytes, ...]) -> None:
        try:
            if not ders:  # OpenSSL takes no empty file for a set of roots
                self.bundle.unlink(missing_ok=True)
                return
            self.bundle.parent.mkdir(parents=True, exist_ok=True)
            self.bundle.write_text("".join(map(pem_of, ders)), encoding="ascii")
        except OSError as error:
            raise StoreUnavailable("unwritable", f"{self.bundle} cannot be written: {error.strerror}.") from error
