"""What can be said of the app without a Mac: its Info.plist, entitlements and icon. It was never built or run by us."""

import plistlib
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from bundle import BuildFailed
from macos import info_plist, profile, sign

from core.discovery.names import ENUMERATION
from core.discovery.service_types import COMMON_TYPES
from core.model.service_catalogue import CATALOGUE
from core.policy_places import DOMAIN
from core.settings.reading import checked
from tests.rigs.bundles import ROOT

PACKAGING = ROOT / "packaging"
TOO_LONG = {"_services._dns-sd._udp", "_androidtvremote2._tcp"}
"""The enumeration of RFC 6763, and a type whose maker gave it 16 letters where RFC 6335 allows 15."""
ALLOWED = {
    "com.apple.security.cs.allow-unsigned-executable-memory", "com.apple.security.cs.disable-library-validation",
    "com.apple.security.cs.allow-jit",
}  # fmt: skip


def test_info_plist_can_be_written_and_has_what_macos_wants() -> None:
    values = plistlib.loads(plistlib.dumps(info_plist.values()))
    assert values["CFBundlePackageType"] == "APPL"
    assert values["CFBundleIdentifier"] == DOMAIN
    assert re.fullmatch(r"\d+\.\d+\.\d+", values["CFBundleShortVersionString"])
    assert values["CFBundleExecutable"] == "dotlocal-gui"
    assert len(values["NSLocalNetworkUsageDescription"]) > 40
    assert values["LSBackgroundOnly"] is False, "else it has no place in the Dock"


@pytest.mark.parametrize("language", info_plist.values()["CFBundleLocalizations"])
def test_what_the_person_is_asked_is_there_in_each_language(language: str) -> None:
    found = re.fullmatch(r'"NSLocalNetworkUsageDescription" = "([^"\\]{40,})";\n', info_plist.strings(language))
    assert found
    assert found.group(1) == info_plist.LOCAL_NETWORK[language]


def test_every_service_type_that_is_asked_for_is_named() -> None:
    named = info_plist.values()["NSBonjourServices"]
    assert isinstance(named, list)
    assert named == sorted(set(named))
    for kind in named:
        assert re.fullmatch(r"_[a-z0-9-]{1,15}\._(tcp|udp)", kind) or kind in TOO_LONG, kind
    for kind in CATALOGUE:
        assert kind.lower() in named
    for name in (*COMMON_TYPES, ENUMERATION):
        assert name.removesuffix(".local.") in named


def test_the_entitlements_are_few() -> None:
    programs = {
        name: plistlib.loads(sign.ENTITLEMENTS.get(name, sign.ENTITLEMENTS[""]).read_bytes())
        for name in ("dotlocal", "dotlocal-gui", "Dotlocal.app")
    }
    for entitlements in programs.values():
        assert set(entitlements) <= ALLOWED
        assert all(value is True for value in entitlements.values())
    loads_others = {name for name, given in programs.items() if any("library-validation" in key for key in given)}
    assert loads_others == {"dotlocal"}, "Firefox's NSS, in a child of the command line"


def test_the_icons_hold_every_size(tmp_path: Path) -> None:
    python = ROOT / f"build/env-{sys.version_info[0]}.{sys.version_info[1]}-{sys.platform}/bin/python"
    program = """import pathlib, sys, icons
folder = pathlib.Path(sys.argv[1])
icons.make_icns(folder / "a.icns")
icons.make_ico(folder / "a.ico")
"""
    subprocess.run([str(python), "-c", program, str(tmp_path)], check=True, cwd=ROOT,
                   env={"PYTHONPATH": f"{PACKAGING}:{ROOT}", "PATH": "/usr/bin:/bin"})  # fmt: skip
    content = (tmp_path / "a.icns").read_bytes()
    kinds, at = [], 8
    assert content[:4] == b"icns"
    while at < len(content):
        kind, length = struct.unpack(">4sI", content[at : at + 8])
        kinds.append(kind.decode())
        at += length
    assert {f"ic{number:02}" for number in (7, 8, 9, 10, 11, 12, 13, 14)} <= set(kinds)
    listed = subprocess.run(["icns2png", "-l", str(tmp_path / "a.icns")], capture_output=True, text=True, check=True)
    assert "9 elements total" in listed.stdout
    header = (tmp_path / "a.ico").read_bytes()[:6]
    assert struct.unpack("<HHH", header) == (0, 1, 7)


def test_the_profile_for_a_fleet_is_what_the_program_reads() -> None:
    read = plistlib.loads(profile.text())
    assert read["PayloadType"] == "Configuration"
    [payload] = read["PayloadContent"]
    [forced] = payload["PayloadContent"][DOMAIN]["Forced"]
    values, unknown = checked("the profile", forced["mcx_preference_settings"])
    assert unknown == ()
    assert values["network.probe"] is True
    assert b"PRIVATE" not in profile.text()
    assert profile.text() == profile.text(), "its identities are fixed: it replaces itself"


def test_what_macos_loads_is_told_by_its_first_octets(tmp_path: Path) -> None:
    for name, content, known in (
        ("QtCore", b"\xcf\xfa\xed\xfe...", True), ("Python", b"\xca\xfe\xba\xbe\0\0\0\2...", True),
        ("a.py", b"print()", False), ("empty", b"", False), ("A.class", b"\xca\xfe\xba\xbe\0\0\0\x34...", False),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        assert sign.is_binary(tmp_path / name) is known
    (tmp_path / "link").symlink_to("QtCore")
    assert sign.is_binary(tmp_path / "link") is False


def test_an_unsigned_image_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOTLOCAL_SIGN_IDENTITY", raising=False)
    assert sign.suffix("dmg") == sign.suffix("pkg") == "-unsigned"
    monkeypatch.setenv("DOTLOCAL_SIGN_IDENTITY", "Developer ID Application: X")
    assert (sign.suffix("dmg"), sign.suffix("pkg")) == ("", "-unsigned")
    monkeypatch.setenv("DOTLOCAL_SIGN_INSTALLER", "Developer ID Installer: X")
    assert sign.suffix("pkg") == ""


def tool(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in for a Mac's tool before all others; it writes down how it was called."""
    file = folder / name
    file.write_text(f'#!/bin/sh\necho {name} "$@" >> {folder}/called\n{script}\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_what_the_stamp_service_spoils_is_tried_again_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign, "PAUSE_S", 0)
    tool(tmp_path, "codesign", f'[ "$(wc -l < {tmp_path}/called)" -ge 3 ] && exit 0\n'
         "echo 'The timestamp service is not available.' >&2; exit 1", monkeypatch)  # fmt: skip
    sign.run("codesign", "a", again_on="timestamp")
    assert (tmp_path / "called").read_text().count("codesign a") == 3
    tool(tmp_path, "codesign", "echo 'no identity found' >&2; exit 1", monkeypatch)
    (tmp_path / "called").unlink()
    with pytest.raises(BuildFailed, match="no identity found"):
        sign.run("codesign", "a", again_on="timestamp")
    assert (tmp_path / "called").read_text().count("codesign a") == 1


def test_an_app_is_signed_once_with_a_ticket_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = tmp_path / "dist/Dotlocal.app"
    (app / "Contents/Resources/resources").mkdir(parents=True)
    (app / "Contents/Resources/resources/build.json").write_text("{}")
    (app / "Contents/MacOS").mkdir()
    for name in ("dotlocal", "dotlocal-gui", "QtCore"):
        (app / "Contents/MacOS" / name).write_bytes(b"\xcf\xfa\xed\xfe")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("codesign", "ditto"):
        tool(tools, name, "exit 0", monkeypatch)
    tool(tools, "xcrun", """case "$*" in *submit*) echo '{"id": "1", "status": "Accepted"}';; esac""", monkeypatch)
    monkeypatch.setenv("DOTLOCAL_SIGN_IDENTITY", "Developer ID Application: X")
    monkeypatch.setenv("DOTLOCAL_NOTARY_PROFILE", "dotlocal")
    sign.sign_app(app)
    sign.sign_app(app)
    called = (tools / "called").read_text().splitlines()
    assert [line for line in called if line.startswith("codesign") and line.endswith("/MacOS/dotlocal")][-1].count(
        "entitlements-command.plist"
    )
    assert sum(line.endswith("Dotlocal.app") and "--sign" in line for line in called) == 1
    assert f"xcrun stapler staple {app}" in called
    tool(
        tools,
        "xcrun",
        """case "$*" in
*submit*) echo '{"id": "7", "status": "Invalid"}';; *"log 7"*) echo 'not signed: libx.dylib';; esac""",
        monkeypatch,
    )
    with pytest.raises(BuildFailed, match=r"Invalid.*not signed: libx\.dylib"):
        sign.notarize(tmp_path / "dotlocal.dmg")
