"""A log entry is one line, whatever is in it."""

import logging

from core.log import OneLineFormatter


def test_control_characters_from_the_network_are_escaped() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "name %s", ("evil\n\x1b[31m2026 fake entry\u202e",), None)
    text = OneLineFormatter("%(message)s").format(record)
    assert text == "name evil\\n\\x1b[31m2026 fake entry\\u202e"
