"""A log entry is one line, whatever is in it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import log
from core.log import OneLineFormatter


@pytest.fixture
def own_root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers, root.level = handlers, level


def test_a_file_that_grew_large_is_begun_anew_and_kept_once(
    tmp_path: Path, own_root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_OCTETS", 20)
    file = tmp_path / "state/dotlocal.log"
    for number in range(3):
        log.configure(file=file)
        own_root.handlers[0].emit(logging.LogRecord("x", logging.WARNING, "", 0, f"entry {number}", (), None))
        own_root.handlers[0].close()
    assert "entry 2" in file.read_text()
    assert "entry 1" in (tmp_path / "state/dotlocal.old.log").read_text()
    assert sorted(f.name for f in file.parent.iterdir()) == ["dotlocal.log", "dotlocal.old.log"]


def test_control_characters_from_the_network_are_escaped() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "name %s", ("evil\n\x1b[31m2026 fake entry\u202e",), None)
    text = OneLineFormatter("%(message)s").format(record)
    assert text == "name evil\\n\\x1b[31m2026 fake entry\\u202e"
