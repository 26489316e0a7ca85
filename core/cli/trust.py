"""`dotlocal trust`: the stores of this machine and the roots in them."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from core.cli.output import (
    FINDING,
    FINE,
    change_json,
    document,
    line,
    message,
    outcome_json,
    plan_json,
    say,
    store_json,
    table,
    talk,
    tool_json,
    verdict_json,
)
from core.events import PhoneChecked
from core.model.change import History
from core.model.plan import Action, Outcome, Plan, Touch
from core.model.store_state import StoreState, ToolSight
from core.model.text import display
from core.model.verdict import Verdict

if TYPE_CHECKING:
    from core.app.core import Core

T = TypeVar("T")
trust = typer.Typer(help="Where this computer trusts a root.", no_args_is_help=True)

Stores = Annotated[list[str] | None, typer.Option("--store", metavar="ID", help="Only this store; repeatable.")]
RootFile = Annotated[Path | None, typer.Option("--root", metavar="FILE", help="This root instead of the site's own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_DONE = {
    Action.INSTALL: "installed and read back", Action.REMOVE: "removed and read back",
    Action.UNDO: "put back and read back",
}  # fmt: skip


def ask_primary_password(label: str) -> str | None:
    """Ask for a Firefox primary password on the terminal; None where there is none."""
    return getpass.getpass(f"Primary password of {display(label)}: ") if sys.stdin.isatty() else None


def _with_core(call: Callable[["Core"], Awaitable[T]]) -> T:
    from core.app.core import Core, CoreConfig

    async def work() -> T:
        async with Core(CoreConfig.of_this_machine(ask_password=ask_primary_password)) as core:
            return await call(core)

    return asyncio.run(work())


@trust.command("status")
def status(store: Stores = None, root: RootFile = None, as_json: AsJson = False) -> None:
    """Show every trust store, whether it holds and trusts the root, and the programs with rules of their own."""

    async def read(core: "Core") -> tuple[tuple[StoreState, ...], tuple[ToolSight, ...], History]:
        states = await core.trust.states(store or (), root)
        sights = () if store else await core.trust.tools(root)
        return states, sights, await core.trust.history()

    states, sights, history = _with_core(read)
    unfinished = history.unfinished()
    if as_json:
        document(
            "trust",
            {
                "stores": [store_json(state) for state in states], "tools": [tool_json(sight) for sight in sights],
                "unfinished": [change_json(change) for change in unfinished], "damaged": list(history.damaged),
            },
        )  # fmt: skip
    else:
        _show_states(states)
        if sights:
            say()
            table(
                ("Program", "Sees the root", "Looks in", "What helps"),
                ((s.label, _word(s.sees), s.location, s.command.replace("\n", " ; ")) for s in sights),
            )
        for change in unfinished:
            talk(f"A change of {display(change.label)} began at {change.at:%Y-%m-%d %H:%M} and was cut off.")
            talk("   Put back what was before with: dotlocal trust undo")
        for line in history.damaged:
            talk(f"Cannot be read: {display(line, 300)}")
    needed = [state for state in states if not state.optional]
    fine = bool(needed) and all(s.available and s.installed and s.trusted for s in needed) and not unfinished
    raise typer.Exit(FINE if fine else FINDING)


def _show_states(states: Sequence[StoreState]) -> None:
    table(
        ("Store", "Installed", "Trusted", "Location", ""),
        ((s.id, _word(s.installed), _word(s.trusted), s.location, _remark(s)) for s in states),
    )
    if states and all(s.installed is None and s.available for s in states):
        talk('No root to look for: create one with dotlocal ca create --name "Workshop", or name one with --root.')


def _remark(state: StoreState) -> str:
    return f"{state.detail} (only when named: --store {state.id})" if state.optional else state.detail


def _word(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "-"}[value]


@trust.command("plan")
def plan(
    store: Stores = None,
    root: RootFile = None,
    remove: Annotated[bool, typer.Option("--remove", help="Plan the removal instead.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Plan to put back the last run.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every file, key, command and prompt that `install` would touch, and do nothing."""

    async def read(core: "Core") -> tuple[tuple[Plan | Outcome, ...], dict[str, StoreState]]:
        if undo:
            plans = await core.trust.undo_plans(whole_run=True)
        else:
            plans = await core.trust.plans(Action.REMOVE if remove else Action.INSTALL, store or (), root)
        return plans, {state.id: state for state in await core.trust.states((), root)}

    plans, states = _with_core(read)
    if as_json:
        document("trust", {"stores": [plan_json(p, states.get(p.store)) for p in plans]})
        return
    for item in plans:
        _show_plan(item)


def _show_plan(item: Plan | Outcome) -> None:
    say(f"{display(item.label)} ({display(item.store)})")
    if isinstance(item, Outcome):
        say(f"   cannot be used: {display(item.problem, 500)}")
        return
    if item.follows:
        say(f"   Follows {display(item.follows)}: nothing is changed here")
        return
    for step in item.steps:
        say(f"   {display(step.text, 500)}")
        if step.touch is Touch.RUN:
            say(f"      $ {display(step.target, 500)}")
    if not item.steps:
        say("   Nothing to do")
    if item.prompt:
        say(f"   {item.prompt}")


@trust.command("install")
def install(store: Stores = None, root: RootFile = None, as_json: AsJson = False) -> None:
    """Put the root into every store (or the named ones), and read each back."""
    outcomes = _with_core(lambda core: core.trust.apply(Action.INSTALL, store or (), root))
    raise typer.Exit(_tell(outcomes, as_json=as_json))


@trust.command("remove")
def remove(store: Stores = None, root: RootFile = None, as_json: AsJson = False) -> None:
    """Take out every root that was ever put into a store here, without residue, and read each store back."""
    outcomes = _with_core(lambda core: core.trust.apply(Action.REMOVE, store or (), root))
    raise typer.Exit(_tell(outcomes, as_json=as_json))


@trust.command("undo")
def undo(
    all_of_run: Annotated[bool, typer.Option("--all", help="All of the last run, not its last change alone.")] = False,
    run: Annotated[str, typer.Option("--run", metavar="RUN", help="All of this run; see trust history.")] = "",
    as_json: AsJson = False,
) -> None:
    """Put back what was before the last change, also when that change was cut off in the middle."""
    outcomes = _with_core(lambda core: core.trust.undo(whole_run=all_of_run, run=run))
    raise typer.Exit(_tell(outcomes, as_json=as_json))


def _tell(outcomes: Sequence[Outcome], *, as_json: bool) -> int:
    if as_json:
        document("trust", {"stores": [outcome_json(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            word = (_DONE[outcome.action] if outcome.changed else "nothing to do") if outcome.done else "failed"
            if outcome.state is not None and outcome.state.follows:
                word = f"follows {outcome.state.follows}"
            say(f"{display(outcome.store):28} {word}")
            if outcome.problem:
                talk(f"   {display(outcome.problem, 1000)} {display(outcome.hint, 500)}".rstrip())
        if any(o.changed and o.store != "os" for o in outcomes):
            talk("Open browsers follow for pages already visited after a restart.")
    return FINE if outcomes and all(o.done for o in outcomes) else FINDING


@trust.command("history")
def history(as_json: AsJson = False) -> None:
    """Show every change of a store that is on record, oldest first."""
    known = _with_core(lambda core: core.trust.history())
    if as_json:
        document("trust", {"changes": [change_json(c) for c in known.changes], "damaged": list(known.damaged)})
        return
    table(
        ("Run", "When", "Change", "Store", "Root", ""),
        (
            (c.run, f"{c.at:%Y-%m-%d %H:%M}", c.action.value, c.store, f"{c.root_name} {c.sha256[:16]}",
             "cut off" if c.phase == "planned" else "put back" if c.undone else c.phase)
            for c in known.changes
        ),
    )  # fmt: skip


@trust.command("share")
def share(
    address: Annotated[str, typer.Option("--address", metavar="IP", help="This address of this computer.")] = "",
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=60, help="Close by itself after so long.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Serve the root to phones and tablets for some minutes: a page, a QR code, the fingerprint, and a check."""
    import segno

    def checked(event: object) -> None:
        if isinstance(event, PhoneChecked):
            word = {True: "trusts the root", False: "does not trust the root", None: "could not be told"}[event.trusted]
            if as_json:
                line({"client": event.client, "trusted": event.trusted, "said": event.said})
            else:
                say(f"{display(event.client)} {word}: {display(event.said, 200)}")

    async def serve(core: "Core") -> None:
        core.bus.subscribe(checked)
        shared = await core.share_root(address, minutes)
        if as_json:
            line({"schema": "dotlocal.trust-share/1", "url": shared.url, "sha256": shared.sha256, "minutes": minutes})
        else:
            segno.make(shared.url, error="m").terminal(out=sys.stdout, compact=True)
            say(f"Open on the phone:  {shared.url}")
            say(f"Compare on both:    {shared.fingerprint}")
            talk(f"It closes by itself after {minutes} min, or with Ctrl+C. Anybody here can open it; it holds no key.")
        await core.shared_until_over()

    _with_core(serve)
    raise typer.Exit(FINE)


@trust.command("verify")
def verify(
    store: Stores = None,
    root: RootFile = None,
    browser: Annotated[
        bool, typer.Option("--browser", help="Also open a page on this computer in the real browsers, unseen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let each store's own verifier judge a certificate of the root; the words say what was really checked."""

    async def prove(core: "Core") -> tuple[tuple[Verdict, ...], dict[str, StoreState]]:
        verdicts = await core.trust.verify(store or (), root)
        if browser:
            verdicts += await core.prove_in_browsers(store or ())
        return verdicts, {state.id: state for state in await core.trust.states((), root)}

    verdicts, states = _with_core(prove)
    if as_json:
        document(
            "trust", {"stores": [_verdict_row(v, states.get(v.client.removeprefix("browser:"))) for v in verdicts]}
        )
    else:
        for verdict in verdicts:
            say(f"{display(verdict.client):28} {'trusted' if verdict.trusted else 'not trusted'}  ({verdict.checked})")
            for reason in verdict.reasons:
                say(f"   {message(reason)}")
    judged = [v for v in verdicts if v.client not in states or not states[v.client].optional]
    raise typer.Exit(FINE if judged and all(v.trusted for v in judged) else FINDING)


def _verdict_row(verdict: Verdict, state: StoreState | None) -> dict[str, object]:
    known = {} if state is None else store_json(state)
    return {**known, "client": verdict.client, "verified": verdict.trusted, "verdict": verdict_json(verdict)}
