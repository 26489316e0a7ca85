"""A child of the window opens no console of its own on Windows: every one is started with the flag that says so."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTERS = {"run", "Popen", "create_subprocess_exec", "check_output", "call"}
ON_A_TERMINAL = {
    "core/cli/window.py": "the command line starts the window",
    "core/trust/backends/linux/anchors.py": "Linux alone",
}


def test_every_child_is_started_without_a_console() -> None:
    silent = []
    for file in sorted([*ROOT.glob("core/**/*.py"), *ROOT.glob("gui/**/*.py")]):
        name = str(file.relative_to(ROOT))
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = node.func.value
            starts = (
                node.func.attr in STARTERS and isinstance(owner, ast.Name) and owner.id in {"subprocess", "asyncio"}
            )
            known = {keyword.arg for keyword in node.keywords}
            if starts and owner.id == "asyncio" and node.func.attr == "run":  # type: ignore[attr-defined]
                continue
            if starts and "creationflags" not in known and name not in ON_A_TERMINAL:
                silent.append(f"{name}:{node.lineno}")
    assert silent == []
