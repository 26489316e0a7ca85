"""Bundles are built once a run, and only where a test asks for one."""

from pathlib import Path

import pytest

from tests.rigs.bundles import bundle_for


@pytest.fixture(scope="session")
def linux_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it is installed on Linux, built by the README's command."""
    return bundle_for("linux", tmp_path_factory.mktemp("linux-bundle"))


@pytest.fixture(scope="session")
def windows_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it is installed on Windows, frozen under Wine to try installers with."""
    return bundle_for("windows", tmp_path_factory.mktemp("windows-bundle"))
