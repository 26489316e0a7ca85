"""`dotlocal verify`: judge a chain from files by each client's rules, one or a stream of them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import (
    FINDING,
    FINE,
    USAGE,
    ask_file_password,
    document,
    line,
    say,
    stamp,
    talk,
    tell_verdict,
    verdict_json,
)
from core.model.text import display


def verify(
    chain: Annotated[Path | None, typer.Argument(metavar="[CHAIN]", help="A PEM, DER, P7B or P12 file.")] = None,
    name: Annotated[str, typer.Option("--name", help="The name or address that is visited.")] = "",
    root: Annotated[list[Path] | None, typer.Option("--root", help="A file of trusted roots; repeatable.")] = None,
    client: Annotated[
        list[str] | None, typer.Option("--client", help="chromium, firefox, openssl, java or webpki; repeatable.")
    ] = None,
    at: Annotated[str, typer.Option("--at", help="Judge as of this time, such as 2026-12-24.")] = "",
    batch: Annotated[str, typer.Option("--batch", help="Read requests, one JSON object a line; - is stdin.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge a chain by the rules of named clients with the roots given; nothing is asked of the network."""
    if batch:
        _batch(batch)
        raise typer.Exit(FINE)
    if chain is None or not name:
        talk("dotlocal: name a file of certificates and the --name that is visited, or give --batch -")
        raise typer.Exit(USAGE)
    from core.app.read_certificates import moment, read_file
    from core.app.verify_chain import CLIENTS, given_clients, judge_given
    from core.clock import utc_now

    presented = read_file(chain, ask_file_password)
    roots = [der for file in root or () for der in read_file(file, ask_file_password)]
    when = moment(at) if at else utc_now()
    judgement = judge_given(presented, name, given_clients(client or CLIENTS, roots), when)
    if as_json:
        verdicts = [verdict_json(v) for v in judgement.verdicts]
        document("verify", {"name": name, "at": stamp(when), "roots": len(roots), "verdicts": verdicts})
    else:
        say(f"{display(name)}, {len(presented)} certificates, {len(roots)} roots, at {stamp(when)}")
        for verdict in judgement.verdicts:
            tell_verdict(verdict)
    raise typer.Exit(FINE if all(v.trusted for v in judgement.verdicts) else FINDING)


def _batch(source: str) -> None:
    from core.app.verify_batch import answers

    if source == "-":
        for answer in answers(sys.stdin.buffer):
            line(answer)
        return
    with Path(source).open("rb") as file:
        for answer in answers(file):
            line(answer)
