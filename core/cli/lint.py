"""`dotlocal lint`: what is wrong with a device's announcement, with the clause that says so."""

import asyncio
from typing import Annotated

import typer

from core.cli.output import FINDING, FINE, document, say
from core.model.lint import Level, LintReport
from core.model.resolving import ResolverSight
from core.model.text import display
from core.paths import state_folder
from core.settings import load


def lint(
    host: Annotated[str, typer.Argument(help="The device, such as dev01.local.")],
    interface: Annotated[
        list[str] | None, typer.Option("--interface", help="Listen on this interface (name or address); repeatable.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=3.0, help="How long to listen and ask.")] = 4.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check what a device announces: types, records, names, lifetimes, texts; and whether this computer resolves it."""
    from core.app.lint_host import lint_host

    interfaces = tuple(interface or ()) or load(state_folder()).network.interfaces
    report, sight = asyncio.run(lint_host(host, interfaces, seconds))
    if as_json:
        document("lint", _values(report, sight))
    else:
        _tell(report, sight)
    bad = not report.heard or sight.agrees is False or any(p.level is not Level.HINT for p in report.points)
    raise typer.Exit(FINDING if bad else FINE)


def _values(report: LintReport, sight: ResolverSight) -> dict[str, object]:
    return {
        "host": report.host, "heard": report.heard, "limited": report.limited, "senders": list(report.senders),
        "addresses": list(report.addresses),
        "services": list(report.services),
        "points": [
            {
                "code": p.code, "level": p.level.value, "place": p.place, "message": p.sentence, "hint": p.mend,
                "clause": p.clause,
            }
            for p in report.points
        ],
        "resolver": {
            "addresses": list(sight.addresses), "way": sight.way or None, "agrees": sight.agrees,
            "message": sight.sentence, "hint": sight.mend or None,
        },
    }  # fmt: skip


def _tell(report: LintReport, sight: ResolverSight) -> None:
    say(f"{display(report.host)}: {', '.join(report.addresses) or 'no address heard'}")
    for service in report.services:
        say(f"   {display(service)}")
    if not report.heard:
        say("Nobody answered for this name. Is the device on this network, and is the name right?")
    elif not report.points:
        say("Nothing wrong was heard in its announcement.")
    if report.limited:
        say("Another program keeps port 5353: lifetimes, flush bits and packets could not be judged.")
    for point in report.points:
        say(f"\n{point.level.value}: {display(point.place)}\n   {display(point.sentence, 300)}")
        say(f"   {display(point.mend, 300)} ({point.clause})")
    say(f"\n{display(sight.sentence, 400)}")
    if sight.mend:
        say(f"   {display(sight.mend, 400)}")
