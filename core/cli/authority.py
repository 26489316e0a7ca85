"""`dotlocal ca` and `dotlocal issue`: the site authority and what it gives out."""

import asyncio
import getpass
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from core.cli.output import FINE, certificate_json, document, ledger_json, say, stamp, talk
from core.errors import AuthorityMissing, InputProblem
from core.model.authority import FORMATS, IssueRequest
from core.model.certificate import fingerprint
from core.model.text import display

if TYPE_CHECKING:
    from core.app.core import Core

T = TypeVar("T")
ca = typer.Typer(help="The site's own certificate authority.", no_args_is_help=True)
MIN_PASSPHRASE = 8


def ask_passphrase(purpose: str) -> str | None:
    """Ask for the authority's passphrase on the terminal; None where there is none."""
    if not sys.stdin.isatty():
        return None
    if purpose == "unlock":
        return getpass.getpass("Passphrase of the authority: ")
    talk("No keychain was found on this computer, so the root's key needs a passphrase that you keep.")
    while True:
        typed = getpass.getpass(f"New passphrase (at least {MIN_PASSPHRASE} characters): ")
        if len(typed) < MIN_PASSPHRASE:
            talk("That is too short.")
        elif typed != getpass.getpass("The same again: "):
            talk("The two were not the same.")
        else:
            return typed


def _with_core(call: Callable[["Core"], Awaitable[T]]) -> T:
    from core.app.core import Core, CoreConfig

    async def work() -> T:
        async with Core(CoreConfig.of_this_machine(ask_passphrase)) as core:
            return await call(core)

    return asyncio.run(work())


@ca.command("create")
def create(
    name: Annotated[str, typer.Option("--name", help='What people call the site, for example "Workshop".')],
    permit_ip: Annotated[
        list[str] | None, typer.Option("--permit-ip", metavar="CIDR", help="Permit this address range too; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Create the root and the issuing CA, limited to .local names and private addresses."""
    view = _with_core(lambda core: core.authority.create(name, tuple(permit_ip or ())))
    if as_json:
        document("ca", {"name": view.name, "root": certificate_json(view.root), "key_kept_in": view.key_kept_in})
        return
    say(f"Created {display(view.root.common_name)}")
    say(f"fingerprint  {fingerprint(view.root.sha256)}")
    kept = {"keychain": "this computer's keychain", "file": "the passphrase file", "person": "your memory"}
    talk(f"Its key is encrypted; the passphrase is in {kept.get(view.key_kept_in, view.key_kept_in)}.")
    talk("Next: dotlocal trust plan, then dotlocal trust install")


@ca.command("show")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show the root, the issuing CA, their limits, and what was issued."""
    view = _with_core(lambda core: core.authority.view())
    if view is None:
        raise AuthorityMissing("There is no authority yet.")
    entries, problems = _with_core(lambda core: core.authority.issued())
    if as_json:
        document(
            "ca",
            {
                "name": view.name,
                "root": certificate_json(view.root),
                "issuing": certificate_json(view.issuing),
                "permitted_names": list(view.permitted_names),
                "permitted_networks": list(view.permitted_networks),
                "key_kept_in": view.key_kept_in,
                "issued": [ledger_json(entry) for entry in entries],
                "problems": [problem.message for problem in problems],
            },
        )
    else:
        for certificate in (view.root, view.issuing):
            say(display(certificate.common_name))
            say(f"   {certificate.key}, valid until {stamp(certificate.not_after)}")
            say(f"   fingerprint  {fingerprint(certificate.sha256)}")
        say(f"Limited to .{', .'.join(view.permitted_names)} and {', '.join(view.permitted_networks)}")
        for entry in entries:
            say(f"{stamp(entry.issued_at)}  {display(', '.join(entry.names))}  until {stamp(entry.not_after)}")
    for problem in problems:
        talk(f"dotlocal: {display(problem.message, 500)}")


@ca.command("export")
def export(out: Annotated[Path, typer.Option("--out", help="The file to write; it must not exist yet.")]) -> None:
    """Write the public root as PEM, for other machines; never a key."""
    _with_core(lambda core: core.authority.export_root(out))
    talk(f"Wrote {out}")


def issue(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Host names, like dev01.local (or dev01).")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write the files to.")],
    ip: Annotated[
        list[str] | None, typer.Option("--ip", metavar="ADDRESS", help="An IP address of the device; repeatable.")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="How long it is valid; at most 825.")] = 397,
    formats: Annotated[str, typer.Option("--format", help=f"Comma-separated: {', '.join(FORMATS)}.")] = "pem",
    from_root: Annotated[
        bool, typer.Option("--from-root", help="Sign with the root itself, for devices that take one certificate only.")
    ] = False,
    p12_password_file: Annotated[
        Path | None, typer.Option("--p12-password-file", help="A file whose first line is the PKCS#12 password.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Issue a device certificate and write it in the forms that the device takes."""
    wanted = tuple(part.strip() for part in formats.split(",") if part.strip())
    password, made_up = ("", False) if "p12" not in wanted else _p12_password(p12_password_file)
    request = IssueRequest(tuple(names), tuple(ip or ()), out, wanted, days, from_root, password)
    issued = _with_core(lambda core: core.authority.issue(request))
    if made_up:
        talk(f"Password of the .p12 file, shown this once: {password}")
    if from_root:
        talk("Signed by the root itself: in Java nothing limits its names then.")
    if as_json:
        document(
            "issue",
            {
                "files": [str(file) for file in issued.files],
                "sha256": issued.entry.sha256,
                "serial": issued.entry.serial,
                "names": list(issued.entry.names),
                "not_after": stamp(issued.entry.not_after),
            },
        )
    else:
        for file in issued.files:
            say(str(file))
        talk(f"Valid until {stamp(issued.entry.not_after)}. Key files are not protected: they hold the device's key.")
    raise typer.Exit(FINE)


def _p12_password(file: Path | None) -> tuple[str, bool]:
    """Return the PKCS#12 password and whether it was made up here."""
    if file is not None:
        try:
            first = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputProblem(f"{file} cannot be read: {error}.") from error
        if not first or not first[0]:
            raise InputProblem(f"{file} holds no password on its first line.")
        return first[0], False
    if sys.stdin.isatty():
        return getpass.getpass("Password for the .p12 file: "), False
    return secrets.token_urlsafe(12), True
