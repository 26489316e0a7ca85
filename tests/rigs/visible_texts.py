"""Every text of the window that goes through tr(): read from the source, and from the tables that feed it."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def texts_in(source: str) -> set[str]:
    """Return the literals that tr() is called with in one source."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and node.args:
            argument = node.args[0]
            options = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
            found |= {o.value for o in options if isinstance(o, ast.Constant) and isinstance(o.value, str)}
    return found


def texts_in_tables() -> set[str]:
    """Return the texts that stand in tables and are translated where they are shown."""
    from gui.actions import SPECS
    from gui.dialogs.issue import _TILES
    from gui.dialogs.keys_help import _ELSEWHERE
    from gui.dialogs.reasons_help import _WEIGHTS
    from gui.messages import _TITLES
    from gui.models.device_columns import COLUMNS, GROUPINGS
    from gui.models.issued_model import HEADINGS
    from gui.navigation import PLACES
    from gui.widgets.filter_bar import _CHIPS

    found = {spec.text for spec in SPECS} | {place.title for place in PLACES} | {c.heading for c in COLUMNS}
    found |= {words for words, _ in GROUPINGS.values()} | {chip[1] for chip in _CHIPS} | set(_TITLES.values())
    found |= {words for _, words in _ELSEWHERE} | set(HEADINGS) | set(_WEIGHTS.values())
    return found | {text for tile in _TILES for text in tile[1:3]}


def visible_texts() -> set[str]:
    """Return all of them."""
    found = texts_in_tables()
    for file in ROOT.glob("gui/**/*.py"):
        found |= texts_in(file.read_text(encoding="utf-8"))
    return found - {""}
