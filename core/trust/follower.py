"""A browser that takes its roots from the operating system: a row that shows the system's store and changes nothing."""

from collections.abc import Callable, Mapping, Sequence

from core.errors import StoreUnavailable
from core.model.plan import Action, Plan
from core.model.store_state import StoreState
from core.trust.store import Root, TrustStore


class FollowerStore(TrustStore):
    """Shows what the followed stores hold; the first of them that trusts the root is asked for the proof."""

    def __init__(
        self, store_id: str, kind: str, label: str, location: str, followed: Sequence[TrustStore],
        note: Callable[[], str],
    ) -> None:  # fmt: skip
        self.id, self.kind, self.label, self.location = store_id, kind, label, location
        self.follows = followed[0].id
        self._followed = tuple(followed)
        self._note = note

    @property
    def verifier(self) -> str:
        return f"{self._followed[0].verifier} for this browser, which follows it,"

    def address(self) -> Mapping[str, object]:
        return {"kind": "follower", "id": self.id}

    def probe(self, root: Root | None) -> StoreState:
        states = [store.probe(root) for store in self._followed]
        usable = [state for state in states if state.available]
        known = [state for state in usable if state.installed is not None]
        return StoreState(
            id=self.id, kind=self.kind, label=self.label, location=self.location, available=bool(usable),
            reason="" if usable else states[0].reason, installed=any(s.installed for s in known) if known else None,
            trusted=any(s.trusted for s in known) if known else None,
            detail=self._note() if usable else states[0].detail, follows=self.follows,
        )  # fmt: skip

    def trusted_roots(self) -> tuple[bytes, ...]:
        found: dict[bytes, None] = {}
        for store in self._followed:
            found.update(dict.fromkeys(store.added_roots()))
        return tuple(found)

    def plan(self, action: Action, root: Root) -> Plan:
        return Plan(self.id, self.label, action, root.sha256, (), follows=self.follows)

    def install(self, root: Root) -> None:
        """Change nothing: the followed store is a row of its own."""

    def remove(self, root: Root) -> None:
        """Change nothing: the followed store is a row of its own."""

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        for store in self._followed:
            if store.probe(None).available:
                return store.refusal(chain, visited)
        raise StoreUnavailable("no-verifier", "The followed store cannot be asked.")
