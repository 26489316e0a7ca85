"""Gather the licence texts of everything that a bundle contains: each is found at its source, or the build fails."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from product import LICENCE, NAME, ROOT, VERSION

OWN_TEXTS = ROOT / "packaging/licences"
QT_PARTS = ("pyside6-essentials", "shiboken6")
_KNOWN = {"zeroconf": "LGPL-2.1-or-later", "pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception"}
_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_MICROSOFT = re.compile(r"(vcruntime|msvcp|concrt|ucrtbase|api-ms-win-)", re.IGNORECASE)
_DEBIAN_COPYRIGHT = Path("/usr/share/doc")


@dataclass(frozen=True, slots=True)
class Part:
    """A thing inside the bundle, with the names of its texts.

    `origin` is "pypi", "debian", "microsoft", "python", "npm" or "own".
    """

    name: str
    version: str
    licence: str
    origin: str
    texts: tuple[str, ...]


class LicenceMissing(Exception):
    """A part has no licence text that could be found; such a bundle may not be handed on."""


def gather(modules: Iterable[str], binaries: Iterable[tuple[str, str]], target: Path) -> list[Part]:
    """Copy every text into `target` and write `parts.json`; return the parts, by name.

    `modules` are names of bundled Python modules; `binaries` pairs of place in the bundle and source file.

    Raises: LicenceMissing.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    pairs = list(binaries)
    parts = [_own(target), _python(target), *_fonts_and_icons(target)]
    parts += [_distribution(name, target) for name in sorted(_distributions(modules, pairs))]
    if any(_MICROSOFT.match(Path(place).name) for place, _ in pairs):
        text = _keep(OWN_TEXTS / "Microsoft-runtime.txt", target, "Microsoft-runtime.txt")
        parts.append(Part("Microsoft C and C++ runtime", "14", "Microsoft Distributable Code", "microsoft", (text,)))
    if sys.platform == "linux":
        parts += [_debian(package, target) for package in sorted(_packages(source for _, source in pairs))]
    parts.sort(key=lambda part: (part.name.lower(), part.origin))
    listed = [asdict(part) for part in parts]
    (target / "parts.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    return parts


def _keep(text: Path, target: Path, name: str) -> str:
    shutil.copyfile(text, target / name)
    (target / name).chmod(0o644)
    return name


def _own(target: Path) -> Part:
    return Part(NAME, VERSION, LICENCE, "own", (_keep(ROOT / "LICENSE", target, "Dotlocal.txt"),))


def _python(target: Path) -> Part:
    """Find CPython's own text, which names the libraries inside its extensions too."""
    version = sys.version.split()[0]
    places = (
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE",
        _DEBIAN_COPYRIGHT / f"libpython{sys.version_info[0]}.{sys.version_info[1]}-stdlib/copyright",
    )  # fmt: skip
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise LicenceMissing(f"CPython {version}: none of {', '.join(map(str, places))} is there")
    return Part("CPython", version, "PSF-2.0", "python", (_keep(found, target, "CPython.txt"),))


def _fonts_and_icons(target: Path) -> list[Part]:
    """Say what resources/ came from; versions are those that packaging/make_resources.py names."""
    said = (ROOT / "packaging/make_resources.py").read_text(encoding="utf-8")
    parts = []
    for name, package, licence, text in (
        ("Inter", "@fontsource/inter", "OFL-1.1", "fonts/LICENSE-inter.txt"),
        ("JetBrains Mono", "@fontsource/jetbrains-mono", "OFL-1.1", "fonts/LICENSE-jetbrains-mono.txt"),
        ("Lucide", "lucide-static", "ISC AND MIT", "icons/LICENSE-lucide.txt"),
    ):
        version = re.search(re.escape(package) + r"@([\d.]+)", said)
        if version is None:
            raise LicenceMissing(f"{package} has no version in packaging/make_resources.py")
        file = _keep(ROOT / "resources" / text, target, f"{name.replace(' ', '-')}.txt")
        parts.append(Part(name, version.group(1), licence, "npm", (file,)))
    return parts


def _distributions(modules: Iterable[str], binaries: Iterable[tuple[str, str]]) -> set[str]:
    """Return the canonical names of the distributions whose modules or libraries are inside."""
    tops = {name.partition(".")[0] for name in modules}
    tops |= {re.split(r"[/\\.]", place)[0] for place, _ in binaries}
    known = metadata.packages_distributions()
    found = {_canonical(name) for top in tops for name in known.get(top, ())}
    # PyInstaller's start-up program and hooks are in every bundle, whatever else of it is not.
    return (found | {"pyinstaller"}) - {"dotlocal", "pyinstaller-hooks-contrib", "setuptools", "pip"}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _distribution(name: str, target: Path) -> Part:
    """Copy the texts out of a distribution's own metadata; Qt's wheels have none, ours stand in.

    Raises: LicenceMissing.
    """
    found = metadata.distribution(name)
    told = found.metadata
    expression = "".join(told.get_all("License-Expression") or [])
    licence = expression or _classified(told.get_all("Classifier") or []) or str(told["License"])
    if name in QT_PARTS:
        texts = tuple(_keep(OWN_TEXTS / text, target, text) for text in ("Qt.txt", "LGPL-3.0.txt", "GPL-3.0.txt"))
        return Part(name, found.version, "LGPL-3.0-only", "pypi", texts)
    if name in _KNOWN:
        licence = _KNOWN[name]
    files = [f for f in found.files or () if ".dist-info" in f.parts[0] and _TEXT.search(f.name)]
    texts = tuple(
        _keep(Path(str(found.locate_file(file))), target, f"{name}-{Path(file.name).stem}{_suffix(file.name)}")
        for file in sorted(files, key=str) if file.name != "METADATA"
    )  # fmt: skip
    if name == "zeroconf":
        texts = (*texts, _keep(OWN_TEXTS / "zeroconf.txt", target, "zeroconf.txt"))
    if not texts:
        raise LicenceMissing(f"{name} {found.version} brings no licence text")
    return Part(name, found.version, " ".join(licence.split())[:60], "pypi", tuple(dict.fromkeys(texts)))


def _suffix(name: str) -> str:
    kind = name.rpartition(".")[2] if "." in name else ""
    return {"": ".txt", "txt": ".txt", "rst": ".txt", "md": ".txt"}.get(kind.lower(), f"-{kind}.txt")


def _classified(classifiers: list[str]) -> str:
    named = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License :: OSI Approved :: ")]
    return " OR ".join(named)


def _packages(sources: Iterable[str]) -> set[str]:
    """Return the Debian packages that own those bundled files that neither a wheel nor CPython brought.

    Raises: LicenceMissing.
    """
    own = [sys.prefix, sysconfig.get_path("stdlib"), str(ROOT)]
    if sys.base_prefix != "/usr":
        own.append(sys.base_prefix)
    files = {str(Path(source).resolve()) for source in sources if source and not source.startswith(tuple(own))}
    owners: set[str] = set()
    for source in sorted(file for file in files if not file.startswith(tuple(own))):
        owner = _owner(source) if shutil.which("dpkg-query") else ""
        if not owner:
            raise LicenceMissing(f"{source} is in the bundle and belongs to no package")
        owners.add(owner)
    return owners


def _owner(source: str) -> str:
    for name in (source, source.removeprefix("/usr")):
        asked = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return asked.stdout.partition(":")[0].split(",")[0]
    return ""


def _debian(package: str, target: Path) -> Part:
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=False)
    text = _DEBIAN_COPYRIGHT / package / "copyright"
    if not text.exists():
        raise LicenceMissing(f"{package} has no {text}")
    version = asked.stdout.split()[0] if asked.stdout else ""
    return Part(package, version, "see its text", "debian", (_keep(text, target, f"debian-{package}.txt"),))
