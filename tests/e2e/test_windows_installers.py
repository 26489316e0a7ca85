"""The Windows artefacts under Wine: built, started, looked at, installed, upgraded, refused, removed, and nothing left.

Wine is a rehearsal: no UAC, no SmartScreen, no dialogs, an own msi.dll. What it leaves behind by itself is named here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor

from gui.theme.tokens import DARK, LIGHT, Colours, Tone
from tests.e2e.conftest import Tell
from tests.rigs.bundles import ROOT, build
from tests.rigs.manifest import manifest
from tests.rigs.minting import mint
from tests.rigs.screen import Screen, colours_of
from tests.rigs.wine_machine import WineMachine, windows_path
from tests.rigs.winpy import WinPython, reason_missing

PLACE = Path(os.environ.get("DOTLOCAL_TEST_WINE", ROOT / ".venv/wine"))
PICTURES = Path(__file__).resolve().parents[1] / "output" / "pictures"
PROGRAMS = r"C:\Program Files\Dotlocal"
RULE = (
    'advfirewall firewall add rule name="Dotlocal (mDNS)" dir=in action=allow protocol=UDP localport=5353'
    r' profile=private,domain enable=yes program="C:\Program Files\Dotlocal\{}.exe"'
)
UNRULE = r'advfirewall firewall delete rule name="Dotlocal (mDNS)" program="C:\Program Files\Dotlocal\{}.exe"'
RUNNING, FOR_EVERYBODY = 4, 6
"""What setup.exe ends with where it refuses."""
REFUSED = 1603 & 0xFF  # Wine passes on the low eight bits of an exit code
WINES_OWN = re.compile(
    # keys of Wine's own bookkeeping that stay, empty, after the first package ever; Windows has them from the start
    r"\[Software\\\\(Classes|Microsoft\\\\Windows\\\\CurrentVersion)\\\\Installer\\\\"
    r"(UserData\\\\S-1-5-18\\\\)?(Features|Products|UpgradeCodes|Components)\]"
    r"|\[System\\\\CurrentControlSet\\\\(Enum|Control\\\\(DeviceClasses|Class|Video))\\\\.*"  # found at each start
    # the uninstaller's copy of itself in the folder for temporary files goes at the next start, as NSIS does it
    r"|.*Session Manager\] \"PendingFileRenameOperations\""
)
STORE = "os"
NAMES = ("dotlocal", "dotlocal-gui")
CHANGED, ADDED, DROPPED = "README.md", "added in 0.1.1.txt", "java/Verify.java"
"""What differs between the two versions that are installed one over the other."""
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def wine_python() -> WinPython:
    if sys.platform == "win32":
        pytest.skip("this is Windows: the workflow installs the packages there")
    if reason_missing():
        pytest.skip(f"no Windows under Wine: {reason_missing()}")
    made = WinPython(PLACE)
    assert made.is_made, f"make it with: python -m tests.rigs.winpy {PLACE}"
    return made


@pytest.fixture(scope="module")
def installers(
    wine_python: WinPython, windows_bundle: Path, tmp_path_factory: pytest.TempPathFactory, tell_facts: Tell
) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("installers")
    newer = tmp_path_factory.mktemp("newer") / "dotlocal"
    shutil.copytree(windows_bundle, newer)
    (newer / "_internal/resources" / CHANGED).write_text("changed")
    (newer / "_internal/resources" / ADDED).write_text("added")
    (newer / "_internal/resources" / DROPPED).unlink()
    tell_facts(build(out, "msi", "setup", "--bundle", str(windows_bundle)))
    tell_facts(build(out, "msi", "setup", "--bundle", str(newer), "--version", "0.1.1"))
    return {
        "msi": out / "dotlocal-0.1.0-x64-unsigned.msi", "newer msi": out / "dotlocal-0.1.1-x64-unsigned.msi",
        "setup": out / "dotlocal-0.1.0-x64-unsigned-setup.exe",
        "newer setup": out / "dotlocal-0.1.1-x64-unsigned-setup.exe", "newer": newer,
    }  # fmt: skip


@pytest.fixture
def machine(wine_python: WinPython, tmp_path: Path) -> Iterator[WineMachine]:
    made = WineMachine(wine_python, tmp_path)
    made.start()
    yield made
    made.close()


def difference(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Return what differs, but for what Wine keeps for itself; PATH is compared entry by entry."""
    found = {}
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if name.endswith('"PATH"') and one and other:  # Wine leaves separators without entries
            one, other = (";".join(part for part in text.strip('"').split(";") if part) for text in (one, other))
        if one != other and not WINES_OWN.fullmatch(name):
            found[name] = (one, other)
    return found


def roots_of(machine: WineMachine) -> set[str]:
    """Return the keys of the certificates in the stores of Windows."""
    return {name for name in machine.state()[1] if r"SystemCertificates\\Root\\Certificates" in name}


def document_in(output: bytes) -> dict[str, Any]:
    """Return the JSON document in what a program said; talk comes before it, on stderr."""
    text = output.decode()
    return dict(json.loads(text[text.index("{") : text.rindex("}") + 1]))


def own_data(machine: WineMachine) -> Path:
    """Lay down what a person has, and return its folder."""
    folder = next((machine.drive / "users").glob("*/AppData/Local")) / "Dotlocal"
    folder.mkdir()
    (folder / "settings.toml").write_text("[network]\nprobe = false\n")
    return folder


def test_the_programs_start_and_the_command_line_runs_the_sample(
    machine: WineMachine, windows_bundle: Path, report: Callable[[str], None]
) -> None:
    offscreen = {"WINEQT_QPA_PLATFORM": "offscreen", "DOTLOCAL_HOME": r"C:\state"}
    roots = roots_of(machine)
    began = time.monotonic()
    said = machine.start_program(str(windows_bundle / "dotlocal.exe"), "--version", more=offscreen)
    assert said.stdout.decode().strip().startswith("dotlocal 0.")
    command_s, began = time.monotonic() - began, time.monotonic()
    window = machine.start_program(str(windows_bundle / "dotlocal-gui.exe"), "--self-test", more=offscreen)
    assert window.returncode == 0
    report(f"under Wine: command {command_s:.1f} s, window {time.monotonic() - began:.1f} s, from start to end")
    sample = machine.start_program(
        str(windows_bundle / "dotlocal.exe"), "demo", "--headless", "--seconds", "8", "--json", more=offscreen
    )
    devices = {d["host"]: d for d in document_in(sample.stdout)["devices"]}
    verdicts = devices["boiler-gw.local"]["certificate"]["verdicts"]
    trusted = {v["client"]: v["trusted"] for v in verdicts}
    assert (trusted["site"], trusted["os"]) == (True, True)
    assert roots_of(machine) == roots, "the sample's computer is a folder: Windows' own store stays as it is"


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_the_window_shows_the_sample_devices(
    theme: str, colours: Colours, machine: WineMachine, windows_bundle: Path, tmp_path: Path
) -> None:
    wanted = {colours.tone(tone) for tone in (Tone.OK, Tone.WARN, Tone.BAD)}
    machine.close()  # the first program of a Wine decides whether there is a screen
    screen = Screen(tmp_path / "screen")
    environment = machine.environment({"DISPLAY": screen.display, "DOTLOCAL_HOME": r"C:\state"})
    command = ["wine", str(windows_bundle / "dotlocal-gui.exe"), "--demo", "--theme", theme]
    try:
        window = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            screen.window("Dotlocal, sample network")
            picture = screen.settled_picture(wanted, 120, rests=10)  # the sample floor answers slowly under Wine
            consoles = screen.has(r"Z:.*")
        finally:
            window.terminate()
            window.wait(30)
    finally:
        screen.close()
        machine.close()
    PICTURES.mkdir(parents=True, exist_ok=True)
    assert picture.save(str(PICTURES / f"bundle-windows-{theme}.png"))
    assert {QColor(colour).rgb() for colour in wanted} <= colours_of(picture), "some state is on no device"
    assert not consoles, "a child of the window opened a console"


def test_the_programs_carry_their_version_and_are_no_developers_tools(windows_bundle: Path) -> None:
    for name, title in (("dotlocal-gui", "Dotlocal"), ("dotlocal", "Dotlocal (command line)")):
        content = (windows_bundle / f"{name}.exe").read_bytes()
        for text in (title, "The Dotlocal authors", f"{name}.exe"):
            assert text.encode("utf-16-le") in content
    names = {f.name.lower() for f in (windows_bundle / "_internal").iterdir()}
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "pil", "numpy", "setuptools", "pyinstaller"}
    files = {f.name.lower() for f in windows_bundle.rglob("*")}
    assert not files & {"opengl32sw.dll", "icuuc.dll", "mscms.dll", "bcryptprimitives.dll"}, "stand-ins of the rig"
    note = json.loads((windows_bundle / "_internal/resources/build.json").read_text())
    assert note["platform"] == "windows"
    assert note["release"] is False


def table(package: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a package's table, by column."""
    told = subprocess.run(["msiinfo", "export", str(package), name], capture_output=True, text=True, check=True).stdout
    head, _, _, *rows = told.replace("\r", "").splitlines()
    return [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]


def identities(package: Path) -> tuple[set[str], set[str]]:
    """Return the components of a package with a file in them, and those without."""
    of_files = {row["Component_"] for row in table(package, "File")}
    rows = table(package, "Component")
    with_file = {row["ComponentId"] for row in rows if row["Component"] in of_files}
    return with_file, {row["ComponentId"] for row in rows} - with_file


def test_the_package_tells_windows_of_every_version_and_no_upgrade_meets_a_component_of_the_one_before(
    installers: dict[str, Path], windows_bundle: Path
) -> None:
    """Else Windows lays no file that it has already in a higher version, and removes that one with the old product."""
    files = {row["File"]: row for row in table(installers["msi"], "File")}
    assert len(files) == sum(1 for file in windows_bundle.rglob("*") if file.is_file())
    versions = {row["FileName"].partition("|")[2] or row["FileName"]: row["Version"] for row in files.values()}
    assert versions["dotlocal.exe"] == versions["dotlocal-gui.exe"] == "0.1.0.0"
    qt = versions["Qt6Core.dll"].split(".")
    assert (len(qt), qt[0]) == (4, "6")
    assert versions[CHANGED] == ""
    hashed = {row["File_"] for row in table(installers["msi"], "MsiFileHash")}
    assert hashed == {name for name, row in files.items() if not row["Version"]}
    (old, other_old), (new, other_new) = map(identities, (installers["msi"], installers["newer msi"]))
    assert not old & new
    assert other_old == other_new


def test_what_fails_puts_the_firewalls_rules_back(installers: dict[str, Path]) -> None:
    """Wine runs no action of a rollback: what the package says is read."""
    what = {row["Action"]: row for row in table(installers["msi"], "CustomAction")}
    when = {row["Action"]: int(row["Sequence"]) for row in table(installers["msi"], "InstallExecuteSequence")}
    rollback = 0x100
    for number, (undo, done, opposite) in [
        (n, pair) for n in "01" for pair in (("PutRuleBack", "RemoveRule", "AddRule"),
                                             ("TakeRuleBack", "AddRule", "RemoveRule"))
    ]:  # fmt: skip
        assert what[undo + number]["Target"] == what[opposite + number]["Target"]
        assert int(what[undo + number]["Type"]) == int(what[done + number]["Type"]) | rollback
        assert when["InstallInitialize"] < when[undo + number] < when[done + number]


def test_a_root_goes_into_the_persons_store_and_out_again_by_the_built_program(
    machine: WineMachine, windows_bundle: Path
) -> None:
    (machine.drive / "secret.txt").write_text("correct horse battery")
    own = {"DOTLOCAL_HOME": r"C:\state", "DOTLOCAL_PASSPHRASE_FILE": r"C:\secret.txt"}

    def said(*words: str) -> tuple[int, dict[str, Any]]:
        done = machine.start_program(str(windows_bundle / "dotlocal.exe"), *words, "--json", more=own)
        return done.returncode, document_in(done.stdout)

    def state() -> tuple[bool, bool]:
        [store] = [s for s in said("trust", "status")[1]["stores"] if s["id"] == STORE]
        return store["installed"], store["trusted"]

    said("ca", "create", "--name", "Workshop")
    assert state() == (False, False)
    code, installed = said("trust", "install", "--store", STORE)
    assert code == 0, installed
    assert state() == (True, True)
    code, verified = said("trust", "verify", "--store", STORE)
    assert code == 0, verified
    code, removed = said("trust", "remove", "--store", STORE)
    assert code == 0, removed
    assert state() == (False, False)


def test_the_msi_installs_upgrades_refuses_and_leaves_nothing(
    machine: WineMachine, installers: dict[str, Path], report: Callable[[str], None]
) -> None:
    data = own_data(machine)
    before = machine.state()
    assert machine.msiexec("/i", windows_path(installers["msi"])) == 0
    assert machine.rules() == [RULE.format("dotlocal-gui"), RULE.format("dotlocal")]
    files, registry = machine.state()
    assert "Program Files/Dotlocal/dotlocal-gui.exe" in files
    assert any(name.endswith("Start Menu/Programs/Dotlocal.lnk") for name in files)
    path = next(value for name, value in registry.items() if name.endswith('Session Manager\\\\Environment] "PATH"'))
    assert "Program Files\\\\Dotlocal" in path
    new = {name for name in registry if name not in before[1]}
    assert not [name for name in new if re.search(r"Classes\\\\\.(crt|pem|cer|p12)|OpenWithProgids", name)]
    offscreen = {"WINEQT_QPA_PLATFORM": "offscreen", "DOTLOCAL_HOME": r"C:\users\state"}
    assert machine.start_program(rf"{PROGRAMS}\dotlocal-gui.exe", "--self-test", more=offscreen).returncode == 0
    said = machine.start_program(rf"{PROGRAMS}\dotlocal.exe", "settings", "--json", more=offscreen)
    check = json.loads(said.stdout)["settings"]["updates"]["check"]
    assert (check["value"], check["source"], check["managed"]) == (False, "installer", True)
    shutil.rmtree(machine.drive / "users/state")
    assert machine.msiexec("/i", windows_path(installers["newer msi"])) == 0
    removed, added = (
        [UNRULE.format("dotlocal-gui"), UNRULE.format("dotlocal")],
        [RULE.format("dotlocal-gui"), RULE.format("dotlocal")],
    )
    assert machine.rules() == [*removed, *added]
    assert manifest(machine.drive / "Program Files/Dotlocal") == manifest(installers["newer"])
    assert machine.start_program(rf"{PROGRAMS}\dotlocal-gui.exe", "--self-test", more=offscreen).returncode == 0
    shutil.rmtree(machine.drive / "users/state")
    listed = machine.start_program("uninstaller", "--list").stdout.decode()
    assert listed.count("Dotlocal") == 1
    assert machine.msiexec("/i", windows_path(installers["msi"])) == REFUSED
    assert machine.rules() == []
    assert machine.msiexec("/x", windows_path(installers["newer msi"])) == 0
    assert machine.rules() == removed
    after = machine.state()
    assert difference(before[0], after[0]) == {}
    assert difference(before[1], after[1]) == {}
    assert (data / "settings.toml").exists()
    report(f"msi: {len(before[0])} files and {len(before[1])} registry entries before and after, the same")


def test_the_msi_takes_a_persons_data_along_only_when_asked(machine: WineMachine, installers: dict[str, Path]) -> None:
    data = own_data(machine)
    assert machine.msiexec("/i", windows_path(installers["msi"])) == 0
    assert machine.msiexec("/x", windows_path(installers["msi"]), "REMOVEUSERDATA=1") == 0
    assert not data.exists()


def test_policy_is_read_from_the_registry_that_the_template_writes(machine: WineMachine, windows_bundle: Path) -> None:
    key = r"HKLM\SOFTWARE\Policies\Dotlocal"
    for words in (
        (rf"{key}\network", "/v", "probe", "/t", "REG_DWORD", "/d", "0"),
        (rf"{key}\network", "/v", "probe_timeout_s", "/t", "REG_SZ", "/d", "2.5"),
        (rf"{key}\network\never_probe", "/v", "1", "/t", "REG_SZ", "/d", "plc01.local"),
        (rf"{key}\Recommended\appearance", "/v", "theme", "/t", "REG_SZ", "/d", "dark"),
    ):
        assert machine.start_program("reg", "add", *words, "/f", "/reg:64").returncode == 0
    said = machine.start_program(
        str(windows_bundle / "dotlocal.exe"), "settings", "--json", more={"DOTLOCAL_HOME": r"C:\state"}
    )
    document = json.loads(said.stdout)
    network, theme = document["settings"]["network"], document["settings"]["appearance"]["theme"]
    assert (network["probe"]["value"], network["probe"]["managed"], network["probe"]["place"]) == (False, True, key)
    assert network["probe_timeout_s"]["value"] == 2.5
    assert network["never_probe"]["value"] == ["plc01.local"]
    assert (theme["value"], theme["source"], theme["managed"]) == ("dark", "recommended", False)
    assert document["unknown"] == []


def test_the_setup_needs_no_rights_and_leaves_nothing(
    machine: WineMachine, installers: dict[str, Path], report: Callable[[str], None]
) -> None:
    data = own_data(machine)
    before = machine.state()
    for name in ("setup", "newer setup"):
        assert machine.start_program(str(installers[name]), "/S").returncode == 0
    files, registry = machine.state()
    [program] = [name for name in files if name.endswith("AppData/Local/Programs/Dotlocal/dotlocal-gui.exe")]
    assert not [name for name in files if name not in before[0] and not name.startswith("users/")]
    assert [v for k, v in registry.items() if k.endswith('Uninstall\\\\Dotlocal] "DisplayVersion"')] == ['"0.1.1"']
    folder = "C:\\" + str(Path(program).parent).replace("/", "\\")
    installed = manifest(machine.drive / Path(program).parent)
    assert {k: v for k, v in installed.items() if k != "uninstall.exe"} == manifest(installers["newer"])
    offscreen = {"WINEQT_QPA_PLATFORM": "offscreen", "DOTLOCAL_HOME": r"C:\users\state"}
    assert machine.start_program(rf"{folder}\dotlocal-gui.exe", "--self-test", more=offscreen).returncode == 0
    shutil.rmtree(machine.drive / "users/state")
    remove(machine, folder)
    after = machine.state()
    assert difference(before[0], after[0]) == {}
    assert difference(before[1], after[1]) == {}
    assert (data / "settings.toml").exists()
    report(f"setup.exe: {len(before[0])} files and {len(before[1])} registry entries before and after, the same")


@contextmanager
def running(machine: WineMachine, program: Path, *arguments: str, **more: str) -> Iterator[None]:
    """Let a program run that goes on by itself, once it says something or, the window, keeps something."""
    state = machine.drive / "state"
    process = subprocess.Popen(
        ["wine", str(program), *arguments], env=machine.environment({"DOTLOCAL_HOME": r"C:\state", **more}),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        deadline = time.monotonic() + 120
        assert not arguments or process.stdout.readline()
        while not arguments and not (state.is_dir() and any(state.iterdir())):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield
        assert process.poll() is None, "it was left alone"
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
        shutil.rmtree(state, ignore_errors=True)


def test_the_setup_leaves_alone_what_runs(machine: WineMachine, installers: dict[str, Path]) -> None:
    assert machine.code_of(str(installers["setup"]), "/S") == 0
    [place] = machine.drive.glob("users/*/AppData/Local/Programs/Dotlocal")
    folder = "C:\\" + str(place.relative_to(machine.drive)).replace("/", "\\")
    before = manifest(place)
    for program, arguments in (
        ("dotlocal.exe", ("devices", "--watch", "--network", "--json", "--interface", "127.0.0.1")),
        ("dotlocal-gui.exe", ()),
    ):
        with running(machine, place / program, *arguments, WINEQT_QPA_PLATFORM="offscreen"):
            assert machine.code_of(str(installers["newer setup"]), "/S") == RUNNING, program
            # told where it is, the uninstaller makes no copy of itself, and waits for its own end
            assert machine.code_of(rf"{folder}\uninstall.exe", "/S", f"_?={folder}") == RUNNING, program
            assert manifest(place) == before, program
    assert machine.code_of(str(installers["newer setup"]), "/S") == 0
    installed = manifest(place)
    assert {k: v for k, v in installed.items() if k != "uninstall.exe"} == manifest(installers["newer"])


def test_the_setup_puts_no_second_copy_beside_the_msis(machine: WineMachine, installers: dict[str, Path]) -> None:
    assert machine.msiexec("/i", windows_path(installers["msi"])) == 0
    assert machine.code_of(str(installers["setup"]), "/S") == FOR_EVERYBODY
    assert not [*machine.drive.glob("users/*/AppData/Local/Programs/Dotlocal")]
    assert machine.msiexec("/x", windows_path(installers["msi"])) == 0
    assert machine.code_of(str(installers["setup"]), "/S") == 0


def test_the_setups_removal_takes_a_persons_data_along_only_when_asked(
    machine: WineMachine, installers: dict[str, Path]
) -> None:
    data = own_data(machine)
    assert machine.start_program(str(installers["setup"]), "/S").returncode == 0
    folder = "C:\\" + str((data.parent / "Programs/Dotlocal").relative_to(machine.drive)).replace("/", "\\")
    remove(machine, folder, "/REMOVEUSERDATA=1")
    assert not data.exists()


def remove(machine: WineMachine, folder: str, *more: str) -> None:
    """Run the uninstaller; it goes on after it returned."""
    place = machine.drive / folder.removeprefix("C:\\").replace("\\", "/")
    assert machine.start_program(rf"{folder}\uninstall.exe", "/S", *more).returncode == 0
    deadline = time.monotonic() + 60
    while place.exists() and time.monotonic() < deadline:
        time.sleep(0.3)
    time.sleep(1)
    assert not place.exists()


def test_an_installer_is_signed_where_the_environment_has_a_certificate(
    machine: WineMachine, windows_bundle: Path, tmp_path: Path
) -> None:
    from cryptography.x509.oid import ExtendedKeyUsageOID

    signer = mint("Dotlocal Signing", None, eku=(ExtendedKeyUsageOID.CODE_SIGNING,))
    chain, key = signer.write(tmp_path, "signer")
    copied = tmp_path / "bundle"
    shutil.copytree(windows_bundle, copied)
    signing = {"DOTLOCAL_SIGN_CERTIFICATE": str(chain), "DOTLOCAL_SIGN_KEY": str(key)}
    build(tmp_path, "msi", "setup", "--bundle", str(copied), **signing)
    assert json.loads((copied / "_internal/resources/build.json").read_text())["signed"] is True
    setup = tmp_path / "dotlocal-0.1.0-x64-setup.exe"
    assert machine.start_program(str(setup), "/S").returncode == 0
    [uninstaller] = machine.drive.glob("users/*/AppData/Local/Programs/Dotlocal/uninstall.exe")
    signed = [tmp_path / "dotlocal-0.1.0-x64.msi", setup, uninstaller, *(copied / f"{n}.exe" for n in NAMES)]
    for file in signed:
        command = ["osslsigncode", "verify", "-CAfile", str(chain), "-in", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Signature verification: ok" in done.stdout, done.stdout[-1500:]


def test_an_unsigned_installer_says_so(installers: dict[str, Path]) -> None:
    properties = subprocess.run(
        ["msiinfo", "export", str(installers["msi"]), "Property"], capture_output=True, text=True, check=True
    ).stdout
    assert "Unsigned build" in properties
    assert "unsigned" in installers["setup"].name


def test_a_trial_is_not_released(windows_bundle: Path, tmp_path: Path) -> None:
    for more in ((), ("--version", "9.9")):
        command = [
            sys.executable,
            str(ROOT / "packaging/build.py"),
            "msi",
            "--release",
            "--bundle",
            str(windows_bundle),
        ]
        done = subprocess.run(
            [*command, "--out", str(tmp_path), *more], capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert done.returncode == 3
        assert "release" in done.stderr
    assert [*tmp_path.glob("*.msi")] == []


def test_removing_the_old_version_is_part_of_the_transaction(installers: dict[str, Path]) -> None:
    def table(name: str) -> str:
        return subprocess.run(
            ["msiinfo", "export", str(installers["msi"]), name], capture_output=True, text=True, check=True
        ).stdout

    order = {line.split("\t")[0]: line.split("\t")[-1].strip() for line in table("InstallExecuteSequence").splitlines()}
    assert int(order["InstallInitialize"]) < int(order["RemoveExistingProducts"]) < int(order["ProcessComponents"])
    assert "REINSTALLMODE\tamus" in table("Property")
    assert "\t513\t" in table("Upgrade")
