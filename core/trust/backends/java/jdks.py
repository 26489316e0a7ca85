"""Find every JDK and JRE, each key store once; standard library alone."""

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_KEY_STORES = ("lib/security/cacerts", "jre/lib/security/cacerts")
# Written by a hook or by update-ca-trust at each run: what is put there by hand is lost. Debian, Fedora, SUSE, Arch.
_GENERATED = ("/etc/ssl/certs/java/", "/etc/pki/", "/var/lib/ca-certificates/", "/etc/ca-certificates/")
_LINUX = ("/usr/lib/jvm/*", "/usr/lib64/jvm/*", "/usr/java/*", "/usr/local/lib/jvm/*", "/opt/java/*", "/opt/jdk*",
          "/opt/*/jbr")  # fmt: skip
_MACOS = ("/Library/Java/JavaVirtualMachines/*/Contents/Home", "/Applications/*.app/Contents/jbr/Contents/Home",
          "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
          "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home")  # fmt: skip
_WINDOWS = ("Java/*", "Eclipse Adoptium/*", "Eclipse Foundation/*", "Microsoft/jdk*", "Amazon Corretto/*", "Zulu/*",
            "BellSoft/*", "Semeru/*", "RedHat/*", "JetBrains/*/jbr", "Android/Android Studio/jbr")  # fmt: skip
# SDKMAN, Gradle's and IntelliJ's own downloads, asdf, mise, and a Mac user's own.
_OF_A_USER = (".sdkman/candidates/java/*", ".gradle/jdks/*", ".gradle/jdks/*/*", ".gradle/jdks/*/*/Contents/Home",
              ".jdks/*", ".asdf/installs/java/*", ".local/share/mise/installs/java/*",
              "Library/Java/JavaVirtualMachines/*/Contents/Home")  # fmt: skip


@dataclass(frozen=True)
class Jdk:
    """One key store and a Java that reads it. `generated` stores are made by the system and follow its own store."""

    id: str
    home: Path
    key_store: Path
    label: str
    generated: bool

    @property
    def keytool(self) -> Path:
        """Return this Java's keytool."""
        return self._program("keytool")

    @property
    def java(self) -> Path:
        """Return this Java's launcher."""
        return self._program("java")

    @property
    def needs_rights(self) -> bool:
        """Say whether only an administrator changes the key store.

        os.access says of every folder of Windows that it may be written: there the place tells.
        """
        if sys.platform == "win32":
            return any(self.key_store.is_relative_to(base) for base in _program_folders())
        return not (os.access(self.key_store, os.W_OK) and os.access(self.key_store.parent, os.W_OK))

    def _program(self, name: str) -> Path:
        suffix = ".exe" if sys.platform == "win32" else ""
        places = (self.home / "bin", self.home / "jre/bin")
        return next(
            (p / (name + suffix) for p in places if (p / (name + suffix)).exists()), places[0] / (name + suffix)
        )


def machine_wide() -> tuple[Jdk, ...]:
    """Return the Javas in the folders where packages and installers put them."""
    return _unique(_in_machine_folders(), "")


def find(home: Path, java_home: str = "", folders: tuple[Path, ...] | None = None) -> tuple[Jdk, ...]:
    """Return every Java of this machine and of one user; `folders` replaces the machine's own for tests and samples."""
    machine = machine_wide() if folders is None else _unique(folders, "")
    own = [found for pattern in _OF_A_USER for found in _matching(home, pattern)]
    taken = {jdk.key_store for jdk in machine}
    others = [Path(java_home)] if java_home else []
    users = tuple(jdk for jdk in _unique([*others, *own], "@") if jdk.key_store not in taken)
    return machine + users


def _in_machine_folders() -> Iterator[Path]:
    if sys.platform == "win32":
        for base in _program_folders():
            for pattern in _WINDOWS:
                yield from _matching(base, pattern)
        return
    for pattern in _MACOS if sys.platform == "darwin" else _LINUX:
        yield from _matching(Path("/"), pattern.lstrip("/"))


def _program_folders() -> list[Path]:
    """Return the folders of Windows where programs for everybody are, as the machine's registry has them.

    Not as the environment has them: a user's own variables would lead the helper, which runs as administrator, to
    programs of the user's choice.
    """
    if sys.platform != "win32":
        return []
    import winreg

    key, view = r"SOFTWARE\Microsoft\Windows\CurrentVersion", winreg.KEY_READ | winreg.KEY_WOW64_64KEY
    found = set()
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, view) as opened:
        for name in ("ProgramFilesDir", "ProgramFilesDir (x86)", "ProgramW6432Dir"):
            with suppress(OSError):
                found.add(Path(str(winreg.QueryValueEx(opened, name)[0])))
    return sorted(found)


def _matching(base: Path, pattern: str) -> list[Path]:
    try:
        return sorted(base.glob(pattern))
    except OSError:
        return []


def _unique(homes: Iterable[Path], mark: str) -> tuple[Jdk, ...]:
    """Return one Jdk a key store, in order; Javas that share one are named together."""
    by_store: dict[Path, list[Path]] = {}
    for home in homes:
        found = next((home / k for k in _KEY_STORES if os.path.isfile(home / k)), None)  # noqa: PTH113  never raises
        if found is not None:
            by_store.setdefault(Path(os.path.realpath(found)), []).append(home)
    made: list[Jdk] = []
    taken: set[str] = set()
    for store, sharing in by_store.items():
        real = list(dict.fromkeys(Path(os.path.realpath(home)) for home in sharing))
        generated = str(store).startswith(_GENERATED)
        name = "system" if generated else re.sub(r"[^A-Za-z0-9._+-]", "-", _name_of(real[0]))[:60]
        suffix = hashlib.sha256(str(store).encode()).hexdigest()[:6]
        identity = f"java:{name}@{suffix}" if mark or f"java:{name}" in taken else f"java:{name}"
        taken.add(identity)
        made.append(Jdk(identity, real[0], store, ", ".join(_label(home) for home in real), generated))
    return tuple(made)


def _name_of(home: Path) -> str:
    return home.parent.parent.name if home.parts[-2:] == ("Contents", "Home") else home.name


def _label(home: Path) -> str:
    """Return what the `release` file says: "Java 17, Eclipse Adoptium"; the folder's name where there is none."""
    try:
        text = (home / "release").read_text(encoding="utf-8", errors="replace")[:8000]
    except OSError:
        text = ""
    fields = dict(re.findall(r'^(\w+)="([^"]*)"', text, re.MULTILINE))
    version = fields.get("JAVA_VERSION", "")
    major = version.removeprefix("1.").split(".")[0] if version else ""
    maker = fields.get("IMPLEMENTOR", "")
    named = f"Java {major}" if major else f"Java in {_name_of(home)}"
    return f"{named} ({maker[:30]})" if maker and maker != "N/A" else named
