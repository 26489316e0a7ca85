"""Carry changes out: each planned, on record before and after, read back; one failing store never stops the others."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.clock import Clock
from core.errors import DotlocalError, ElevationRefused, RootNotTrusted, StateUnwritable, StoreUnavailable, ToolFailed
from core.model.change import Change, Snapshot
from core.model.plan import READ_BACK, Action, Outcome, Plan, Step, Touch
from core.model.store_state import StoreState
from core.trust import children, elevation, journal, lock
from core.trust.store import Root, TrustStore

Progress = Callable[[str, Outcome | None], None]
"""Told of each store when its change begins (None) and when it ended (what came of it)."""


@dataclass(frozen=True)
class Order:
    """One change that is wanted. For an undo, `undoes` is the change on record whose `before` is put back."""

    store: TrustStore
    root: Root
    action: Action
    undoes: Change | None = None


@dataclass(frozen=True)
class _Begun:
    """An order on record, with the plan that is being carried out."""

    order: Order
    plan: Plan
    change: Change


def planned(order: Order) -> Plan | Outcome:
    """Return what would be done; a store that cannot be planned gives its outcome instead."""
    try:
        return _plan(order)
    except (DotlocalError, OSError) as error:
        problem = as_problem(error)
        state = replace(order.store.probe(order.root), detail=problem.message)
        return _outcome(order, state=state, problem=problem)


def carry_out(
    orders: Sequence[Order], folder: Path, clock: Clock, progress: Progress = lambda store, outcome: None
) -> tuple[Outcome, ...]:
    """Carry every order out as one run, those that need an administrator late and together: one prompt.

    Stores that follow another one are only read, when that one is done.

    Raises: TrustBusy, StateUnwritable for the lock; never for one store's failure.
    """
    run = f"{clock():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    outcomes: dict[int, Outcome] = {}

    def ended(number: int, outcome: Outcome) -> None:
        outcomes[number] = outcome
        progress(orders[number].store.id, outcome)

    with lock.held(folder), children.kept_warm():
        waiting: dict[int, _Begun] = {}
        following = [number for number, order in enumerate(orders) if order.store.follows]
        for number, order in enumerate(orders):
            if number in following:
                continue
            progress(order.store.id, None)
            begun = _begin(order, folder, clock, f"{run}/{number}")
            if isinstance(begun, Outcome):
                ended(number, begun)
            elif begun.plan.needs_elevation:
                waiting[number] = begun
            else:
                ended(number, _finish(begun, folder, clock, _act(begun.order)))
        problems = _elevate(waiting)
        for number, begun in waiting.items():
            ended(number, _finish(begun, folder, clock, problems.get(number)))
        for number in following:
            state = orders[number].store.probe(orders[number].root)
            ended(number, _outcome(orders[number], state=state, done=_is_wanted(orders[number], state)))
    return tuple(outcomes[number] for number in range(len(orders)))


def as_problem(error: DotlocalError | OSError) -> DotlocalError:
    """Return an error as one that a person can read."""
    if isinstance(error, DotlocalError):
        return error
    return StoreUnavailable("unreadable", f"{error.filename or 'A file'}: {error.strerror or error}.")


def _plan(order: Order) -> Plan:
    if order.undoes is None:
        return replace(order.store.plan(order.action, order.root), root_name=order.root.name)
    before = order.undoes.before
    cut_off = order.undoes.phase == "planned"  # then files may lie about that no snapshot speaks of
    if not cut_off and _same(order.store.snapshot(order.root), before):
        return Plan(order.store.id, order.store.label, Action.UNDO, order.root.sha256, (), root_name=order.root.name)
    plan = order.store.plan(Action.INSTALL if before["installed"] else Action.REMOVE, order.root)
    steps = plan.steps
    if not steps:  # it is there already, under another name or with other flags
        target = order.store.location
        steps = (Step(Touch.WRITE, target, f"Put back in {target} how it was kept before"), READ_BACK)
    elevated = order.store.needs_elevation
    return replace(plan, action=Action.UNDO, steps=steps, needs_elevation=elevated, root_name=order.root.name)


def _begin(order: Order, folder: Path, clock: Clock, key: str) -> _Begun | Outcome:
    """Plan an order and put it on record; where there is nothing to do, or it cannot be done, return the outcome."""
    run, _, number = key.partition("/")
    try:
        plan = _plan(order)
        if not plan.steps:
            state = order.store.probe(order.root)
            outcome = _outcome(order, state=state, done=plan.action is Action.UNDO or _is_wanted(order, state))
            return outcome if outcome.done else _unwanted(order, outcome)
        change = Change(
            run=run, number=int(number), at=clock(), action=order.action, store=order.store.id,
            label=order.store.label, address=order.store.address(), sha256=order.root.sha256,
            root_name=order.root.name, certificate=order.root.der, before=order.store.snapshot(order.root),
            steps=tuple(step.text for step in plan.steps), undoes=order.undoes.key if order.undoes else "",
        )  # fmt: skip
        journal.begin(folder, change)
    except (DotlocalError, OSError) as error:
        return _outcome(order, state=order.store.probe(order.root), problem=as_problem(error))
    return _Begun(order, plan, change)


def _act(order: Order) -> DotlocalError | None:
    try:
        if order.undoes is not None:
            order.store.restore(order.root, order.undoes.before)
        elif order.action is Action.INSTALL:
            order.store.install(order.root)
        else:
            order.store.remove(order.root)
    except (DotlocalError, OSError) as error:
        return as_problem(error)
    return None


def _elevate(waiting: Mapping[int, _Begun]) -> dict[int, DotlocalError]:
    """Let the helper carry out every order that needs rights, and return the problem of each that has one.

    Who said no to one question is asked no other.
    """
    changes = {
        number: elevation.Elevated(_verb(b.order), b.order.store.id, b.order.root.sha256, b.order.root.der)
        for number, b in waiting.items()
    }
    problems: dict[int, DotlocalError] = {}
    refused: DotlocalError | None = None
    for portion in elevation.portions(tuple(changes.values())):
        numbers = [number for number, change in changes.items() if change in portion]
        try:
            said = elevation.run_elevated(portion) if refused is None else {}
        except (DotlocalError, OSError) as error:
            problem = as_problem(error)
            problems |= dict.fromkeys(numbers, problem)
            refused = problem if isinstance(problem, ElevationRefused) else None
            continue
        if refused is not None:
            problems |= dict.fromkeys(numbers, refused)
        stores = [changes[number].store for number in numbers]
        for number in numbers:
            words = said.get(changes[number].store)
            # the answer names stores: of two roots in one it is the other's where this one reads back as wanted
            if words and not (stores.count(changes[number].store) > 1 and _reads_back(waiting[number].order)):
                problems[number] = ToolFailed(("the elevated helper",), 1, words)
    return problems


def _verb(order: Order) -> str:
    if order.undoes is not None:
        return "install" if order.undoes.before["installed"] else "remove"
    return order.action.value


def _finish(begun: _Begun, folder: Path, clock: Clock, problem: DotlocalError | None) -> Outcome:
    """Read a store back, put on record what came of its change, and return it."""
    order, change = begun.order, begun.change
    state = order.store.probe(order.root)
    if problem is None and not _reads_back(order):
        problem = RootNotTrusted(f"{order.store.label}: reading it back does not show what was wanted.")
    altered = problem is None or not _unaltered(order, change.before)
    try:
        journal.end(folder, change, clock(), "failed" if problem else "done", problem.code if problem else "",
                    altered=altered)  # fmt: skip
    except StateUnwritable as unwritable:
        problem = problem or unwritable
    return _outcome(order, state=state, changed=altered, done=problem is None, problem=problem)


def _reads_back(order: Order) -> bool:
    with suppress(DotlocalError, OSError):
        if order.undoes is None:
            return _is_wanted(order, order.store.probe(order.root))
        now, before = order.store.snapshot(order.root), order.undoes.before
        return (now["installed"], now["trusted"]) == (before["installed"], before["trusted"])
    return False


def _is_wanted(order: Order, state: StoreState) -> bool:
    wanted = order.action is Action.INSTALL
    return (state.installed, state.trusted) == (wanted, wanted)


def _unaltered(order: Order, before: Snapshot) -> bool:
    with suppress(DotlocalError, OSError):
        return _same(order.store.snapshot(order.root), before)
    return False


def _same(one: Snapshot, other: Snapshot) -> bool:
    return dict(one) == dict(other)


def _unwanted(order: Order, outcome: Outcome) -> Outcome:
    problem = RootNotTrusted(f"{order.store.label}: nothing could be done, and it is not as it should be.")
    return replace(outcome, problem=problem.message, code=problem.code, hint=problem.hint)


def _outcome(
    order: Order, *, state: StoreState, changed: bool = False, done: bool = False, problem: DotlocalError | None = None
) -> Outcome:
    made = Outcome(
        order.store.id, order.store.label, order.action, state, changed=changed, done=done, sha256=order.root.sha256,
        root_name=order.root.name,
    )  # fmt: skip
    if problem is None:
        return made
    return replace(made, problem=problem.message, code=problem.code, hint=problem.hint)
