"""`dotlocal updates`: ask whether there is a newer version; it only tells."""

import asyncio
from typing import Annotated

import typer

from core.cli.output import FINDING, FINE, document, say
from core.paths import state_folder


def updates(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Ask whether there is a newer version, and say where it is described. Nothing is downloaded.

    Exit code 1 where there is a newer one.
    """
    from core.app.check_updates import UpdateDesk, channel_of_this_build
    from core.clock import utc_now

    answer = asyncio.run(UpdateDesk(state_folder(), utc_now, channel_of_this_build()).ask())
    if as_json:
        document("updates", {"current": answer.current, "newest": answer.release.version, "newer": answer.newer,
                             "day": answer.release.day, "page": answer.release.page})  # fmt: skip
    elif answer.newer:
        say(f"Dotlocal {answer.release.version} of {answer.release.day} is out; this is {answer.current}.")
        say(f"It is described at {answer.release.page}")
    else:
        say(f"This is the newest version, {answer.current}.")
    raise typer.Exit(FINDING if answer.newer else FINE)
