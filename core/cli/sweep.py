"""`dotlocal sweep`: find devices that never announce themselves."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.device_rows import all_trusted
from core.cli.output import FINDING, FINE, document, judged_json, judged_word, table, talk

if TYPE_CHECKING:
    from core.app.core import Core
    from core.app.sweep_subnet import Found


def sweep(
    network: Annotated[
        str, typer.Argument(help="A private subnet of at most 1,024 addresses, such as 192.168.1.0/24.")
    ],
    port: Annotated[
        list[int] | None, typer.Option("--port", help="A TLS port to try; repeatable. 443 and 8443.")
    ] = None,
    rate: Annotated[float, typer.Option("--rate", min=1, max=500, help="New connections a second.")] = 50.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Try the TLS ports of a subnet, gently, and judge what answers; nothing else is ever swept."""
    from core.app.core import Core, CoreConfig

    ports = tuple(port or (443, 8443))
    for number in ports:
        if not 0 < number < 65_536:
            raise typer.BadParameter(f"{number} is not a port.")
    found = asyncio.run(_sweep(Core(CoreConfig.of_this_machine()), network, ports, rate))
    if as_json:
        document("sweep", {
            "network": network,
            "found": [
                {"address": f.address, "port": f.port, "name": f.judged.host, "certificate": judged_json(f.judged),
                 "failure": f.judged.presented.failure or None}
                for f in found
            ],
        })  # fmt: skip
    elif found:
        table(("Address", "Port", "Name", "Certificate"), (
            (f.address, str(f.port), f.judged.host if f.judged.host != f.address else "", judged_word(f.judged))
            for f in found
        ))  # fmt: skip
    else:
        talk("Nothing answered on these ports.")
    raise typer.Exit(FINE if all(all_trusted(f.judged) for f in found) else FINDING)


async def _sweep(core: "Core", network: str, ports: tuple[int, ...], rate: float) -> "tuple[Found, ...]":
    async with core:
        return await core.sweep(network, ports, rate)
