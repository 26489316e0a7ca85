"""The sample floor: its own folder, its own stores, one at a time, gone when it is closed."""

import tempfile
from pathlib import Path

import pytest

from core.app.sample.session import SampleSession
from core.errors import EnvironmentProblem


def sample_folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("dotlocal-sample-*"))


async def test_it_leaves_nothing_behind() -> None:
    before = sample_folders()
    async with SampleSession() as session:
        [folder] = sample_folders() - before
        config = session.config()
        assert config.folder.is_relative_to(folder)
        assert config.machine.home.is_relative_to(folder)
        assert config.settings.network.interfaces == ("127.0.0.1",)
    assert sample_folders() == before


async def test_a_second_one_is_refused_with_the_reason() -> None:
    async with SampleSession():
        with pytest.raises(EnvironmentProblem, match="open on this computer already"):
            async with SampleSession():
                pass
    async with SampleSession():
        pass


async def test_no_key_of_a_sample_device_stays_on_disk() -> None:
    before = sample_folders()
    async with SampleSession():
        [folder] = sample_folders() - before
        content = b"".join(f.read_bytes() for f in folder.rglob("*") if f.is_file())
        assert b"PRIVATE KEY" not in content
