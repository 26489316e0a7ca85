"""Whose word counts: the administrator's, then a person's, then a recommendation, then the default."""

import json
import plistlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from core import policy_places
from core.app.change_settings import changed
from core.app.probe_policy import refuse_forbidden
from core.cli.main import main
from core.errors import SettingManaged, StateCorrupt
from core.settings import Settings, load_layers, names, value_of
from core.settings.policy import Source, plist_tree, registry_tree, toml_source


def source(kind: str, tree: Mapping[str, object] | None) -> Source:
    return Source(kind, f"the {kind}", kind in {"policy", "installer"}, tree)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text(
        '[network]\nprobe = true\nprobe_timeout_s = 3\n[appearance]\ntheme = "dark"\n'
    )
    return tmp_path


def test_a_file_with_the_mark_of_windows_editors_is_read_and_changed(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[appearance]\ntheme = "dark" # mine\n', encoding="utf-8-sig")
    assert load_layers(tmp_path, ((), ())).settings.appearance.theme == "dark"
    assert changed(tmp_path, "network", "probe", False).network.probe is False
    assert "# mine" in file.read_text(encoding="utf-8")
    assert load_layers(tmp_path, ((), ())).settings.appearance.theme == "dark"


def test_the_administrator_comes_before_the_person_and_the_person_before_a_recommendation(own: Path) -> None:
    above = (source("policy", {"network": {"probe": False}}),)
    below = (source("recommended", {"appearance": {"theme": "light", "density": "compact"}}),)
    layers = load_layers(own, (above, below))
    assert layers.settings.network.probe is False
    assert layers.settings.network.probe_timeout_s == 3.0
    assert layers.settings.appearance.theme == "dark"
    assert layers.settings.appearance.density == "compact"
    kinds = {name: layers.origin(name).kind for name in names() if layers.origin(name).kind != "default"}
    assert kinds == {
        "network.probe": "policy", "network.probe_timeout_s": "user", "appearance.theme": "user",
        "appearance.density": "recommended",
    }  # fmt: skip
    assert layers.settings.managed == {"network.probe"}


def test_of_two_policies_the_first_counts(tmp_path: Path) -> None:
    above = (source("policy", {"updates": {"check": True}}), source("installer", {"updates": {"check": False}}))
    layers = load_layers(tmp_path, (above, ()))
    assert layers.settings.updates.check is True
    assert layers.origin("updates.check").kind == "policy"


def test_without_any_source_everything_is_a_default(tmp_path: Path) -> None:
    layers = load_layers(tmp_path, ((), ()))
    assert layers.settings == Settings()
    assert {layers.origin(name).kind for name in names()} == {"default"}


def test_a_wrong_value_in_a_policy_is_refused_and_named_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(StateCorrupt, match=r"the policy: network\.probe is not true or false") as wrong:
        load_layers(tmp_path, ((source("policy", {"network": {"probe": "no"}}),), ()))
    assert "whoever looks after this computer" in wrong.value.hint, "nobody is told to move a policy away"


def test_what_a_policy_for_a_newer_version_says_is_told_and_does_not_stop_anything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.expected_warnings = ("no setting of this version",)  # type: ignore[attr-defined]
    newer = {"network": {"probe": False, "teleport": True}, "holodeck": {"on": 1}}
    layers = load_layers(tmp_path, ((source("policy", newer),), ()))
    assert layers.settings.network.probe is False
    assert layers.unknown == ("the policy: network.teleport", "the policy: [holodeck]")


def test_what_an_administrator_set_is_not_written_into_a_persons_file(
    own: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    policy = tmp_path_factory.mktemp("etc") / "settings.toml"
    policy.write_text("[network]\nprobe = false\n")
    monkeypatch.setattr("core.settings.policy.LINUX", (str(policy), str(policy.with_name("defaults.toml"))))
    before = (own / "settings.toml").read_text()
    with pytest.raises(SettingManaged, match=str(policy)):
        changed(own, "network", "probe", True)
    assert (own / "settings.toml").read_text() == before
    assert changed(own, "network", "probe_timeout_s", 4.0).network.probe_timeout_s == 4.0


def test_the_command_line_shows_each_value_with_its_place(
    own: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy = tmp_path_factory.mktemp("etc") / "settings.toml"
    policy.write_text('[network]\nnever_probe = ["plc01.local"]\n')
    monkeypatch.setattr("core.settings.policy.LINUX", (str(policy), str(policy.with_name("defaults.toml"))))
    monkeypatch.setenv("DOTLOCAL_HOME", str(own))
    assert main(["settings", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "dotlocal.settings/1"
    assert [(s["source"], s["present"]) for s in said["precedence"]] == [
        ("policy", True), ("user", True), ("recommended", False), ("default", True),
    ]  # fmt: skip
    assert said["settings"]["network"]["never_probe"] == {
        "value": ["plc01.local"], "source": "policy", "place": str(policy), "managed": True,
    }  # fmt: skip
    assert said["settings"]["appearance"]["theme"]["source"] == "user"
    assert main(["settings"]) == 0
    assert str(policy) in capsys.readouterr().out
    assert main(["settings", "--set", "network.never_probe=[]"]) == 2
    assert "is set for this computer" in capsys.readouterr().err
    assert main(["settings", "--set", "appearance.theme=light", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["appearance"]["theme"]["value"] == "light"
    assert main(["settings", "--set", "appearance.thema=light"]) == 2
    before = (own / "settings.toml").read_text()
    assert main(["settings", "--set", "network.probe_timeout_s=9", "--set", "appearance.theme=blue"]) == 3
    assert (own / "settings.toml").read_text() == before, "one wrong change keeps all of them out"
    assert main(["settings", "--unset", "appearance.theme", "--json"]) == 0
    said = capsys.readouterr().out
    assert json.loads(said[said.index("{") :])["settings"]["appearance"]["theme"]["source"] == "default"
    assert main(["settings", "--unset", "appearance.thema"]) == 2


def test_the_registrys_numbers_and_lists_become_settings(tmp_path: Path) -> None:
    tree = registry_tree([
        ("network", "probe", 0), ("network", "probe_timeout_s", "2.5"), ("network", "dns_servers", ["10.0.0.1"]),
        ("Network", "Probes_Per_Second", 7), (r"network\never_probe", "1", "plc01.local"),
        (r"network\never_probe", "2", "plc02.local"),
        ("updates", "check", 1),
    ])  # fmt: skip
    settings = load_layers(tmp_path, ((source("policy", tree),), ())).settings
    assert settings.network.probe is False
    assert settings.network.probe_timeout_s == 2.5
    assert settings.network.never_probe == ("plc01.local", "plc02.local")
    assert settings.network.dns_servers == ("10.0.0.1",)
    assert settings.network.probes_per_second == 7.0, "the registry does not mind the case of names"
    assert settings.updates.check is True


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_property_list_of_a_profile_becomes_settings(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    content = {"network": {"probe": False, "probe_timeout_s": 2.5, "never_probe": ["plc01.local"]}, "PayloadUUID": "x"}
    tree = plist_tree("a profile", plistlib.dumps(content, fmt=form))
    layers = load_layers(tmp_path, ((source("policy", tree),), ()))
    assert layers.settings.network.never_probe == ("plc01.local",)
    assert layers.unknown == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bplist00",
        b"<plist><array/></plist>",
        b"\xff" * 40,
        b'<?xml version="1.0"?><plist><dict><key>network</key>',
        b'<?xml version="1.0" encoding="klingon"?><plist/>',
    ],
)
def test_a_broken_property_list_is_named(content: bytes) -> None:
    with pytest.raises(StateCorrupt, match="a profile"):
        plist_tree("a profile", content)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(StateCorrupt, match=r"settings\.toml"):
        toml_source("policy", tmp_path / "settings.toml", forced=True)


def test_a_value_beside_the_sections_is_told_as_unknown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.expected_warnings = ("no setting of this version",)  # type: ignore[attr-defined]
    tree = registry_tree([("", "probe", 0)])
    assert load_layers(tmp_path, ((source("policy", tree),), ())).unknown == ("the policy: [probe]",)


@pytest.mark.parametrize("target", ["plc01.local", "https://PLC01.local:8443/x", "plc01.local.", "plc01.local:443"])
def test_what_an_administrator_forbade_is_not_connected_to_on_demand_either(tmp_path: Path, target: str) -> None:
    tree = {"network": {"never_probe": ["plc01.local"]}}
    settings = load_layers(tmp_path, ((source("policy", tree),), ())).settings
    with pytest.raises(SettingManaged):
        refuse_forbidden(settings, target)
    refuse_forbidden(settings, "plc02.local")
    refuse_forbidden(load_layers(tmp_path, ((), (source("recommended", tree),))).settings, target)


def test_where_an_administrator_forbade_connections_nothing_is_inspected_or_swept(tmp_path: Path) -> None:
    forbidden = load_layers(tmp_path, ((source("policy", {"network": {"probe": False}}),), ())).settings
    for target in ("dev01.local", ""):
        with pytest.raises(SettingManaged, match="forbade connections"):
            refuse_forbidden(forbidden, target)
    (tmp_path / "settings.toml").write_text("[network]\nprobe = false\n")
    refuse_forbidden(load_layers(tmp_path, ((), ())).settings, "dev01.local")


def test_the_stamp_tells_that_a_policy_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    monkeypatch.setattr(policy_places, "LINUX", (str(file), str(tmp_path / "defaults.toml")))
    before = policy_places.stamp()
    file.write_text("[network]\n")
    assert policy_places.stamp() != before


def test_every_setting_has_a_value_and_a_name() -> None:
    assert len(names()) == len(set(names())) > 15
    for name in names():
        value_of(Settings(), name)
