"""The command `dotlocal`: builds the parser, turns problems into exit codes."""

import io
import os
import sys
from typing import Annotated

import typer

from core import __version__
from core.cli import (
    announce,
    authority,
    demo,
    devices,
    explain,
    inspect,
    lint,
    settings,
    sweep,
    trust,
    updates,
    verify,
    window,
)
from core.cli.output import ENVIRONMENT, FINE, USAGE, complain
from core.errors import DotlocalError, EnvironmentProblem
from core.log import configure

app = typer.Typer(
    name="dotlocal",
    help="See every .local device, the truth about its certificate, and make this computer trust your own root.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("devices")(devices.devices)
app.command("inspect")(inspect.inspect)
app.command("verify")(verify.verify)
app.command("explain")(explain.explain_code)
app.add_typer(authority.ca, name="ca")
app.command("issue")(authority.issue)
app.add_typer(trust.trust, name="trust")
app.command("lint")(lint.lint)
app.command("sweep")(sweep.sweep)
app.command("announce")(announce.announce)
app.command("settings")(settings.settings)
app.command("updates")(updates.updates)
app.command("demo")(demo.demo)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more to stderr.")] = False,
) -> None:
    """Open the window when no command is named."""
    configure(verbose=verbose)
    if version:
        sys.stdout.write(f"dotlocal {__version__}\n")
        raise typer.Exit(FINE)
    if context.invoked_subcommand is None:
        raise typer.Exit(window.open_window(()))


def main(argv: list[str]) -> int:
    """Run one command and return its exit code: 0 fine, 1 a finding, 2 usage, 3 environment."""
    if argv and argv[0] in _CHILDREN:
        return _child(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show ends no listing
    try:
        result = app(args=argv, prog_name="dotlocal", standalone_mode=False)
    except typer.Exit as ending:
        return int(ending.exit_code)
    except typer.Abort:
        return 130
    except typer.BadParameter as problem:
        problem.show()
        return USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _reader_gone()
    except DotlocalError as problem:
        return _complained(problem)
    except ExceptionGroup as group:
        pipes, group_of_others = group.split(BrokenPipeError)
        if pipes is not None and group_of_others is None:
            return _reader_gone()
        problems, bugs = group.split(DotlocalError)
        if problems is None or bugs is not None:
            raise
        return _complained(_first(problems))
    except Exception as problem:
        if type(problem).__module__.startswith(("click", "typer")) and hasattr(problem, "show"):
            problem.show()
            return USAGE
        raise
    return result if isinstance(result, int) else FINE


def _reader_gone() -> int:
    """The reader of our output has seen enough: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FINE


def _complained(problem: DotlocalError) -> int:
    complain(problem)
    return ENVIRONMENT if isinstance(problem, EnvironmentProblem) else USAGE


def _first(group: ExceptionGroup[DotlocalError]) -> DotlocalError:
    """Return the first problem of a task group's, however deep it lies."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, ExceptionGroup) else inner


_CHILDREN = ("nss-child", "windows-child", "elevated-store", "sample-floor", "judging-child")


def _child(argv: list[str]) -> int:
    """Run as one of our own child programs: in a bundle there is no Python to run their files with."""
    if argv[0] == "nss-child":
        from core.trust.backends.nss import child

        return child.main()
    if argv[0] == "windows-child":
        from core.trust.backends.windows import child as windows_child

        return windows_child.main()
    if argv[0] == "elevated-store":
        from core.trust import helper

        return helper.main(argv[1:])
    if argv[0] == "judging-child":
        from core.app import verify_batch

        return verify_batch.serve(sys.stdin.buffer, sys.stdout.buffer)
    from core.app.sample import floor

    return floor.main()


def run() -> None:
    """Entry point of the console script."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
