"""A finished file takes its place in one step, also where somebody holds it for a moment."""

import os
import sys
from pathlib import Path

import pytest

from core import paths


@pytest.mark.parametrize(("platform", "held", "done"), [("win32", 3, True), ("win32", 9, False), ("linux", 1, False)])
def test_a_file_that_is_held_for_a_moment_is_renamed_after_it_on_windows_alone(
    platform: str, held: int, done: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, place = tmp_path / "made", tmp_path / "place"
    made.write_text("new")
    place.write_text("old")
    replace, left = os.replace, [held]

    def holding(source: Path, target: Path) -> None:
        if left[0]:
            left[0] -= 1
            raise PermissionError(13, "held")
        replace(source, target)

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(os, "replace", holding)
    monkeypatch.setattr(paths.time, "sleep", lambda _: None)
    if done:
        paths.take_the_place(made, place)
    else:
        with pytest.raises(PermissionError):
            paths.take_the_place(made, place)
    assert place.read_text() == ("new" if done else "old")
