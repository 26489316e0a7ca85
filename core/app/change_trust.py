"""Plan, install, remove and prove a root in the stores of this machine; each store stands alone."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from core.app.workers import Worker
from core.authority import authority as site
from core.clock import Clock, utc_now
from core.errors import (
    AuthorityMissing,
    DotlocalError,
    RootNotTrusted,
    StateCorrupt,
    StateUnwritable,
    StoreUnavailable,
    UnknownStore,
)
from core.model.plan import Action, Outcome, Plan
from core.model.store_state import StoreState
from core.model.verdict import Reason, Verdict
from core.trust import journal
from core.trust.store import Root, TrustStore


class TrustDesk:
    """The stores of this machine, for the window and the command line."""

    def __init__(
        self,
        folder: Path,
        stores: Callable[[], Sequence[TrustStore]],
        worker: Worker,
        changed: Callable[[], None],
        clock: Clock = utc_now,
    ) -> None:
        self._folder = folder
        self._stores = stores
        self._worker = worker
        self._changed = changed
        self._clock = clock

    async def states(self, ids: Sequence[str] = (), root_file: Path | None = None) -> tuple[StoreState, ...]:
        """Read every store (or the named ones), for the site's root or the one in `root_file`, if there is one.

        An authority that cannot be read hides no store: they are read without a root to look for.
        Raises: UnknownStore, BadCertificate, NotAnAuthority.
        """

        def read() -> tuple[StoreState, ...]:
            try:
                root = self._root(root_file, required=False)
            except StateCorrupt:
                root = None
            return tuple(store.probe(root[0] if root else None) for store in self._chosen(ids))

        return await self._worker.run(read)

    async def plans(
        self, action: Action, ids: Sequence[str] = (), root_file: Path | None = None
    ) -> tuple[Plan | Outcome, ...]:
        """Return what would be done to each store; a store that cannot be planned gives its Outcome instead.

        Raises: AuthorityMissing, UnknownStore, BadCertificate, NotAnAuthority.
        """

        def plan() -> tuple[Plan | Outcome, ...]:
            root, _ = self._required_root(root_file)
            return tuple(_planned(store, action, root) for store in self._chosen(ids))

        return await self._worker.run(plan)

    async def apply(
        self,
        action: Action,
        ids: Sequence[str] = (),
        root_file: Path | None = None,
        passwords: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[Outcome, ...]:
        """Carry the action out in each store, read each back, and return what came of it.

        `passwords` are the stores' own (a Firefox primary password), by store id; they are used once and not kept.
        Raises: AuthorityMissing, UnknownStore, BadCertificate, NotAnAuthority; never for one store's failure.
        """

        def change() -> tuple[Outcome, ...]:
            root, _ = self._required_root(root_file)
            chosen = self._chosen(ids)
            for store in chosen:
                if store.id in passwords:
                    store.unlock_with(passwords[store.id])
            return tuple(self._apply_to(store, action, root) for store in chosen)

        try:
            return await self._worker.run(change)
        finally:
            self._changed()

    async def verify(self, ids: Sequence[str] = (), root_file: Path | None = None) -> tuple[Verdict, ...]:
        """Let each store's own verifier judge a certificate of the root.

        Raises: AuthorityMissing, UnknownStore, BadCertificate, NotAnAuthority.
        """

        def prove() -> tuple[Verdict, ...]:
            root, probe = self._required_root(root_file)
            return tuple(self._verdict(store, root, probe) for store in self._chosen(ids))

        return await self._worker.run(prove)

    def _verdict(self, store: TrustStore, root: Root, probe: tuple[bytes, ...]) -> Verdict:
        try:
            return store.verify(root, probe, site.PROBE_NAME)
        except DotlocalError as problem:
            reason = Reason("store-unreadable", None, (("detail", problem.message),))
            return Verdict(store.id, False, (reason,), "nothing: the store could not be asked", self._clock())

    def _apply_to(self, store: TrustStore, action: Action, root: Root) -> Outcome:
        before = store.probe(root)
        try:
            plan = store.plan(action, root)
            if plan.steps:
                self._note("planned", store, action, root, "; ".join(plan.steps))
                (store.install if action is Action.INSTALL else store.remove)(root)
            outcome = Outcome(store.id, store.label, action, store.probe(root), changed=bool(plan.steps))
            if not outcome.done:
                raise RootNotTrusted(f"{store.label}: reading it back does not show what was wanted.")
            if plan.steps:
                self._note("done", store, action, root)
        except (DotlocalError, OSError) as error:
            problem = _as_problem(error)
            after = store.probe(root)
            with suppress(StateUnwritable):  # the problem itself is what gets reported
                self._note("failed", store, action, root, problem.code)
            return Outcome(
                store.id, store.label, action, after, changed=after != before,
                problem=problem.message, code=problem.code, hint=problem.hint,
            )  # fmt: skip
        return outcome

    def _note(self, phase: str, store: TrustStore, action: Action, root: Root, detail: str = "") -> None:
        journal.write(self._folder, self._clock(), phase, store.id, action, root.sha256, detail)

    def _chosen(self, ids: Sequence[str]) -> tuple[TrustStore, ...]:
        stores = tuple(self._stores())
        if not ids:
            return stores
        by_id = {store.id: store for store in stores}
        for wanted in ids:
            if wanted not in by_id:
                known = ", ".join(by_id) or "none"
                raise UnknownStore(f"No store has the id {wanted!r}.", hint=f"This computer has: {known}.")
        return tuple(by_id[wanted] for wanted in dict.fromkeys(ids))

    def _required_root(self, root_file: Path | None) -> tuple[Root, tuple[bytes, ...]]:
        found = self._root(root_file, required=True)
        if found is None:
            raise AuthorityMissing("There is no root to work with: no authority was created yet.")
        return found

    def _root(self, root_file: Path | None, *, required: bool) -> tuple[Root, tuple[bytes, ...]] | None:
        """Return the root to work with and the chain that proves it: a foreign root has none."""
        if root_file is not None:
            return Root.from_file(root_file), ()
        folder = self._folder / "authority"
        if not required and not site.exists(folder):
            return None
        authority = site.open_authority(folder)
        root = Root.from_bytes(_der(authority.root), "the authority")
        return root, tuple(_der(c) for c in authority.probe)


def _planned(store: TrustStore, action: Action, root: Root) -> Plan | Outcome:
    try:
        return store.plan(action, root)
    except (DotlocalError, OSError) as error:
        problem = _as_problem(error)
        state = replace(store.probe(root), detail=problem.message)
        return Outcome(store.id, store.label, action, state, False, problem.message, problem.code, problem.hint)


def _as_problem(error: DotlocalError | OSError) -> DotlocalError:
    if isinstance(error, DotlocalError):
        return error
    return StoreUnavailable("unreadable", f"{error.filename or 'A file'}: {error.strerror or error}.")


def _der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
