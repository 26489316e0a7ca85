"""Programs with rules of their own are asked only where asking them opens nothing."""

import shutil
import sys
from types import SimpleNamespace

import pytest

from core.errors import ToolFailed
from core.trust import tools


@pytest.mark.parametrize(("installed", "found", "here"), [
    (True, "/usr/bin/git", True), (False, "/usr/bin/git", False), (False, "/opt/homebrew/bin/git", True),
    (True, None, False),
])  # fmt: skip
def test_apples_stand_ins_are_started_only_with_the_developer_tools(
    installed: bool, found: str | None, here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would ask a person whether to install them."""
    asked = []

    def run(argv: tuple[str, ...], **_: object) -> SimpleNamespace:
        asked.append(argv)
        if not installed:
            raise ToolFailed(argv, 2, "unable to get active developer directory")
        return SimpleNamespace()

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(shutil, "which", lambda _: found)
    monkeypatch.setattr(tools.elevation, "run_tool", run)
    assert tools._is_here("git") is here
    assert set(asked) <= {("/usr/bin/xcode-select", "-p")}
