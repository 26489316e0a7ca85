"""The polkit action names our helper and nothing else, and asks for an administrator each time."""

import xml.etree.ElementTree as ET
from pathlib import Path

from core.cli.main import _CHILDREN

FILE = Path(__file__).resolve().parents[3] / "packaging/linux/io.github.dotlocal.policy"


def test_the_action_is_for_the_helper_alone_and_keeps_no_right() -> None:
    action = ET.parse(FILE).getroot().find("action")
    assert action is not None
    notes = {note.get("key", "").rsplit(".", 1)[-1]: note.text for note in action.findall("annotate")}
    assert notes == {"path": "/usr/lib/dotlocal/dotlocal", "argv1": "elevated-store"}
    assert notes["argv1"] in _CHILDREN
    assert {entry.text for entry in action.findall("defaults/*")} == {"auth_admin"}
