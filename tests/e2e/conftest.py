"""Bundles are built once a run, and only where a test asks for one."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.rigs.bundles import bundle_for

Tell = Callable[[Iterable[dict[str, object]]], None]


@pytest.fixture(scope="session")
def tell_facts(request: pytest.FixtureRequest) -> Tell:
    """Print what was built, with sizes and times, into the run's own output."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def tell(facts: Iterable[dict[str, object]]) -> None:
        with capture.global_and_fixture_disabled():
            for fact in facts:
                sys.stdout.write(f"\n  {json.dumps(fact)}\n")

    return tell


@pytest.fixture(scope="session")
def linux_bundle(tmp_path_factory: pytest.TempPathFactory, tell_facts: Tell) -> Path:
    """The program as it is installed on Linux, built by the README's command."""
    return bundle_for("linux", tmp_path_factory.mktemp("linux-bundle"), tell_facts)


@pytest.fixture(scope="session")
def windows_bundle(tmp_path_factory: pytest.TempPathFactory, tell_facts: Tell) -> Path:
    """The program as it is installed on Windows, frozen under Wine to try installers with."""
    return bundle_for("windows", tmp_path_factory.mktemp("windows-bundle"), tell_facts)
