"""Text that may come from the network reaches Qt through one module only, where it is always plain."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FACTORY = ROOT / "gui/widgets/text.py"
BANNED_CALLS = {"setToolTip", "setWhatsThis", "setStatusTip", "setHtml", "setMarkdown", "setOpenExternalLinks"}
BANNED_NAMES = {"QMessageBox", "QToolTip", "QTextBrowser", "QTextEdit"}


def findings(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in BANNED_CALLS or name in BANNED_NAMES or (name == "QLabel" and node.args):
            found.append(f"line {node.lineno}: {name}")
    return found


def test_only_the_factory_makes_labels_and_tooltips() -> None:
    wrong = {
        str(file.relative_to(ROOT)): found
        for file in sorted(ROOT.glob("gui/**/*.py"))
        if file != FACTORY and (found := findings(file.read_text()))
    }
    assert wrong == {}


def test_the_ban_notices_raw_text() -> None:
    assert findings("label = QLabel(name)\nlabel.setToolTip(name)\nQMessageBox(name)") != []
