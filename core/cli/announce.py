"""`dotlocal announce`: put a service on the network, to see from elsewhere whether it arrives."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.device_rows import end_on_signals
from core.cli.output import FINE, line, say
from core.model.text import display

if TYPE_CHECKING:
    from core.app.announce_service import Wanted


def announce(
    name: Annotated[str, typer.Argument(help="The name that people see, such as 'Test 1'.")],
    kind: Annotated[str, typer.Option("--type", help="The service type.")] = "_http._tcp",
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="The port.")] = 443,
    txt: Annotated[list[str] | None, typer.Option("--txt", help="A TXT entry, key=value; repeatable.")] = None,
    interface: Annotated[
        list[str] | None, typer.Option("--interface", help="Announce on this interface; repeatable.")
    ] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", min=0.1, help="How long; for ever without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Announce a service from this computer until interrupted; goodbye is said at the end."""
    from core.app.announce_service import Wanted, txt_entries

    wanted = Wanted(name, kind, port, txt_entries(txt or ()), tuple(interface or ()))
    with suppress(asyncio.CancelledError):
        asyncio.run(_keep(wanted, seconds, as_json=as_json))
    raise typer.Exit(FINE)


async def _keep(wanted: "Wanted", seconds: float | None, *, as_json: bool) -> None:
    from core.app.announce_service import Announcer

    task = asyncio.current_task()
    if task is not None:
        end_on_signals(task)
    async with Announcer(wanted) as announcer:
        done = await announcer.announce()
        if as_json:
            line({
                "event": "announced", "name": done.name, "type": done.type, "host": done.host, "port": done.port,
                "addresses": list(done.addresses), "renamed": done.renamed,
            })  # fmt: skip
        else:
            taken = f" ({display(wanted.name)} is taken)" if done.renamed else ""
            say(f"{display(done.name)}{taken}: {done.type} on {done.host}:{done.port}, {', '.join(done.addresses)}")
            say("Look for it from another computer: dotlocal devices, or avahi-browse -r " + done.type)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.Event().wait()
