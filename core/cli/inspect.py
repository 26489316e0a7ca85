"""`dotlocal inspect`: a chain from a host, a URL, a file or the whole network, and what each client makes of it."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.output import (
    FINDING,
    FINE,
    USAGE,
    ask_file_password,
    certificate_json,
    document,
    say,
    stamp,
    talk,
    tell_verdict,
    verdict_json,
)
from core.model.certificate import Certificate, Presented, fingerprint, pem_of
from core.model.text import display
from core.model.verdict import Verdict

if TYPE_CHECKING:
    from core.app.core import Core

FILE_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".p12", ".pfx"})
Found = tuple[Presented, tuple[Verdict, ...]]


def inspect(
    target: Annotated[
        str, typer.Argument(metavar="[TARGET]", help="HOST[:PORT], a URL, a file of certificates, or - for stdin.")
    ] = "",
    address: Annotated[str, typer.Option("--address", help="Connect to this IP instead of looking the name up.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Inspect every device of the network.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="With --all: how long to listen.")] = 5.0,
    name: Annotated[str, typer.Option("--name", help="With a file: the name or address that is visited.")] = "",
    at: Annotated[str, typer.Option("--at", help="Judge as of this time, such as 2026-12-24.")] = "",
    starttls: Annotated[
        str, typer.Option("--starttls", help="ftp, imap, ldap, pop3, postgres, smtp or xmpp; else by the port.")
    ] = "",
    dtls: Annotated[bool, typer.Option("--dtls", help="Speak DTLS, over UDP.")] = False,
    ask_outside: Annotated[
        bool, typer.Option("--ask-outside", help="Ask the revocation services that the certificates name.")
    ] = False,
    save: Annotated[Path | None, typer.Option("--save", help="Write each chain as PEM into this folder.")] = None,
    fields: Annotated[bool, typer.Option("--fields", help="Show every field of every certificate.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the certificate chain that a host presents or a file holds, and whether each client would trust it."""
    if everything == bool(target):
        talk("dotlocal: name one target, or give --all")
        raise typer.Exit(USAGE)
    from core.app.core import Core, CoreConfig
    from core.app.read_certificates import certificates_in, moment, read_file

    when = moment(at) if at else None
    config = CoreConfig.of_this_machine()

    async def look() -> list[Found]:
        async with Core(config) as core:
            if everything:
                return await _all(core, seconds)
            if target == "-":
                chain = certificates_in(sys.stdin.buffer.read(), "stdin", ask_file_password)
            elif _is_file(target):
                chain = read_file(Path(target), ask_file_password)
            else:
                seen = await core.inspect(
                    target, address, at=when, starttls=starttls, dtls=dtls, ask_outside=ask_outside
                )
                return [(seen.presented, seen.verdicts)]
            judged = await core.inspect_chain(chain, name, when)
            return [(judged.presented, judged.verdicts)]

    found = asyncio.run(look())
    if save is not None:
        _save(save, found)
    if as_json:
        _print_json(found, everything=everything)
    else:
        for presented, verdicts in found:
            _tell(presented, verdicts, fields=fields)
    fine = bool(found) and all(verdicts and all(v.trusted for v in verdicts) for _, verdicts in found)
    raise typer.Exit(FINE if fine else FINDING)


async def _all(core: "Core", seconds: float) -> list[Found]:
    """Listen, let every check end, and return the chain of each device that has a TLS port."""
    async with asyncio.TaskGroup() as tasks:
        await core.start(tasks)
        await asyncio.sleep(seconds)
        await core.devices.settled()
        found = [(judged.presented, judged.verdicts) for _, judged in core.devices.devices() if judged is not None]
        await core.aclose()
    return found


def _is_file(target: str) -> bool:
    path = Path(target)
    return path.suffix.lower() in FILE_ENDINGS or (("/" in target or "\\" in target) and path.is_file())


def _save(folder: Path, found: list[Found]) -> None:
    """Write each chain under its device's fingerprint: a name from the network is no file name."""
    folder.mkdir(parents=True, exist_ok=True)
    for presented, _ in found:
        if presented.chain:
            file = folder / f"{presented.chain[0].sha256[:32]}.chain.pem"
            file.write_text("".join(pem_of(c.der) for c in presented.chain), encoding="ascii")
            talk(f"{display(presented.host)}:{presented.port} is written to {file}")


def _print_json(found: list[Found], *, everything: bool) -> None:
    documents = [_json(presented, verdicts) for presented, verdicts in found]
    if everything:
        document("inspections", {"devices": documents})
    else:
        document("inspect", documents[0])


def _json(presented: Presented, verdicts: tuple[Verdict, ...]) -> dict[str, object]:
    return {
        "host": presented.host, "address": presented.address or None, "port": presented.port,
        "protocol": presented.protocol or None, "suite": presented.suite or None,
        "starttls": presented.starttls or None, "key_proved": presented.key_proved,
        "client_certificate_wanted": presented.client_certificate, "failure": presented.failure or None,
        "tried": list(presented.tried), "presented_chain": [certificate_json(c) for c in presented.chain],
        "verdicts": [verdict_json(v) for v in verdicts],
    }  # fmt: skip


def _tell(presented: Presented, verdicts: tuple[Verdict, ...], *, fields: bool) -> None:
    port = f":{presented.port}" if presented.port else " (from a file: nobody showed that they have its key)"
    where = f" at {presented.address}" if presented.address else ""
    say(f"{display(presented.host)}{port}{where}  {presented.protocol}".rstrip())
    for number, certificate in enumerate(presented.chain):
        _tell_certificate(number, certificate, fields=fields)
    for verdict in verdicts:
        tell_verdict(verdict)
    say()


def _tell_certificate(number: int, certificate: Certificate, *, fields: bool) -> None:
    say(f"\n{number}  {display(certificate.subject or certificate.problem)}")
    if fields:
        from core.app.certificate_fields import fields_of

        for field in fields_of(certificate.der):
            say(f"   {field.name}: {display(field.value, 2000)}")
        return
    say(f"   issuer       {display(certificate.issuer)}")
    say(f"   names        {display(', '.join(certificate.names) or 'none')}")
    say(f"   valid        {_moment(certificate.not_before)} to {_moment(certificate.not_after)}")
    say(f"   key          {certificate.key}")
    say(f"   fingerprint  {fingerprint(certificate.sha256)}")


def _moment(moment: datetime | None) -> str:
    return stamp(moment) or "unreadable"
