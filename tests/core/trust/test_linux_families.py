"""The other Linux families on fake roots: the real layouts, stand-ins for their update tools; Debian's tool is real."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from core.app.judge_chain import system_refusal
from core.model.plan import Action, Touch
from core.trust.backends.linux import anchors, families
from core.trust.backends.linux.store import AnchorStore
from core.trust.store import Root, TrustStore
from tests.contracts.trust_store_contract import TrustStoreContract
from tests.rigs.manifest import manifest
from tests.rigs.minting import mint_ca

# What each tool does, in a line: collect the anchors into the bundles. {root} is found from the script's own place.
BUNDLE = """#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
for bundle in {bundles}; do
  mkdir -p "$root/$(dirname $bundle)"
  : > "$root/$bundle.new"
  for file in "$root"/{vendor}/* "$root"/{anchors}/*{suffix}; do
    [ -f "$file" ] && cat "$file" >> "$root/$bundle.new"
  done
  mv "$root/$bundle.new" "$root/$bundle"
done
{more}
"""
# Alpine's program links each certificate into /etc/ssl/certs as ca-cert-NAME.pem and drops links that lead nowhere.
ALPINE_LINKS = """for file in "$root"/usr/local/share/ca-certificates/*.crt; do
  [ -f "$file" ] && ln -sf "$file" "$root/etc/ssl/certs/ca-cert-$(basename "$file" .crt).pem"
done
find "$root/etc/ssl/certs" -type l ! -exec test -e {} \\; -delete
exit 0"""
FAMILIES = {
    "fedora": ("usr/bin/update-ca-trust", "etc/pki/ca-trust/source", "etc/pki/ca-trust/source/anchors", ".pem",
               "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "usr/share/pki/ca-trust-source", ""),
    "arch": ("usr/bin/update-ca-trust", "etc/ca-certificates/trust-source", "etc/ca-certificates/trust-source/anchors",
             ".crt", "etc/ca-certificates/extracted/tls-ca-bundle.pem", "usr/share/ca-certificates/trust-source", ""),
    "suse": ("usr/sbin/update-ca-certificates", "etc/pki/trust", "etc/pki/trust/anchors", ".pem",
             "var/lib/ca-certificates/ca-bundle.pem", "usr/share/pki/trust", ""),
    "alpine": ("usr/sbin/update-ca-certificates", "etc/ssl/certs", "usr/local/share/ca-certificates", ".crt",
               "etc/ssl/certs/ca-certificates.crt", "usr/share/ca-certificates", ALPINE_LINKS),
}  # fmt: skip


def fake_root(folder: Path, family: str) -> Path:
    tool, marker, anchor_folder, suffix, bundle, vendor, more = FAMILIES[family]
    for place in (marker, anchor_folder, vendor, str(Path(bundle).parent)):
        (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / vendor / "vendor.pem").write_bytes(Root.from_bytes(mint_ca("Vendor Root").der, "test").pem)
    script = folder / tool
    script.parent.mkdir(parents=True, exist_ok=True)
    text = BUNDLE.replace("{bundles}", bundle).replace("{vendor}", vendor).replace("{anchors}", anchor_folder)
    script.write_text(text.replace("{suffix}", suffix).replace("{more}", more))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_is_told_by_its_folders_and_tools(family: str, tmp_path: Path) -> None:
    layout = families.detect(fake_root(tmp_path, family))
    assert layout is not None
    assert (layout.family, layout.suffix) == (family, FAMILIES[family][3])


def test_a_derivative_with_a_misleading_name_is_told_by_what_is_there(tmp_path: Path) -> None:
    root = fake_root(tmp_path, "fedora")
    (root / "etc/os-release").write_text("ID=debian\nID_LIKE=ubuntu\n")
    found = families.detect(root)
    assert found is not None
    assert found.family == "fedora"


def test_debian_is_told_from_alpine_by_what_its_tool_knows(tmp_path: Path) -> None:
    root = fake_root(tmp_path, "alpine")
    (root / "usr/sbin/update-ca-certificates").write_text("#!/bin/sh\n# knows --hooksdir\n")
    found = families.detect(root)
    assert found is not None
    assert found.family == "debian"


def test_a_system_without_any_known_way_says_so(tmp_path: Path) -> None:
    assert families.detect(tmp_path) is None
    state = AnchorStore(system_refusal, None).probe(None)
    assert (state.available, state.reason) == (False, "tool-missing")
    assert "security.pki.certificateFiles" in state.detail


class _FamilyContract(TrustStoreContract):
    family: str

    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        root = fake_root(tmp_path / "root", self.family)
        return lambda: AnchorStore(system_refusal, families.detect(root))

    def test_removal_leaves_every_file_as_it_was(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        make_store().install(Root.from_bytes(mint_ca("Another Root").der, "test"))
        before = manifest(tmp_path / "root")
        kept = make_store().snapshot(root)
        make_store().install(root)
        assert manifest(tmp_path / "root") != before
        make_store().remove(root)
        assert manifest(tmp_path / "root") == before
        make_store().install(root)
        make_store().restore(root, kept)
        assert manifest(tmp_path / "root") == before

    def test_an_undone_removal_puts_the_anchor_back_under_its_name(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        layout = families.detect(tmp_path / "root")
        assert layout is not None
        (layout.anchors / f"site root{layout.suffix}").write_bytes(root.pem)
        make_store().install(root)
        before, kept = manifest(tmp_path / "root"), make_store().snapshot(root)
        make_store().remove(root)
        make_store().restore(root, kept)
        assert manifest(tmp_path / "root") == before


class TestFedora(_FamilyContract):
    family = "fedora"


class TestArch(_FamilyContract):
    family = "arch"


class TestSuse(_FamilyContract):
    family = "suse"


class TestAlpine(_FamilyContract):
    family = "alpine"


def test_the_plan_names_the_command(tmp_path: Path) -> None:
    layout = families.detect(fake_root(tmp_path, "fedora"))
    plan = AnchorStore(system_refusal, layout).plan(Action.INSTALL, Root.from_bytes(mint_ca().der, "test"))
    [run] = [step for step in plan.steps if step.touch is Touch.RUN]
    assert run.target.endswith("update-ca-trust")


@pytest.mark.parametrize("name", ["../evil.crt", "/etc/passwd", "..", "a\0b"])
def test_a_name_in_a_snapshot_that_is_a_path_is_refused(name: str, tmp_path: Path) -> None:
    layout = families.private_layout(tmp_path / "system")
    with pytest.raises(anchors.StepFailed):
        anchors.restore(layout, {name: b""})


def test_an_update_that_was_cut_off_before_hashing_is_finished_by_the_next(tmp_path: Path) -> None:
    layout = families.private_layout(tmp_path / "system")
    root = Root.from_bytes(mint_ca("Cut Off").der, "test")
    anchors.install(layout, root.der)
    assert layout.published is not None
    published = f"dotlocal-{root.sha256[:16]}.pem"
    hashed = [p for p in layout.published.iterdir() if p.is_symlink() and os.readlink(p) == published]
    assert hashed
    for link in hashed:
        link.unlink()
    (layout.published / "ca-certificates.crt.new").write_text("half of a bundle")
    anchors.install(layout, root.der)
    assert [p for p in layout.published.iterdir() if p.is_symlink() and os.readlink(p) == published] == hashed
    assert "half of a bundle" not in layout.bundle.read_text()
