"""The Linux artefacts: built twice to the same byte, lint-clean, installed and removed without residue, and started."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import Tell
from tests.rigs.bare_debian import RELEASES, BareDebian, reason_missing
from tests.rigs.bundles import ROOT, build
from tests.rigs.manifest import manifest

MADE = Path(os.environ.get("DOTLOCAL_TEST_DEBIAN", ROOT / ".venv/debian"))
pytestmark = [
    pytest.mark.e2e, pytest.mark.timeout(1200),
    pytest.mark.skipif(sys.platform != "linux" or shutil.which("dpkg-deb") is None, reason="this is no Debian"),
]  # fmt: skip
WRITTEN_BY_DPKG = ("var/lib/dpkg/", "var/log/", "var/cache/", "dev", "proc", "tmp", "run", "var/lib/systemd")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def octets_of(folder: Path) -> dict[str, str]:
    """Return the digest of every file, or where a link leads."""
    found = {}
    for file in folder.rglob("*"):
        if file.is_symlink() or file.is_file():
            found[str(file.relative_to(folder))] = str(file.readlink()) if file.is_symlink() else digest(file)
    return found


def told_by(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def bare(release: str, tmp_path: Path) -> BareDebian:
    """Return a bare system of one's own."""
    if reason_missing():
        pytest.skip(f"no bare Debian: {reason_missing()}")
    assert (MADE / release / "made").exists(), f"make it with: python -m tests.rigs.bare_debian {MADE}"
    return BareDebian(MADE / release, tmp_path / "system")


@pytest.fixture(scope="module")
def packages(linux_bundle: Path, tmp_path_factory: pytest.TempPathFactory, tell_facts: Tell) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("packages")
    tell_facts(build(out, "deb", "rpm", "tar", "--bundle", str(linux_bundle)))
    return {
        "deb": next(out.glob("*.deb")), "rpm": next(out.glob("*.rpm")), "tar": next(out.glob("*.tar.zst")), "out": out,
    }  # fmt: skip


def test_two_builds_are_the_same_to_the_byte(
    packages: dict[str, Path], linux_bundle: Path, tmp_path: Path, report: Callable[[str], None]
) -> None:
    build(tmp_path, "deb", "rpm", "tar", "--bundle", str(linux_bundle))
    for kind in ("deb", "rpm", "tar"):
        assert digest(tmp_path / packages[kind].name) == digest(packages[kind]), kind
        report(f"{packages[kind].name}: {packages[kind].stat().st_size / 1e6:.1f} MB, sha256 {digest(packages[kind])}")


def test_a_bundle_that_is_frozen_again_is_the_same_to_the_byte(linux_bundle: Path, tmp_path: Path) -> None:
    build(tmp_path, "bundle")
    assert octets_of(tmp_path / "linux/dotlocal") == octets_of(linux_bundle)


def test_lintian_has_nothing_to_say(packages: dict[str, Path]) -> None:
    command = ["lintian", "--allow-root", "--fail-on", "error,warning", str(packages["deb"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    said = [line for line in done.stdout.splitlines() if line.startswith(("E:", "W:"))]
    assert said == []


def test_the_desktops_own_tools_find_the_metadata_valid(packages: dict[str, Path], tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "-x", str(packages["deb"]), str(tmp_path)], check=True)
    share = tmp_path / "usr/share"
    for command in (
        ["desktop-file-validate", str(share / "applications/io.github.dotlocal.Dotlocal.desktop")],
        ["appstreamcli", "validate", "--no-net", str(share / "metainfo/io.github.dotlocal.Dotlocal.metainfo.xml")],
        ["xmllint", "--noout", "--nonet", "--nodefdtd", str(share / "polkit-1/actions/io.github.dotlocal.policy")],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    page = subprocess.run(
        ["man", "--warnings=all", "-l", str(share / "man/man1/dotlocal.1.gz")], capture_output=True, text=True,
        check=True, env={**os.environ, "MANWIDTH": "100", "MANROFFSEQ": "", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert page.stderr == ""
    for words in ("dotlocal trust install", "dotlocal settings", "--json", "EXIT STATUS", "DOTLOCAL_HOME"):
        assert words in page.stdout
    assert (share / "man/man1/dotlocal-gui.1.gz").is_symlink()


@pytest.mark.parametrize("release", RELEASES)
def test_installed_on_a_bare_debian_it_starts_and_removed_it_leaves_nothing(
    release: str, packages: dict[str, Path], tmp_path: Path, report: Callable[[str], None]
) -> None:
    system = bare(release, tmp_path)
    system.run("true")
    kept = system.root / "root/.local/state/dotlocal"
    before = manifest(system.root, ignore=WRITTEN_BY_DPKG)
    shutil.copyfile(packages["deb"], system.root / "var/cache/dotlocal.deb")
    system.run("dpkg", "--install", "/var/cache/dotlocal.deb")
    assert "dotlocal 0." in system.run("dotlocal", "--version").stdout
    system.run("dotlocal-gui", "--self-test", QT_QPA_PLATFORM="offscreen")
    listed = json.loads(system.run("dotlocal", "demo", "--headless", "--seconds", "4", "--json").stdout)
    assert {"boiler-gw.local", "meter-bridge.local"} <= {device["host"] for device in listed["devices"]}
    assert kept.is_dir()
    mine = manifest(kept)
    system.run("dpkg", "--verify", "dotlocal")
    system.run("dpkg", "--remove", "dotlocal")
    assert manifest(kept) == mine, "what a person has stays"
    system.run("dpkg", "--purge", "dotlocal")
    assert system.run("dpkg-query", "-W", "dotlocal", check=False).returncode != 0
    shutil.rmtree(system.root / "root/.local")
    assert manifest(system.root, ignore=WRITTEN_BY_DPKG) == before
    report(f"deb on {release}: {len(before)} files and folders before and after, the same")


def test_the_folder_of_the_appimage_starts_out_of_its_squashfs(linux_bundle: Path, tmp_path: Path) -> None:
    """All of an AppImage but the runtime, which comes from elsewhere: unpacked again as `--appimage-extract` does."""
    from linux.appimage import lay

    tree = lay(linux_bundle, tmp_path / "Dotlocal.AppDir")
    subprocess.run(["desktop-file-validate", str(tree / "io.github.dotlocal.Dotlocal.desktop")], check=True)
    assert (tree / "io.github.dotlocal.Dotlocal.png").read_bytes().startswith(b"\x89PNG")
    image = tmp_path / "image.squashfs"
    quick = ("-comp", "zstd", "-Xcompression-level", "3")
    pack = ["mksquashfs", str(tree), str(image), "-root-owned", "-noappend", *quick]
    subprocess.run(pack, check=True, capture_output=True)
    shutil.rmtree(tree)
    out = tmp_path / "squashfs-root"
    subprocess.run(["unsquashfs", "-d", str(out), str(image)], check=True, capture_output=True)
    own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    started = [str(out / "AppRun"), "--self-test"]
    done = subprocess.run(started, env=own, check=False, timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_the_flatpaks_manifest_builds_starts(linux_bundle: Path, tmp_path: Path) -> None:
    """Its commands to the letter, in a bare Debian in place of a runtime from Flathub; flatpak itself is not asked."""
    from linux.tree import make

    manifest_file = yaml.safe_load((ROOT / "packaging/linux/io.github.dotlocal.Dotlocal.yml").read_text())
    [module] = manifest_file["modules"]
    [source] = module["sources"]
    assert (ROOT / "packaging/linux" / source["path"]).resolve() == ROOT / "dist/tree"
    system = bare("bookworm", tmp_path)
    make(linux_bundle, system.root / "build")
    (system.root / "app").mkdir()
    for command in module["build-commands"]:
        system.run("sh", "-ec", f"cd /build/tree && {command}")
    shutil.rmtree(system.root / "build")
    system.run(f"/app/bin/{manifest_file['command']}", "--self-test", QT_QPA_PLATFORM="offscreen")
    assert "dotlocal 0." in system.run("/app/bin/dotlocal", "--version").stdout
    for exported in ("applications/{}.desktop", "metainfo/{}.metainfo.xml", "icons/hicolor/128x128/apps/{}.png"):
        assert (system.root / "app/share" / exported.format(manifest_file["id"])).is_file()


def test_the_package_needs_the_glibc_that_its_files_ask_for(packages: dict[str, Path], linux_bundle: Path) -> None:
    [glibc] = re.findall(r"libc6 \(>= 2\.(\d+)\)", told_by("dpkg-deb", "-f", str(packages["deb"]), "Depends"))
    wanted = told_by("sh", "-c", 'grep -rhaoE "GLIBC_2\\.[0-9]+" "$1" | sort -u', "sh", str(linux_bundle))
    assert max(int(line.rpartition(".")[2]) for line in wanted.splitlines()) == int(glibc)


def test_the_package_runs_no_script(packages: dict[str, Path]) -> None:
    scripts = told_by("dpkg-deb", "-I", str(packages["deb"]))
    for name in ("preinst", "postinst", "prerm", "postrm"):
        assert name not in scripts, "installing trusts nothing, removing removes nothing: there is no script"


def test_the_rpm_holds_the_same_tree(packages: dict[str, Path], tmp_path: Path) -> None:
    listed = told_by("rpm", "-qpl", "--nosignature", str(packages["rpm"])).splitlines()
    inside = told_by("dpkg-deb", "-c", str(packages["deb"]))
    names = {line.split(" -> ")[0].split()[5].strip(".") for line in inside.splitlines() if not line.startswith("d")}
    for name in names:
        if not name.startswith(("/usr/share/doc", "/usr/share/lintian")):
            assert name.replace("/zsh/vendor-completions/", "/zsh/site-functions/") in listed, name
    assert told_by("rpm", "-qp", "--scripts", "--nosignature", str(packages["rpm"])) == ""


def test_the_rpm_puts_its_files_into_a_folder_starts_there_and_leaves_nothing(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    """Debian's rpm has no packages of Fedora to depend on: it is told not to ask for any."""
    root = tmp_path / "root"
    (root / "var/lib/rpm").mkdir(parents=True)
    rpm = ["rpm", "--root", str(root), "--dbpath", "/var/lib/rpm"]
    told_by(*rpm, "--initdb")
    before = manifest(root, ignore=("var/lib/rpm",))
    told_by(*rpm, "--install", "--nodeps", "--nosignature", str(packages["rpm"]))
    assert told_by(str(root / "usr/bin/dotlocal"), "--version").startswith("dotlocal 0.")
    told_by(*rpm, "--erase", "dotlocal")
    after = manifest(root, ignore=("var/lib/rpm",))
    left = {name: what for name, what in after.items() if name not in before}
    assert set(left.values()) <= {"folder"}, left
    assert not [name for name in left if "dotlocal" in name]


def test_the_archive_starts_without_installing(packages: dict[str, Path], tmp_path: Path) -> None:
    subprocess.run(["tar", "--zstd", "-xf", str(packages["tar"]), "-C", str(tmp_path)], check=True)
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG"}}
    own = {**kept, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [str(tmp_path / "dotlocal/dotlocal-gui"), "--self-test"], env=own, check=False, timeout=60, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    plain = subprocess.run(["zstd", "-dc", str(packages["tar"])], capture_output=True, check=True).stdout
    (tmp_path / "plain.tar").write_bytes(plain)
    with tarfile.open(tmp_path / "plain.tar") as archive:
        entries = archive.getmembers()
    assert {entry.uname for entry in entries} == {"root"}
    assert len({entry.mtime for entry in entries}) == 1
