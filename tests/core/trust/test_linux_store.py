"""The Debian store on a complete private copy, worked on by the real update-ca-certificates."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.app.judge_chain import system_refusal
from core.errors import StoreUnavailable, ToolFailed
from core.model.plan import Action
from core.trust.backends.linux import families
from core.trust.backends.linux.store import AnchorStore
from core.trust.store import Root, TrustStore
from tests.contracts.trust_store_contract import TrustStoreContract
from tests.rigs.minting import mint_ca
from tests.rigs.sandbox import tree_of


class TestAnchorStore(TrustStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        layout = families.private_layout(tmp_path / "system")
        return lambda: AnchorStore(system_refusal, layout)

    def test_removal_leaves_every_file_as_it_was(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        make_store().install(Root.from_bytes(mint_ca("Another Root").der, "test"))
        before = tree_of(tmp_path / "system")
        make_store().install(root)
        assert tree_of(tmp_path / "system") != before
        make_store().remove(root)
        assert tree_of(tmp_path / "system") == before

    def test_hooks_hear_of_the_addition_and_of_the_removal(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        hook = tmp_path / "system/hooks/listener"
        hook.write_text(f"#!/bin/sh\ncat >> {tmp_path}/heard\n")
        hook.chmod(0o755)
        make_store().install(root)
        make_store().remove(root)
        heard = (tmp_path / "heard").read_text().splitlines()
        assert [line[0] for line in heard if "dotlocal-" in line] == ["+", "-"]

    def test_an_anchor_under_another_name_is_found_by_its_fingerprint(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        (tmp_path / "system/anchors/some other (tool).crt").write_bytes(root.pem)
        make_store().install(root)
        assert list((tmp_path / "system/anchors").glob("dotlocal-*")) == []
        make_store().remove(root)
        assert list((tmp_path / "system/anchors").iterdir()) == []
        assert not any("tool" in name for name in tree_of(tmp_path / "system/certs"))

    def test_what_a_half_removal_left_is_taken_out(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        make_store().install(root)
        (tmp_path / "system/anchors" / f"dotlocal-{root.sha256[:16]}.crt").unlink()
        make_store().remove(root)
        assert make_store().probe(root).trusted is False
        assert not any("dotlocal" in name for name in tree_of(tmp_path / "system/certs"))

    def test_a_missing_folder_is_a_reason_in_the_row(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        (tmp_path / "system/certs").rmdir()
        store = make_store()
        (tmp_path / "system/certs").rmdir() if (tmp_path / "system/certs").exists() else None
        state = store.probe(root)
        assert (state.available, state.reason) == (False, "folder-missing")
        with pytest.raises(StoreUnavailable):
            store.install(root)

    def test_a_failing_hook_is_reported_with_its_words(
        self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path
    ) -> None:
        make_store().install(root)
        hook = tmp_path / "system/hooks/broken"
        hook.write_text("#!/bin/sh\necho the disk is full >&2\nexit 7\n")
        hook.chmod(0o755)
        with pytest.raises(ToolFailed, match="the disk is full"):
            make_store().remove(root)

    def test_the_plan_names_the_files(self, make_store: Callable[[], TrustStore], root: Root, tmp_path: Path) -> None:
        plan = make_store().plan(Action.INSTALL, root)
        assert str(tmp_path / "system/anchors" / f"dotlocal-{root.sha256[:16]}.crt") in plan.steps[0].text
        assert plan.needs_elevation is False
