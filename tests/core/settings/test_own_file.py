"""Settings: absent is fine, wrong is named."""

from pathlib import Path

import pytest

from core.errors import StateCorrupt
from core.settings import Settings, load


def write(folder: Path, text: str) -> Path:
    (folder / "settings.toml").write_text(text)
    return folder


def test_no_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings()


def test_values_are_taken(tmp_path: Path) -> None:
    settings = load(
        write(tmp_path, '[network]\ninterfaces = ["lan0"]\nprobe_timeout_s = 3\n[appearance]\ntheme = "dark"\n')
    )
    assert settings.network.interfaces == ("lan0",)
    assert settings.network.probe_timeout_s == 3.0
    assert settings.appearance.theme == "dark"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[network\n", "line 1"), ("[netwrok]\n", "netwrok"), ("[network]\nprobe = 1\n", r"network\.probe"),
        ('[network]\ninterfaces = "lan0"\n', r"network\.interfaces"), ("[network]\nprob = true\n", r"network\.prob"),
        ("network = 3\n", "network"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(StateCorrupt, match=named):
        load(write(tmp_path, text))


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StateCorrupt, match=r"settings\.toml"):
        load(tmp_path)
