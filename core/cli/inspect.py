"""`dotlocal inspect`: one host's chain and what each client makes of it."""

import asyncio
from typing import Annotated

import typer

from core.cli.output import FINDING, FINE, certificate_json, document, say, stamp, tell_verdict, verdict_json
from core.model.certificate import fingerprint
from core.model.text import display


def inspect(
    host: Annotated[str, typer.Argument(metavar="HOST[:PORT]", help="The name or address to visit; port 443 if none.")],
    address: Annotated[str, typer.Option("--address", help="Connect to this IP instead of looking the name up.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the certificate chain that a host presents, and whether each client would trust it."""
    from core.app.core import Core, CoreConfig
    from core.app.inspect_device import Inspection

    config = CoreConfig.of_this_machine()

    async def look() -> Inspection:
        async with Core(config) as core:
            return await core.inspect(host, address)

    found = asyncio.run(look())
    presented = found.presented
    if as_json:
        document(
            "inspect",
            {
                "host": presented.host,
                "address": presented.address or None,
                "port": presented.port,
                "protocol": presented.protocol or None,
                "key_proved": presented.key_proved,
                "failure": presented.failure or None,
                "tried": list(presented.tried),
                "presented_chain": [certificate_json(c) for c in presented.chain],
                "verdicts": [verdict_json(v) for v in found.verdicts],
            },
        )
    else:
        where = f" at {presented.address}" if presented.address else ""
        say(f"{display(presented.host)}:{presented.port}{where}  {presented.protocol}")
        for number, certificate in enumerate(presented.chain):
            say(f"\n{number}  {display(certificate.subject or certificate.problem)}")
            say(f"   issuer       {display(certificate.issuer)}")
            say(f"   names        {display(', '.join(certificate.names) or 'none')}")
            say(f"   valid        {stamp(certificate.not_before)} to {stamp(certificate.not_after)}")
            say(f"   key          {certificate.key}")
            say(f"   fingerprint  {fingerprint(certificate.sha256)}")
        for verdict in found.verdicts:
            tell_verdict(verdict)
    fine = bool(found.verdicts) and all(v.trusted for v in found.verdicts)
    raise typer.Exit(FINE if fine else FINDING)
