"""Sums, the list of parts, the signed statement, and the workflow that makes a release."""

import hashlib
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import bundle
import product
import pytest
import sbom
import statement
import sums
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

from core.updates.statement import read
from tests.rigs.bundles import ROOT

WORKFLOW = ROOT / ".github/workflows/release.yml"
PARTS = [
    {"name": "Dotlocal", "version": "0.1.0", "licence": "MIT", "origin": "own", "texts": ["Dotlocal.txt"]},
    {"name": "cryptography", "version": "50.0.2", "licence": "Apache-2.0 OR MIT", "origin": "pypi", "texts": ["a"]},
    {"name": "libxcb-cursor0", "version": "1:0.1.4-1", "licence": "see its text", "origin": "debian", "texts": ["b"]},
    {"name": "Inter", "version": "5.3.0", "licence": "OFL-1.1", "origin": "npm", "texts": ["c"]},
    {"name": "Microsoft C and C++ runtime", "version": "14", "licence": "x", "origin": "microsoft", "texts": ["d"]},
]  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Path:
    resources = tmp_path / "dotlocal/_internal/resources"
    (resources / "licences").mkdir(parents=True)
    (resources / "licences/parts.json").write_text(json.dumps(PARTS))
    (resources / "build.json").write_text(
        json.dumps({"platform": "linux", "machine": "x86_64", "distribution": "ubuntu-22.04", "updates": None})
    )
    return tmp_path / "dotlocal"


def test_the_list_of_parts_is_valid_cyclonedx(made: Path, tmp_path: Path) -> None:
    [file] = sbom.make(tmp_path, made)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read_text()) is None
    document = json.loads(file.read_text())
    assert [c.get("purl") for c in document["components"]] == [
        "pkg:pypi/cryptography@50.0.2", "pkg:deb/ubuntu/libxcb-cursor0@1%3A0.1.4-1?distro=ubuntu-22.04",
        "pkg:npm/%40fontsource/inter@5.3.0", None,
    ]  # fmt: skip
    assert file.read_text() == sbom.make(tmp_path, made)[0].read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [({"platform": "windows"}, "no bundle for linux"), ({"machine": "aarch64"}, "aarch64"), ({}, "no-such-tool is")],
)  # fmt: skip
def test_a_package_is_made_of_its_own_systems_bundle_alone(made: Path, change: dict[str, str], said: str) -> None:
    file = made / "_internal/resources/build.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(bundle.BuildFailed, match=said):
        bundle.require(made, "linux", no_such_tool="nothing")


def test_sums_are_what_sha256sum_checks(tmp_path: Path) -> None:
    for name, content in (("a.deb", b"one"), ("b with space.msi", b"two")):
        (tmp_path / name).write_bytes(content)
    [file] = sums.make(tmp_path)
    assert hashlib.sha256(b"one").hexdigest() in file.read_text()
    subprocess.run(["sha256sum", "--check", "--strict", file.name], cwd=tmp_path, check=True, capture_output=True)


def test_the_statement_is_believed_by_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setenv("DOTLOCAL_UPDATE_PRIVATE_KEY_FILE", str(tmp_path / "key.pem"))
    monkeypatch.setenv("DOTLOCAL_UPDATE_PAGE", "https://dotlocal.example/new")
    [file] = statement.make(tmp_path)
    release = read(file.read_bytes(), key.public_key().public_bytes_raw(), datetime.now(UTC))
    assert release.version == product.VERSION
    assert b"PRIVATE" not in file.read_bytes()


def test_the_requirements_are_pinned_by_hash_and_have_no_test_tool() -> None:
    text = (ROOT / "packaging/requirements.txt").read_text()
    pins = re.findall(r"^([a-z0-9-]+)==\S+", text, re.MULTILINE)
    assert len(pins) > 25
    for block in re.split(r"\n(?=[a-z0-9-]+==)", text):
        assert "--hash=sha256:" in block
    assert not {"pytest", "mypy", "ruff", "hypothesis", "atheris", "pydantic"} & set(pins)


def test_the_requirements_hold_what_the_project_depends_on() -> None:
    import tomllib

    text = (ROOT / "packaging/requirements.txt").read_text()
    for wanted in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]:
        asked = Requirement(wanted)
        pinned = re.search(rf"^{asked.name.lower()}==([^ ;\\]+)", text, re.MULTILINE)
        assert pinned, wanted
        assert asked.specifier.contains(pinned.group(1)), wanted


def test_the_workflow_pins_what_it_uses_and_gives_no_secret_to_pull_requests() -> None:
    with_secrets = {"release": {"push": {"tags": ["v*"]}}, "statement": {"release", "schedule", "workflow_dispatch"}}
    for file in ROOT.glob(".github/workflows/*.yml"):
        workflow = yaml.safe_load(file.read_text())
        assert workflow["permissions"] == {"contents": "read"}, file
        if file.stem not in with_secrets:
            assert "{{ secrets." not in file.read_text()
            continue
        triggers = workflow[True]  # YAML 1.1 reads the key "on" as a boolean
        assert triggers == with_secrets[file.stem] or set(triggers) == with_secrets[file.stem]
        for name, job in workflow["jobs"].items():
            text = json.dumps(job)
            if "{{ secrets." in text:
                assert job["environment"] == "release", name
            assert "latest" not in json.dumps(job.get("runs-on")), name
            commands = [step.get("run", "") for step in job["steps"]]
            assert not any("${{" in command for command in commands), f"{name}: a word of others' in a shell's text"


@pytest.mark.parametrize("file", sorted(ROOT.glob(".github/workflows/*.yml")), ids=lambda file: file.stem)
def test_actions_are_pinned_by_commit(file: Path) -> None:
    used = re.findall(r"uses: (.+)", file.read_text())
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert len({action.partition("@")[0] for action in used}) == len(set(used)), "one pin for each action"


def test_every_command_of_the_workflow_and_of_the_readme_builds_what_exists() -> None:
    import build

    known = {"environment", "bundle", "windows-bundle", *build.ARTEFACTS}
    texts = (
        "".join(file.read_text() for file in ROOT.glob(".github/workflows/*.yml"))
        + (ROOT / "packaging/README.md").read_text()
    )
    found = re.findall(r"packaging/build\.py ([a-z -]+?)(?= --|`|\n|$)", texts)
    assert len(found) > 12
    for words in found:
        assert set(words.split()) <= known, words
    for name, module in build.ARTEFACTS.items():
        assert (ROOT / "packaging" / f"{module.replace('.', '/')}.py").is_file(), name


def test_the_readme_has_a_row_for_every_artefact() -> None:
    import build

    readme = (ROOT / "packaging/README.md").read_text()
    for name in build.ARTEFACTS:
        assert re.search(rf"build\.py [a-z ]*\b{name}\b", readme), name
