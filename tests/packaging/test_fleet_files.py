"""The template for Group Policy speaks of every setting, and what it writes is what the program reads."""

import hashlib
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import fleet
import pytest
from windows import policy_template
from windows.policy_template import LANGUAGES, SCHEMA, WORDS

from core.policy_places import POLICIES
from core.settings import load_layers, names
from core.settings.policy import Source, registry_tree
from core.settings.reading import checked
from core.settings.tree import CHOICES, SECTIONS

SPACE = {"p": SCHEMA}


def policies() -> dict[str, ET.Element]:
    root = ET.fromstring(policy_template.template())
    return {p.attrib["name"].replace("_", ".", 1): p for p in root.iterfind("p:policies/p:policy", SPACE)}


def test_every_setting_has_a_policy_with_words() -> None:
    assert set(policies()) == set(names())
    assert {"en-US", "de-DE"} <= set(LANGUAGES)
    for language in LANGUAGES:
        said = tomllib.loads((WORDS / f"{language}.toml").read_text())
        assert set(said["settings"]) == set(names()), language
        assert set(said["options"]) == {option for options in CHOICES.values() for option in options}
        assert set(said["sections"]) == set(SECTIONS)


def test_the_template_needs_no_other() -> None:
    """Intune refuses one that names another template's space which was not handed in before."""
    assert ET.fromstring(policy_template.template()).findall(".//p:using", SPACE) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_the_template_names_is_there_and_no_other(language: str) -> None:
    template = policy_template.template().decode()
    words = ET.fromstring(policy_template.words(language))
    strings = {s.attrib["id"] for s in words.iterfind(".//p:string", SPACE)}
    forms = {s.attrib["id"] for s in words.iterfind(".//p:presentation", SPACE)}
    for name in strings:
        assert f"$(string.{name})" in template
    for name in forms:
        assert f"$(presentation.{name})" in template
    assert template.count("$(string.") >= len(strings)
    root = ET.fromstring(policy_template.template())
    for element in root.iter():
        for value in element.attrib.values():
            if value.startswith("$(string."):
                assert value[9:-1] in strings
            if value.startswith("$(presentation."):
                assert value[15:-1] in forms


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_input_has_a_place_in_its_form(language: str) -> None:
    words = ET.fromstring(policy_template.words(language))
    for name, policy in policies().items():
        inputs = [element.attrib["id"] for element in policy.iterfind("p:elements/*", SPACE)]
        form = words.find(f".//p:presentation[@id='{policy.attrib['name']}']", SPACE)
        assert inputs == [] if form is None else [e.attrib["refId"] for e in form] == inputs, name


def written(policy: ET.Element) -> list[tuple[str, str, object]]:
    """Return what Group Policy writes when a policy is enabled: (key below ours, name, value)."""
    key = policy.attrib["key"].removeprefix(POLICIES + "\\")
    if "valueName" in policy.attrib:
        value = policy.find("p:enabledValue/p:decimal", SPACE)
        assert value is not None
        return [(key, policy.attrib["valueName"], int(value.attrib["value"]))]
    [element] = policy.iterfind("p:elements/*", SPACE)
    name = policy.attrib["name"].replace("_", ".", 1)
    if element.tag.endswith("list"):
        text = {"network.dns_servers": "10.0.0.1", "network.devices": "plc01.local 443"}.get(name, "eth0")
        return [(element.attrib["key"].removeprefix(POLICIES + "\\"), "1", text)]
    text = CHOICES[name][-1] if name in CHOICES else "7.5"
    return [(key, element.attrib["valueName"], text)]


@pytest.mark.parametrize("name", names())
def test_what_the_template_writes_is_in_force(name: str, tmp_path: Path) -> None:
    tree = registry_tree(written(policies()[name]))
    values, unknown = checked("policy", tree)
    assert list(values) == [name]
    assert unknown == ()
    layers = load_layers(tmp_path, ((Source("policy", "policy", forced=True, tree=tree),), ()))
    assert layers.settings.managed == {name}


def test_the_archive_is_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    digests = set()
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        [archive] = fleet.make(folder)
        digests.add(hashlib.sha256(archive.read_bytes()).hexdigest())
        inside = zipfile.ZipFile(archive).namelist()
        assert {"windows/dotlocal.admx", "windows/en-US/dotlocal.adml", "windows/de-DE/dotlocal.adml"} <= set(inside)
    assert len(digests) == 1
