"""Real browsers over every place of a trust store that can be built here, and over two generations of NSS."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.authority.authority import open_authority
from core.trust.backends.nss.firefox import library_of
from core.trust.backends.nss.store import NssStore
from core.trust.store import Root
from tests.rigs.chromium import Chromium
from tests.rigs.firefox import Firefox, make_profile
from tests.rigs.minting import Minted
from tests.rigs.workshop import Workshop

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
REFUSED = {"SEC_ERROR_UNKNOWN_ISSUER", "net::ERR_CERT_AUTHORITY_INVALID"}
OPENED = "device says hello"
URL = "https://dev01.local/"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose device shows a certificate of the site, with the root sent along to show left-overs."""
    made = Workshop(tmp_path)
    made.dotlocal("ca", "create", "--name", "Workshop")
    made.dotlocal("issue", "dev01", "--ip", made.device_address, "--out", str(tmp_path / "issued"))
    chain = tmp_path / "issued/dev01.crt.pem"
    with_root = tmp_path / "issued/with-root.crt.pem"
    with_root.write_bytes(chain.read_bytes() + (tmp_path / "state/authority/root.crt.pem").read_bytes())
    made.serve(with_root, tmp_path / "issued/dev01.key.pem")
    yield made
    made.close()


def site_root(workshop: Workshop) -> Root:
    made = open_authority(workshop.folder / "state/authority")
    return Root.from_bytes(Minted(made.root, None).der, "test")


def by_firefox(workshop: Workshop, profile: Path) -> str:
    with Firefox(workshop.laptop, profile) as firefox:
        return firefox.visit(URL)


def by_chromium(workshop: Workshop) -> str:
    with Chromium(workshop.laptop) as chromium:
        return chromium.visit(URL)


@pytest.mark.parametrize("place", [".mozilla/firefox", ".config/mozilla/firefox", ".librewolf"])
def test_firefox_follows_in_each_place_of_its_profiles(workshop: Workshop, place: str) -> None:
    profile = make_profile(workshop.laptop.home, place=place)
    store = f"{'librewolf' if 'librewolf' in place else 'firefox'}:workbench.default"
    assert by_firefox(workshop, profile) in REFUSED
    workshop.dotlocal("trust", "install", "--store", store)
    assert by_firefox(workshop, profile) == OPENED
    workshop.dotlocal("trust", "undo")
    assert by_firefox(workshop, profile) in REFUSED
    workshop.dotlocal("trust", "install", "--store", store)
    workshop.dotlocal("trust", "remove")
    assert by_firefox(workshop, profile) in REFUSED


@pytest.mark.parametrize(
    "places", [(".local/share/pki/nssdb",), (".pki/nssdb",), (".pki/nssdb", ".local/share/pki/nssdb")]
)
def test_chromium_follows_in_each_place_of_its_database(workshop: Workshop, places: tuple[str, ...]) -> None:
    home = workshop.laptop.home
    if ".pki/nssdb" in places:
        (home / ".pki/nssdb").mkdir(parents=True)
    if len(places) == 2:
        new = home / places[1]
        new.mkdir(parents=True)
        subprocess.run(["certutil", "-N", "-d", f"sql:{new}", "--empty-password"], check=True)
    assert by_chromium(workshop) in REFUSED
    plan = workshop.json("trust", "plan")["stores"]
    databases = [s["location"] for s in plan if s["kind"] == "chromium"]  # type: ignore[attr-defined]
    assert databases == [str(home / place) for place in places]
    workshop.dotlocal("trust", "install")
    assert by_chromium(workshop) == OPENED
    workshop.dotlocal("trust", "undo", "--all")
    assert by_chromium(workshop) in REFUSED
    workshop.dotlocal("trust", "install")
    workshop.dotlocal("trust", "remove")
    assert by_chromium(workshop) in REFUSED


def test_a_change_under_a_running_firefox_holds_after_its_restart(workshop: Workshop) -> None:
    profile = make_profile(workshop.laptop.home)
    with Firefox(workshop.laptop, profile) as firefox:
        assert firefox.visit(URL) in REFUSED
        [row] = workshop.json("trust", "status", "--store", "firefox:workbench.default", expect=(1,))["stores"]  # type: ignore[misc]
        assert "open" in row["detail"]
        workshop.dotlocal("trust", "install", "--store", "firefox:workbench.default")
        assert firefox.visit(URL) in REFUSED | {OPENED}, "a page that was visited may follow after the restart alone"
    with Firefox(workshop.laptop, profile) as firefox:
        assert firefox.visit(URL) == OPENED
        workshop.dotlocal("trust", "remove")
    assert by_firefox(workshop, profile) in REFUSED


def test_a_root_that_an_older_nss_added_is_removed_for_firefox_too(workshop: Workshop, tmp_path: Path) -> None:
    profile = make_profile(workshop.laptop.home)
    pem = tmp_path / "state/authority/root.crt.pem"
    subprocess.run(["certutil", "-N", "-d", f"sql:{profile}", "--empty-password"], check=True)
    subprocess.run(["certutil", "-A", "-d", f"sql:{profile}", "-t", "C,,", "-n", "old", "-i", str(pem)], check=True)
    assert by_firefox(workshop, profile) == OPENED
    workshop.dotlocal("trust", "remove", "--store", "firefox:workbench.default")
    assert by_firefox(workshop, profile) in REFUSED


def test_a_root_that_a_newer_nss_added_is_repaired_and_removed_for_chromium_too(workshop: Workshop) -> None:
    folder = workshop.laptop.home / ".pki/nssdb"
    folder.mkdir(parents=True)
    root, library = site_root(workshop), library_of(Path("/nonexistent"))
    newer = NssStore(store_id="x", kind="firefox", label="x", database=folder, library=library)
    newer.install(root)
    workshop.dotlocal("trust", "install", "--store", "chromium")
    assert by_chromium(workshop) == OPENED
    workshop.dotlocal("trust", "remove", "--store", "chromium")
    assert by_chromium(workshop) in REFUSED
    assert newer.probe(root).trusted is False, "a Firefox on this database would not trust it either"


def test_the_real_browsers_are_asked_by_the_product_itself(workshop: Workshop) -> None:
    make_profile(workshop.laptop.home)

    def asked() -> dict[str, bool]:
        rows = workshop.json("trust", "verify", "--browser", expect=(0, 1))["stores"]
        return {r["client"]: r["verified"] for r in rows if r["client"].startswith("browser:")}  # type: ignore[attr-defined]

    nobody = {"browser:firefox:workbench.default": False, "browser:chromium": False}
    assert asked() == nobody
    workshop.dotlocal("trust", "install")
    assert asked() == dict.fromkeys(nobody, True)
    workshop.dotlocal("trust", "remove")
    assert asked() == nobody
