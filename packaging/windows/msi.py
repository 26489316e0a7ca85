"""The package for managed machines: for all users, silent, upgraded in place, never downgraded, gone without residue.

Written for wixl (msitools), which runs on Linux. It has no dialogs; what WiX's extensions would add, the firewall rule,
is a custom action that runs Windows's own netsh with fixed words; where a firewall of another maker refuses, the
installation goes on.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

import bundle
import icons
import product
from windows import files, sign
from windows.pe_version import file_version

SCHEMA = "http://schemas.microsoft.com/wix/2006/wi"
UPGRADE_CODE = "5D0C43A4-4E6E-5C53-9C0A-3A4C3E0D7B11"
"""The identity of the product over all versions; never changed."""
RULE = "Dotlocal (mDNS)"
POLICY_KEY = r"SOFTWARE\Dotlocal\Installer\updates"
_PROGRAM = "[INSTALLDIR]dotlocal-gui.exe"
_RUN_LATER, _AT_THE_END, _AS_LOCAL_SYSTEM, _WHATEVER_IT_SAYS, _COMMAND_IN_FOLDER = 0x400, 0x600, 0x800, 0x40, 34
_AS_PERSON_AT_THE_END = _COMMAND_IN_FOLDER | _AT_THE_END | _WHATEVER_IT_SAYS
_AS_SYSTEM = _COMMAND_IN_FOLDER | _RUN_LATER | _WHATEVER_IT_SAYS | _AS_LOCAL_SYSTEM
_IF_ROLLED_BACK = _AS_SYSTEM | 0x100
_WORKING_FOLDER = "ProgramFiles64Folder"  # only administrators write there: nobody puts a library beside the command


def make(made: Path, out: Path, _: str = "msi") -> list[Path]:
    """Wrap a bundle for Windows and return the package's file, signed where the environment has a certificate.

    Raises: BuildFailed.
    """
    bundle.require(made, "windows", wixl="wixl", msibuild="msitools")
    sign.sign_programs(made)
    result = out.resolve() / f"dotlocal-{product.VERSION}-x64{sign.suffix()}.msi"
    with tempfile.TemporaryDirectory(prefix="dotlocal-msi-") as place:
        source = Path(place) / "dotlocal.wxs"
        icon = icons.make_ico(Path(place) / "dotlocal.ico")
        ElementTree(document(made, icon)).write(source, encoding="utf-8", xml_declaration=True)
        command = ["wixl", "-a", "x64", "-o", str(result), str(source)]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip() or not result.exists():
        raise bundle.BuildFailed(f"wixl ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    queries = [*_queries(), *_versions(made)]
    done = subprocess.run(["msibuild", str(result), "-q", *queries], capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip():
        raise bundle.BuildFailed(f"msibuild ended with {done.returncode}: {done.stderr.strip()}")
    sign.sign(result)
    return [result]


def document(made: Path, icon: Path) -> Element:
    """Return the whole description of the package."""
    root = Element("Wix", xmlns=SCHEMA)
    version = product.numeric_version(product.VERSION, 3)
    described = SubElement(
        root, "Product", Id="*", Name=product.NAME, Language="1033", Version=version,
        Manufacturer=product.PUBLISHER, UpgradeCode=UPGRADE_CODE,
    )  # fmt: skip
    SubElement(
        described, "Package", InstallerVersion="500", Compressed="yes", InstallScope="perMachine",
        Description=f"{product.NAME} {product.VERSION}", Comments=_comment(), Manufacturer=product.PUBLISHER,
    )  # fmt: skip
    SubElement(
        described,
        "MajorUpgrade",
        DowngradeErrorMessage="A newer version of Dotlocal is already installed.",
    )
    SubElement(described, "Media", Id="1", Cabinet="dotlocal.cab", EmbedCab="yes")
    SubElement(described, "Icon", Id="dotlocal.ico", SourceFile=os.path.relpath(icon, made))
    for name, value in (
        ("ARPPRODUCTICON", "dotlocal.ico"), ("ARPNOMODIFY", "1"), ("ARPCOMMENTS", _comment()),
        # all files are written whatever version they carry: a library may go back in an upgrade
        ("REINSTALLMODE", "amus"), ("REBOOT", "ReallySuppress"),
    ):  # fmt: skip
        SubElement(described, "Property", Id=name, Value=value)
    feature = Element("Feature", Id="Main", Title=product.NAME, Level="1")
    _add_folders(described, feature, made)
    described.append(feature)
    for name in ("StartMenu", "Path", "Settings"):
        SubElement(feature, "ComponentRef", Id=name)
    return root


def _comment() -> str:
    return f"{product.SUMMARY}." + ("" if sign.is_configured() else " Unsigned build, for trials only.")


def _add_folders(described: Element, feature: Element, made: Path) -> None:
    """Add the tree of folders: the program, its place in the Start menu, PATH, and what the installer decides."""
    target = SubElement(described, "Directory", Id="TARGETDIR", Name="SourceDir")
    programs = SubElement(target, "Directory", Id="ProgramFiles64Folder")
    folder = SubElement(programs, "Directory", Id="INSTALLDIR", Name=product.NAME)
    files.add_files(folder, feature, made)
    path = SubElement(folder, "Component", Id="Path", Guid=files.component_guid("*path"), Win64="yes")
    _marker(path, "Path")
    decided = SubElement(folder, "Component", Id="Settings", Guid=files.component_guid("*settings"), Win64="yes")
    SubElement(
        decided, "RegistryValue", Root="HKLM", Key=POLICY_KEY, Name="check", Type="integer", Value="0", KeyPath="yes"
    )
    menu = SubElement(target, "Directory", Id="ProgramMenuFolder")
    start = SubElement(menu, "Component", Id="StartMenu", Guid=files.component_guid("*start menu"), Win64="yes")
    # It has the program's own icon: one of the package's would be gone for a pinned copy after an upgrade.
    SubElement(
        start, "Shortcut", Id="Start", Name=product.NAME, Description=product.SUMMARY, Target=_PROGRAM,
        WorkingDirectory="INSTALLDIR",
    )  # fmt: skip
    _marker(start, "StartMenu")


def _marker(component: Element, name: str) -> None:
    """Give a component without a file the key path that it has to have."""
    SubElement(
        component, "RegistryValue", Root="HKLM", Key=r"SOFTWARE\Dotlocal\Installer", Name=name, Type="integer",
        Value="1", KeyPath="yes",
    )  # fmt: skip


def actions() -> list[tuple[str, int, str, int, str]]:
    """Return the custom actions: name, type, command, place in the sequence, condition.

    Each firewall rule is for one program, on networks that are private or a domain's; a repair makes it anew, and what
    fails leaves the rule that the version which stays has. The data of the person who removes the package goes only
    where that was asked for by REMOVEUSERDATA=1, when all else went.
    """
    netsh = '"[System64Folder]netsh.exe" advfirewall firewall'
    found = []
    for number, name in enumerate(product.PROGRAMS):
        program = f'program="[INSTALLDIR]{name}.exe"'
        rule = f'name="{RULE}"'
        opened = "dir=in action=allow protocol=UDP localport=5353 profile=private,domain enable=yes"
        add, delete = f"{netsh} add rule {rule} {opened} {program}", f"{netsh} delete rule {rule} {program}"
        found += [
            (f"PutRuleBack{number}", _IF_ROLLED_BACK, add, 1545 + number, "Installed"),
            (f"RemoveRule{number}", _AS_SYSTEM, delete, 1551 + number, "Installed"),
            (f"TakeRuleBack{number}", _IF_ROLLED_BACK, delete, 6490 + number, 'NOT REMOVE="ALL"'),
            (f"AddRule{number}", _AS_SYSTEM, add, 6500 + number, 'NOT REMOVE="ALL"'),
        ]
    remove = '"[System64Folder]cmd.exe" /d /c rmdir /s /q "[LocalAppDataFolder]Dotlocal"'
    asked = 'REMOVE="ALL" AND REMOVEUSERDATA="1" AND NOT UPGRADINGPRODUCTCODE'
    return [*found, ("RemoveUserData", _AS_PERSON_AT_THE_END, remove, 6590, asked)]


def _versions(made: Path) -> list[str]:
    """Return the version of every file that carries one; wixl leaves them out, and hashes the file as one without."""
    queries = []
    for file in files.files_in(made):
        version = file_version(file)
        if version:
            which = files.identifier("f", str(file.relative_to(made)))
            queries += [
                f"UPDATE `File` SET `Version` = '{version}', `Language` = '0' WHERE `File` = '{which}'",  # noqa: S608
                f"DELETE FROM `MsiFileHash` WHERE `File_` = '{which}'",  # noqa: S608  our own words
            ]
    return queries


def _queries() -> list[str]:
    """Return what wixl cannot write, as Windows Installer SQL: the entry in PATH and the custom actions."""
    queries = [
        "CREATE TABLE `Environment` (`Environment` CHAR(72) NOT NULL, `Name` CHAR(255) NOT NULL LOCALIZABLE,"
        " `Value` CHAR(255) LOCALIZABLE, `Component_` CHAR(72) NOT NULL PRIMARY KEY `Environment`)",
        # "=-*": set when installed, removed when uninstalled, for all users; "[~];" appends to what is there
        "INSERT INTO `Environment` (`Environment`, `Name`, `Value`, `Component_`)"
        " VALUES ('PathEntry', '=-*PATH', '[~];[INSTALLDIR]', 'Path')",
        "INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('RemoveEnvironmentStrings', 3300)",
        "INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('WriteEnvironmentStrings', 5200)",
    ]
    queries.append(
        "UPDATE `Property` SET `Value` = 'WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED;REMOVEUSERDATA'"
        " WHERE `Property` = 'SecureCustomProperties'"  # else it stops at the border to an administrator's rights
    )
    # inside the transaction: where the new version cannot be installed, the old one comes back
    queries.append("UPDATE `InstallExecuteSequence` SET `Sequence` = 1501 WHERE `Action` = 'RemoveExistingProducts'")
    # also a build of the same three numbers is upgraded, not laid beside (msidbUpgradeAttributesVersionMaxInclusive)
    version = product.numeric_version(product.VERSION, 3)
    queries.append("DELETE FROM `Upgrade` WHERE `ActionProperty` = 'WIX_UPGRADE_DETECTED'")
    queries.append(
        "INSERT INTO `Upgrade` (`UpgradeCode`, `VersionMax`, `Attributes`, `ActionProperty`)"  # noqa: S608  our own words
        f" VALUES ('{{{UPGRADE_CODE}}}', '{version}', 513, 'WIX_UPGRADE_DETECTED')"
    )
    for name, kind, command, moment, condition in actions():
        queries.append(
            "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`)"  # noqa: S608  our own words
            f" VALUES ('{name}', {kind}, '{_WORKING_FOLDER}', '{command}')"
        )
        queries.append(
            "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`)"  # noqa: S608  our own words
            f" VALUES ('{name}', '{condition}', {moment})"
        )
    return queries
