"""What a shell offers after `dotlocal `: words for bash, zsh and fish, made from the commands themselves."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PLACES = {
    "bash": "bash-completion/completions/dotlocal",
    "zsh": "zsh/vendor-completions/_dotlocal",
    "fish": "fish/vendor_completions.d/dotlocal.fish",
}
"""Below /usr/share, where each shell of Debian looks."""
FEDORAS_ZSH = "zsh/site-functions/_dotlocal"


Known = dict[str, tuple[tuple[str, tuple[str, ...]], ...]]


class Level(NamedTuple):
    """What may follow a command: (word, help) of commands and options, and the words that an option, or "", takes.

    `path` is the command with spaces between, "" for dotlocal itself.
    """

    path: str
    commands: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def levels() -> tuple[Level, ...]:
    """Return every command, dotlocal itself first."""
    import typer

    from core.app.verify_chain import CLIENTS
    from core.cli.main import app
    from core.model.authority import FORMATS
    from core.model.reasons import LANGUAGES, REASONS
    from core.settings import names

    known: Known = {
        "explain": (("", tuple(REASONS)), ("--language", tuple(LANGUAGES))),
        "issue": (("--format", tuple(FORMATS)),),
        "verify": (("--client", tuple(CLIENTS)),),
        "settings": (("--set", tuple(f"{name}=" for name in names())), ("--unset", tuple(names()))),
    }
    return tuple(_walk(typer.main.get_command(app), "", known))


def _walk(command: Any, path: str, known: Known) -> Iterator[Level]:
    below = getattr(command, "commands", {})
    named = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    yield Level(
        path,
        tuple((name, _line(each.help)) for name, each in below.items() if not each.hidden),
        tuple((word, _line(p.help)) for p in named for word in (*p.opts, *p.secondary_opts) if word.startswith("--")),
        known.get(path, ()),
    )
    for name, each in below.items():
        if not each.hidden:
            yield from _walk(each, f"{path} {name}".strip(), known)


def _line(text: str | None) -> str:
    """Return the first sentence of a help text, without what a shell could take for its own but for apostrophes."""
    return re.sub(r"[^A-Za-z0-9 .,:;/()+=_'-]", "", (text or "").strip().split("\n")[0]).split(". ")[0].rstrip(".")


def _follow() -> str:
    """Return the cases that lead from a command to the one below it, the same for bash and zsh."""
    return "\n".join(
        f'      "{level.path}/{name}") path="{f"{level.path} {name}".strip()}";;'
        for level in levels()
        for name, _ in level.commands
    )


def _offers(after_option: str, after_command: str) -> str:
    """Return the cases that answer after an option, which end it, then those after a command; "{}" is for the words."""
    after = [
        f'    "{level.path}/{word}") {after_option.format(" ".join(words))}; return 0;;'
        for level in levels()
        for word, words in level.values
        if word
    ]
    words = [f'    "{level.path}") {after_command.format(" ".join(_words(level)))};;' for level in levels()]
    return "\n".join(['  case "$path/$previous" in', *after, "  esac", '  case "$path" in', *words, "  esac"])


def _words(level: Level) -> list[str]:
    """Return everything that may stand behind a command."""
    return [*dict(level.values).get("", ()), *(name for name, _ in (*level.commands, *level.options))]


def bash() -> str:
    """Return the completion for bash; where nothing fits, it goes on with files."""
    offered = 'COMPREPLY=($(compgen -W "{}" -- "$current"))'
    offers = _offers(f"{offered}; _dotlocal_value", offered)
    return f"""# Completion of dotlocal for bash; made from its commands.
_dotlocal() {{
  local path="" word current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$path/$word" in
{_follow()}
    esac
  done
{offers}
}}
_dotlocal_value() {{ [[ ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace 2> /dev/null; }} # the value follows at once
complete -o default -F _dotlocal dotlocal
"""


def zsh() -> str:
    """Return the completion for zsh; where nothing fits, it goes on with files."""
    value = '[[ $offered[1] == *= ]] && after=""; compadd -S "$after" -- $offered'
    offers = _offers(f"offered=({{}}); {value}", "offered=({})")
    return f"""#compdef dotlocal
# Completion of dotlocal for zsh; made from its commands.
local command_path="" word previous=${{words[CURRENT-1]}}
local -a offered
local after=" "
for word in "${{(@)words[2,CURRENT-1]}}"; do
    case "$command_path/$word" in
{_follow().replace("path=", "command_path=")}
    esac
done
{offers.replace("$path", "$command_path")}
compadd -- $offered && return
_files
"""


def fish() -> str:
    """Return the completion for fish, with the help of each word.

    fish only asks which words were there: `verify` and `trust verify` are told apart by the group.
    """
    lines = ["# Completion of dotlocal for fish; made from its commands."]
    groups = {level.path for level in levels() if level.path and level.commands}
    twice = {level.path.rpartition(" ")[2] for level in levels() if " " in level.path}
    for level in levels():
        words = level.path.split()
        below = " ".join(name for name, _ in level.commands)
        seen = " ".join(f"; and __fish_seen_subcommand_from {word}" for word in words).removeprefix("; and ")
        if level.path in twice:
            seen = f"not __fish_seen_subcommand_from {' '.join(sorted(groups))}; and {seen}"
        unseen = f"not __fish_seen_subcommand_from {below}" if below else ""
        when = "; and ".join(part for part in (seen, unseen) if part)
        for name, text in level.commands:
            lines.append(f"complete -c dotlocal -f -n '{when}' -a {name} -d {_quoted(text)}")
        values = dict(level.values)
        if "" in values:
            lines.append(f"complete -c dotlocal -f -n '{when}' -a '{' '.join(values[''])}'")
        for name, text in level.options:
            more = f" -x -a '{' '.join(values[name])}'" if name in values else ""
            lines.append(f"complete -c dotlocal -n '{when or 'true'}' -l {name[2:]} -d {_quoted(text)}{more}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as fish reads it to the letter; there is no backslash in it."""
    return "'" + text.replace("'", "\\'") + "'"


def write(share: Path) -> None:
    """Write all of them below `share`."""
    for shell, make in (("bash", bash), ("zsh", zsh), ("fish", fish)):
        file = share / PLACES[shell]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(make(), encoding="utf-8")
