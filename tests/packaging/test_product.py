"""Names and versions come from one place, and fit what Windows takes."""

import tomllib
from pathlib import Path

import product
import pytest
import trim
from windows import version_resource

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("version", "fields", "numeric"),
    [("0.1.0", 3, "0.1.0"), ("0.1.0rc2", 3, "0.1.0"), ("1.2", 3, "1.2.0"), ("1.2.3", 4, "1.2.3.0"),
     ("10.0.7.dev4", 4, "10.0.7.0")],
)  # fmt: skip
def test_versions_become_the_numbers_that_windows_knows(version: str, fields: int, numeric: str) -> None:
    assert product.numeric_version(version, fields) == numeric


@pytest.mark.parametrize("version", ["", "one", "256.0.0", "1.256.0", "1.0.65536"])
def test_versions_that_windows_cannot_have_are_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"version|fit"):
        product.numeric_version(version, 3)


def test_the_version_is_the_projects() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == product.VERSION
    assert version_resource.texts("dotlocal")["ProductVersion"] == product.VERSION


def test_the_moment_of_files_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert product.source_day() == "2026-01-01"


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/plugins/platforms/libqeglfs.so", "PySide6/plugins/platforms/qminimal.dll", "libgtk-3.so.0",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so", "PySide6/Qt/translations/qtbase_fr.qm",
        "PySide6/Qt/lib/libQt6Quick.so.6", "PySide6/opengl32sw.dll", r"PySide6\Qt6Network.dll", "x/tests/test_a.py",
    ],
)  # fmt: skip
def test_what_nobody_uses_stays_out(path: str) -> None:
    assert trim.drops(path)


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so", "PySide6/Qt/plugins/platforms/libqwayland.so", "libdbus-1.so.3",
        "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so", "libharfbuzzy.so",
        "PySide6/Qt/plugins/platformthemes/libqxdgdesktopportal.so", "resources/i18n/window.de.toml",
        "PySide6/plugins/platforms/qwindows.dll", "PySide6/Qt/plugins/imageformats/libqsvg.so", "libsystemd.so.0",
    ],
)  # fmt: skip
def test_what_somebody_needs_stays_in(path: str) -> None:
    assert trim.drops(path) == ""


def test_every_reason_is_given() -> None:
    assert all(reason for _, reason in trim.DROPPED)
    for wanted in trim.KEPT.values():
        assert all(use for _, use in wanted)


def test_a_bundle_without_a_window_system_is_noticed() -> None:
    assert "the window on X" in str(trim.missing(["PySide6/Qt/plugins/platforms/libqoffscreen.so"], "linux"))
