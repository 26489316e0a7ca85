"""`dotlocal settings`: every setting, its value, and who set it; and a person's own changes."""

from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.output import FINE, document, say, table, talk
from core.errors import SettingUnknown
from core.model.text import display
from core.paths import state_folder

if TYPE_CHECKING:
    from core.settings import Layered, Value

_WORDS = {
    "policy": "administrator", "installer": "installer", "user": "you", "recommended": "recommendation",
    "default": "default",
}  # fmt: skip


def settings(
    change: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a setting of yours; repeatable.")
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="NAME", help="Forget a setting of yours; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show every setting, its value and where the value comes from.

    An administrator's policy comes before your own file, your file before an administrator's recommendation, and that
    before the default.
    """
    from core.app.change_settings import changed_together
    from core.settings import load_layers

    folder = state_folder()
    changes = dict([*map(_parsed, change or ()), *((_known(name), None) for name in unset or ())])
    if changes:
        changed_together(folder, changes)
    layers = load_layers(folder)
    if as_json:
        document("settings", _as_json(layers))
    else:
        _show(layers)
    raise typer.Exit(FINE)


def _known(name: str) -> str:
    """Return the name of a setting.

    Raises: SettingUnknown.
    """
    from core.settings import names

    if name not in names():
        raise SettingUnknown(f"{name!r} names no setting.", field=name)
    return name


def _parsed(text: str) -> tuple[str, "Value"]:
    """Return name and value of a change; the value as TOML writes it, or a bare word.

    Raises: SettingUnknown.
    """
    import tomllib

    name, equals, written = text.partition("=")
    if not equals:
        raise SettingUnknown(f"{text!r} gives no value.", field=name)
    try:
        value = tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        value = written
    return _known(name), tuple(value) if isinstance(value, list) else value


def _as_json(layers: "Layered") -> dict[str, object]:
    from core.settings import names, value_of

    found: dict[str, dict[str, object]] = {}
    for name in names():
        origin = layers.origin(name)
        section, _, item = name.partition(".")
        found.setdefault(section, {})[item] = {
            "value": value_of(layers.settings, name), "source": origin.kind, "place": origin.place or None,
            "managed": origin.forced,
        }  # fmt: skip
    order = [
        {"source": s.kind, "place": s.place, "managed": s.forced, "present": s.tree is not None} for s in layers.sources
    ]
    order.append({"source": "default", "place": None, "managed": False, "present": True})
    return {"precedence": order, "settings": found, "unknown": list(layers.unknown)}


def _show(layers: "Layered") -> None:
    from core.settings import names, value_of

    rows = []
    for name in names():
        origin = layers.origin(name)
        rows.append((name, _written(value_of(layers.settings, name)), _WORDS[origin.kind], display(origin.place, 120)))
    table(("Setting", "Value", "Set by", "Where"), rows)
    say()
    say("The first of these that names a setting decides it:")
    for number, source in enumerate(layers.sources, 1):
        state = "" if source.tree is not None else " (not there)"
        say(f"  {number}. {_WORDS[source.kind]}: {display(source.place, 200)}{state}")
    say(f"  {len(layers.sources) + 1}. default")
    for line in layers.unknown:
        talk(f"This version knows no such setting: {display(line, 200)}")


def _written(value: "Value") -> str:
    if isinstance(value, tuple):
        return display(", ".join(value), 120) or "–"
    return str(value).lower() if isinstance(value, bool) else display(str(value), 120)
