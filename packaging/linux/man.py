"""The manual page, made from the same words that `--help` shows."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import product

_EXIT_CODES = (
    ("0", "fine"),
    ("1", "a finding: a device that is not trusted, a store without the root"),
    ("2", "wrong usage, or input that cannot be read"),
    ("3", "the environment: a tool, a right or a network is missing"),
)
_VARIABLES = (
    ("DOTLOCAL_HOME", "the folder of all state, in place of ~/.local/state/dotlocal"),
    (
        "DOTLOCAL_PASSPHRASE_FILE",
        "a file that holds the passphrase of the authority's keys, where there is no keychain",
    ),
)
_FILES = (
    ("/etc/dotlocal/settings.toml", "settings of this computer's administrator; see dotlocal settings"),
    ("~/.local/state/dotlocal/settings.toml", "settings of this user"),
)


def roff(text: str) -> str:
    """Return a text that troff shows to the letter."""
    clean = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", clean)


def page() -> str:
    """Return dotlocal(1)."""
    import typer

    from core.cli.main import app

    command = typer.main.get_command(app)
    lines = [
        f'.TH DOTLOCAL 1 "{product.source_day()}" "{product.NAME} {product.VERSION}" "User Commands"',
        ".SH NAME", f"dotlocal, dotlocal\\-gui \\- {roff(_small(product.SUMMARY))}",
        ".SH SYNOPSIS", ".B dotlocal", roff("[--verbose] COMMAND [ARGUMENT...]"), ".br", ".B dotlocal\\-gui",
        ".SH DESCRIPTION", roff(product.SENTENCE),
        roff("Without a command, dotlocal opens the window, as dotlocal-gui does."),
        ".SH OPTIONS", *_parameters(command), ".SH COMMANDS", *_commands(command, "dotlocal"), ".SH EXIT STATUS",
    ]  # fmt: skip
    for heading, rows in (("", _EXIT_CODES), ("ENVIRONMENT", _VARIABLES), ("FILES", _FILES)):
        lines += [f".SH {heading}"] if heading else []
        for name, words in rows:
            lines += [".TP", f".B {roff(name)}", roff(words)]
    return "\n".join(lines) + "\n"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _commands(group: Any, name: str) -> Iterator[str]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{name} {word}")
            continue
        arguments = " ".join(command.collect_usage_pieces(_context(command)))
        yield f".SS {roff(f'{name} {word} {arguments}'.strip())}"
        yield roff(" ".join((command.help or "").split()))
        yield from _parameters(command)


def _context(command: Any) -> Any:
    return command.make_context(command.name, [], resilient_parsing=True)


def _parameters(command: Any) -> Iterator[str]:
    for parameter in command.params:
        shown = parameter.get_help_record(_context(command)) if parameter.param_type_name == "option" else None
        if shown:
            yield from (".TP", f".B {roff(shown[0])}", roff(" ".join(shown[1].split())) or r"\&")


def write(folder: Path) -> None:
    """Write dotlocal.1.gz and the link dotlocal-gui.1.gz, the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "dotlocal.1.gz").open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=0) as packed:
        packed.write(page().encode("utf-8"))
    (folder / "dotlocal-gui.1.gz").symlink_to("dotlocal.1.gz")
