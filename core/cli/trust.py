"""`dotlocal trust`: the stores of this machine and the root in them."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from core.cli.output import (
    FINDING,
    FINE,
    document,
    message,
    outcome_json,
    plan_json,
    say,
    store_json,
    table,
    talk,
    verdict_json,
)
from core.model.plan import Action, Outcome
from core.model.text import display

if TYPE_CHECKING:
    from core.app.core import Core

T = TypeVar("T")
trust = typer.Typer(help="Where this computer trusts a root.", no_args_is_help=True)

Stores = Annotated[list[str] | None, typer.Option("--store", metavar="ID", help="Only this store; repeatable.")]
RootFile = Annotated[Path | None, typer.Option("--root", metavar="FILE", help="This root instead of the site's own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
    """Show every trust store and whether it holds and trusts the root; read now."""
    states = _with_core(lambda core: core.trust.states(store or (), root))
    if as_json:
        document("trust", {"stores": [store_json(state) for state in states]})
    else:
        words = {True: "yes", False: "no", None: "-"}
        table(
            ("Store", "Installed", "Trusted", "Location", ""),
            ((s.id, words[s.installed], words[s.trusted], s.location, s.detail) for s in states),
        )
        if states and all(s.installed is None and s.available for s in states):
            talk('No root to look for: create one with dotlocal ca create --name "Workshop", or name one with --root.')
    fine = bool(states) and all(s.available and s.installed and s.trusted for s in states)
    raise typer.Exit(FINE if fine else FINDING)


@trust.command("plan")
def plan(store: Stores = None, root: RootFile = None, as_json: AsJson = False) -> None:
    """Show what `install` would do to each store, and do nothing."""
    plans = _with_core(lambda core: core.trust.plans(Action.INSTALL, store or (), root))
    if as_json:
        states = {state.id: state for state in _with_core(lambda core: core.trust.states(store or (), root))}
        document("trust", {"stores": [plan_json(p, states[p.store]) for p in plans]})
        return
    for item in plans:
        say(f"{display(item.label)} ({display(item.store)})")
        if isinstance(item, Outcome):
            say(f"   cannot be used: {display(item.problem, 500)}")
            continue
        for step in item.steps or ("Nothing to do",):
            say(f"   {display(step, 500)}")
        if item.prompt:
            say(f"   {item.prompt}")


@trust.command("install")
def install(store: Stores = None, root: RootFile = None, as_json: AsJson = False) -> None:
    """Put the root into every store (or the named ones), and read each back."""
    raise typer.Exit(_apply(Action.INSTALL, store, root, as_json=as_json))


@trust.command("remove")
def remove(store: Stores = None, root: RootFile = None, as_json: AsJson = False) -> None:
    """Take the root out of every store (or the named ones) without residue, and read each back."""
    raise typer.Exit(_apply(Action.REMOVE, store, root, as_json=as_json))


def _apply(action: Action, store: list[str] | None, root: Path | None, *, as_json: bool) -> int:
    outcomes = _with_core(lambda core: core.trust.apply(action, store or (), root))
    if as_json:
        document("trust", {"stores": [outcome_json(outcome) for outcome in outcomes]})
    else:
        done = {Action.INSTALL: "installed and read back", Action.REMOVE: "removed and read back"}[action]
        for outcome in outcomes:
            word = (done if outcome.changed else "nothing to do") if outcome.done else "failed"
            say(f"{display(outcome.store):28} {word}")
            if outcome.problem:
                talk(f"   {display(outcome.problem, 1000)} {display(outcome.hint, 500)}".rstrip())
        if any(o.changed and o.store != "os" for o in outcomes):
            talk("Open browsers follow for pages already visited after a restart.")
    return FINE if outcomes and all(o.done for o in outcomes) else FINDING


@trust.command("verify")
def verify(store: Stores = None, root: RootFile = None, as_json: AsJson = False) -> None:
    """Let each store's own verifier judge a certificate of the root."""
    verdicts = _with_core(lambda core: core.trust.verify(store or (), root))
    if as_json:
        states = {state.id: state for state in _with_core(lambda core: core.trust.states(store or (), root))}
        rows = [{**store_json(states[v.client]), "verified": v.trusted, "verdict": verdict_json(v)} for v in verdicts]
        document("trust", {"stores": rows})
    else:
        for verdict in verdicts:
            say(f"{display(verdict.client):28} {'trusted' if verdict.trusted else 'not trusted'}  ({verdict.checked})")
            for reason in verdict.reasons:
                say(f"   {message(reason)}")
    raise typer.Exit(FINE if verdicts and all(v.trusted for v in verdicts) else FINDING)
