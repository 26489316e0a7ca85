"""Plan, install, remove, undo and prove roots in the stores of this machine; each store stands alone."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from core.app.workers import Worker
from core.authority import authority as site
from core.clock import Clock, utc_now
from core.errors import AuthorityMissing, DotlocalError, NothingToUndo, StateCorrupt, UnknownStore
from core.events import Bus, StoreChangeEnded, StoreChangeStarted
from core.model.change import Change, History
from core.model.plan import Action, Outcome, Plan
from core.model.store_state import StoreState, ToolSight
from core.model.verdict import Reason, Verdict
from core.trust import changes, children, journal, tools
from core.trust.changes import Order
from core.trust.store import Root, TrustStore

T = TypeVar("T")
Reopen = Callable[[Mapping[str, object]], TrustStore | None]
"""Opens the store that a journal's address names, also when nothing on the machine names it any more."""
_ABOUT_THE_PROGRAM = frozenset({"id", "label", "library", "home"})


class TrustDesk:
    """The stores of this machine, for the window and the command line."""

    def __init__(
        self,
        folder: Path,
        stores: Callable[[], Sequence[TrustStore]],
        reopen: Reopen,
        worker: Worker,
        bus: Bus,
        changed: Callable[[], None],
        clock: Clock = utc_now,
    ) -> None:
        self._folder = folder
        self._stores = stores
        self._reopen = reopen
        self._worker = worker
        self._bus = bus
        self._changed = changed
        self._clock = clock

    async def states(self, ids: Sequence[str] = (), root_file: Path | None = None) -> tuple[StoreState, ...]:
        """Read every store (or the named ones), for the site's root or the one in `root_file`, if there is one.

        An authority that cannot be read hides no store: they are read without a root to look for.
        Raises: UnknownStore, BadCertificate, NotAnAuthority.
        """

        def read() -> tuple[StoreState, ...]:
            root = self._root_if_any(root_file)
            return tuple(store.probe(root) for store in self._chosen(ids))

        return await self._run(read)

    async def tools(self, root_file: Path | None = None) -> tuple[ToolSight, ...]:
        """Return the programs that trust by their own rules, and whether each sees the root; none without a root."""

        def read() -> tuple[ToolSight, ...]:
            root = self._root_if_any(root_file)
            if root is None:
                return ()
            system = next((store for store in self._stores() if store.id == "os"), None)
            bundle = getattr(system, "bundle", None)
            return tools.look(root, root_file or site.root_file(self._folder / "authority"), bundle)

        return await self._run(read)

    async def plans(
        self, action: Action, ids: Sequence[str] = (), root_file: Path | None = None
    ) -> tuple[Plan | Outcome, ...]:
        """Return what would be done to each store; a store that cannot be planned gives its Outcome instead.

        A removal plans for every root that was ever put anywhere here, also after its authority is gone.
        Raises: AuthorityMissing, UnknownStore, BadCertificate, NotAnAuthority.
        """
        return await self._run(lambda: tuple(changes.planned(o) for o in self._orders(action, ids, root_file)))

    async def apply(
        self,
        action: Action,
        ids: Sequence[str] = (),
        root_file: Path | None = None,
        passwords: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[Outcome, ...]:
        """Carry the action out in each store, read each back, and return what came of it.

        `passwords` are the stores' own (a Firefox primary password), by store id; they are used once and not kept.
        Raises: AuthorityMissing, UnknownStore, BadCertificate, NotAnAuthority, TrustBusy, StateUnwritable for the
        lock; never for one store's failure.
        """
        return await self._carry_out(lambda: self._orders(action, ids, root_file), passwords)

    async def history(self) -> History:
        """Return every change that is on record, and the lines of the journal that cannot be read."""
        return await self._run(lambda: journal.read(self._folder))

    async def undo_plans(self, *, whole_run: bool, run: str = "") -> tuple[Plan | Outcome, ...]:
        """Return what putting back the last change, or all of a run (the last one), would do.

        Raises: NothingToUndo.
        """
        return await self._run(lambda: tuple(changes.planned(o) for o in self._undo_orders(run, whole_run=whole_run)))

    async def undo(
        self, *, whole_run: bool, run: str = "", passwords: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[Outcome, ...]:
        """Put back what was before the last change, or before a whole run; also of a change that was cut off.

        Raises: NothingToUndo, TrustBusy, StateUnwritable for the lock.
        """
        return await self._carry_out(lambda: self._undo_orders(run, whole_run=whole_run), passwords)

    async def verify(self, ids: Sequence[str] = (), root_file: Path | None = None) -> tuple[Verdict, ...]:
        """Let each store's own verifier judge a certificate of the root.

        Raises: AuthorityMissing, UnknownStore, BadCertificate, NotAnAuthority.
        """

        def prove() -> tuple[Verdict, ...]:
            root, probe = self._required_root(root_file)
            return tuple(self._verdict(store, root, probe) for store in self._chosen(ids))

        return await self._run(prove)

    async def chosen(self, ids: Sequence[str] = ()) -> tuple[TrustStore, ...]:
        """Return the named stores, or all. Raises: UnknownStore."""
        return await self._run(lambda: self._chosen(ids))

    async def _run(self, call: Callable[[], T]) -> T:
        def warm() -> T:
            with children.kept_warm():
                return call()

        return await self._worker.run(warm)

    async def _carry_out(
        self, wanted: Callable[[], Sequence[Order]], passwords: Mapping[str, str]
    ) -> tuple[Outcome, ...]:
        loop = asyncio.get_running_loop()

        def progress(store: str, outcome: Outcome | None) -> None:
            event = StoreChangeStarted(store) if outcome is None else StoreChangeEnded(outcome)
            loop.call_soon_threadsafe(self._bus.publish, event)

        def change() -> tuple[Outcome, ...]:
            orders = wanted()
            for order in orders:
                if order.store.id in passwords:
                    order.store.unlock_with(passwords[order.store.id])
            return changes.carry_out(orders, self._folder, self._clock, progress)

        try:
            return await self._run(change)
        finally:
            self._changed()

    def _orders(self, action: Action, ids: Sequence[str], root_file: Path | None) -> tuple[Order, ...]:
        if action is Action.INSTALL:
            root, _ = self._required_root(root_file)
            return tuple(Order(store, root, action) for store in self._chosen(ids) if ids or not store.optional)
        current, others = self._roots_to_remove(root_file)
        orders: list[Order] = []
        for store in self._chosen(ids, with_journal=not ids):
            held = [root for root in others if _is_held(store, root)]
            if current is not None and (not store.optional or ids or _is_held(store, current)):
                held.insert(0, current)
            orders += [Order(store, root, action) for root in held]
        return tuple(orders)

    def _roots_to_remove(self, root_file: Path | None) -> tuple[Root | None, tuple[Root, ...]]:
        """Return the root that is in use, and every other one that the journal knows of; one file means that alone.

        Raises: AuthorityMissing where there is neither.
        """
        if root_file is not None:
            return Root.from_file(root_file), ()
        current = self._root_if_any(None)
        known = journal.read(self._folder).roots()
        others = tuple(
            Root(der, sha256, name) for sha256, (name, der) in known.items()
            if current is None or sha256 != current.sha256
        )  # fmt: skip
        if current is None and not others:
            raise AuthorityMissing("There is no root to remove: no authority, and no change on record.")
        return current, others

    def _undo_orders(self, run: str, *, whole_run: bool) -> tuple[Order, ...]:
        """Return what puts back a run or the last change; a store that is gone took its root along and stops nothing.

        Raises: NothingToUndo.
        """
        here = {_place(store.address()): store for store in self._stores()}
        there: list[tuple[Change, TrustStore]] = []
        for change in journal.read(self._folder).undoable(run):
            store = here.get(_place(change.address)) or self._reopen(change.address)
            if store is not None:
                there.append((change, store))
        if not there:
            raise NothingToUndo(f"No change of {run} can be put back." if run else "There is no change to put back.")
        last = there[0][0].run
        chosen = there if whole_run or run else there[:1]
        return tuple(
            Order(store, Root(change.certificate, change.sha256, change.root_name), Action.UNDO, change)
            for change, store in chosen
            if change.run == last
        )

    def _verdict(self, store: TrustStore, root: Root, probe: tuple[bytes, ...]) -> Verdict:
        try:
            return store.verify(root, probe, site.PROBE_NAME)
        except DotlocalError as problem:
            reason = Reason("store-unreadable", None, (("detail", problem.message),))
            return Verdict(store.id, False, (reason,), "nothing: the store could not be asked", self._clock())

    def _chosen(self, ids: Sequence[str], *, with_journal: bool = False) -> tuple[TrustStore, ...]:
        stores = list(self._stores())
        if with_journal:
            places = {_place(store.address()) for store in stores}
            for change in journal.read(self._folder).changes:
                if _place(change.address) not in places:
                    places.add(_place(change.address))
                    reopened = self._reopen(change.address)
                    stores += [reopened] if reopened is not None else []
        if not ids:
            return tuple(stores)
        by_id = {store.id: store for store in stores}
        for wanted in ids:
            if wanted not in by_id:
                known = ", ".join(by_id) or "none"
                raise UnknownStore(f"No store has the id {wanted!r}.", hint=f"This computer has: {known}.")
        return tuple(by_id[wanted] for wanted in dict.fromkeys(ids))

    def _root_if_any(self, root_file: Path | None) -> Root | None:
        try:
            found = self._root(root_file, required=False)
        except StateCorrupt:
            return None
        return found[0] if found else None

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


def _is_held(store: TrustStore, root: Root) -> bool:
    state = store.probe(root)
    return bool(state.installed or state.trusted) and not store.follows


def _place(address: Mapping[str, object]) -> str:
    """Return what tells one store's place from another's: its address without what is only about the program."""
    return json.dumps({k: v for k, v in address.items() if k not in _ABOUT_THE_PROGRAM}, sort_keys=True)


def _der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
