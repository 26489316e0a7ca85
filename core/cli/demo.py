"""`dotlocal demo`: the window, or a listing, on a sample floor that this machine serves itself."""

import asyncio
from typing import Annotated

import typer

from core.cli.devices import Rows, collect, show
from core.cli.output import FINE, talk
from core.cli.window import open_window


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="No window: list the sample devices.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=0.5, help="How long to listen (headless).")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON (headless).")] = False,
) -> None:
    """Open the window on a sample network: a dozen real servers and responders on this machine's loopback."""
    if not headless:
        raise typer.Exit(open_window(("--demo",)))
    talk("Sample network: everything is served by this computer on loopback; no store of yours is touched.")
    show("demo", asyncio.run(_collect_sample(seconds)), as_json=as_json)
    raise typer.Exit(FINE)


async def _collect_sample(seconds: float) -> Rows:
    from core.app.core import Core
    from core.app.sample.session import SampleSession
    from core.model.plan import Action

    async with SampleSession() as session:
        async with Core(session.config()) as core:
            await core.trust.apply(Action.INSTALL)
        rows, _ = await collect(Core(session.config()), seconds)
        return rows
