"""Where Windows keeps programs for everybody: from the machine's registry, not from a user's own variables."""

from pathlib import Path

import pytest

from core.trust.backends.java.jdks import Jdk, _program_folders


def test_a_java_for_everybody_needs_rights_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ProgramFiles", str(tmp_path))
    folders = _program_folders()
    assert Path(r"C:\Program Files") in folders
    assert tmp_path not in folders
    for home, needs in ((folders[0] / "Java/jdk-21", True), (tmp_path / "jdk-21", False)):
        assert Jdk("java:21", home, home / "lib/security/cacerts", "Java 21", False).needs_rights is needs
