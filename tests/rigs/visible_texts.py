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
    from core.model.network_words import EVIDENCE
    from core.model.service_catalogue import _CODES, CATALOGUE
    from core.tls.fields import _NAMES
    from gui.actions import SPECS
    from gui.dialogs.issue import _TILES
    from gui.dialogs.keys_help import _ELSEWHERE
    from gui.dialogs.reasons_help import _WEIGHTS
    from gui.dialogs.share_root import STEPS
    from gui.messages import _TITLES
    from gui.models.device_columns import COLUMNS, GROUPINGS
    from gui.models.issued_model import HEADINGS
    from gui.navigation import PLACES
    from gui.pages.first_run import _USUALLY
    from gui.widgets.filter_bar import _CHIPS
    from gui.widgets.tools_card import _SHOWN

    found = {spec.text for spec in SPECS} | {place.title for place in PLACES} | {c.heading for c in COLUMNS}
    found |= {words for words, _ in GROUPINGS.values()} | {chip[1] for chip in _CHIPS} | set(_TITLES.values())
    found |= {words for _, words in _ELSEWHERE} | set(HEADINGS) | set(_WEIGHTS.values())
    found |= (
        {_USUALLY} | set(STEPS) | {words for _, _, words in _SHOWN.values()} | set(_NAMES.values()) | _field_names()
    )
    found |= set(EVIDENCE.values())
    found |= {text for known in CATALOGUE.values() for text in (known.words, *known.keys.values())}
    found |= {text for codes in _CODES.values() for text in codes.values()}
    return found | {text for tile in _TILES for text in tile[1:3]}


def _field_names() -> set[str]:
    """Return the names of a certificate's fields that are not extensions."""
    tree = ast.parse((ROOT / "core/tls/fields.py").read_text(encoding="utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") in {"Field", "_name"}]
    first = [call.args[0] for call in calls if call.args]
    return {node.value for node in first if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def visible_texts() -> set[str]:
    """Return all of them."""
    found = texts_in_tables()
    for file in ROOT.glob("gui/**/*.py"):
        found |= texts_in(file.read_text(encoding="utf-8"))
    return found - {""}
