"""`dotlocal explain`: what a reason code means and what mends it."""

import difflib
from typing import Annotated

import typer

from core.cli.output import FINE, USAGE, document, say, table, talk
from core.model.reasons import LANGUAGES, REASONS, explain, in_general


def explain_code(
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="A reason code, such as name-mismatch.")] = "",
    language: Annotated[str, typer.Option("--language", help="en or de.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Explain a reason code: what was found, how much it weighs, what to do next; without a code, list all."""
    if language not in LANGUAGES:
        talk(f"dotlocal: there are no words in {language!r}; known: {', '.join(LANGUAGES)}")
        raise typer.Exit(USAGE)
    if code and code not in REASONS:
        near = difflib.get_close_matches(code, REASONS, 3)
        talk(f"dotlocal: there is no reason {code!r}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
        raise typer.Exit(USAGE)
    codes = [code] if code else sorted(REASONS)
    words = {name: explain(name, language) for name in codes}
    if as_json:
        reasons = [
            {"code": name, "severity": w.severity.value, "sentence": w.sentence, "mend": w.mend or None}
            for name, w in words.items()
        ]
        document("explain", {"language": language, "reasons": reasons})
    elif code:
        say(f"{code} ({words[code].severity.value})\n\n{in_general(words[code].sentence)}")
        if words[code].mend:
            say(f"Next: {in_general(words[code].mend)}")
    else:
        rows = ((n, w.severity.value, in_general(w.sentence)) for n, w in words.items())
        table(("Code", "Weight", "What it says"), rows)
    raise typer.Exit(FINE)
