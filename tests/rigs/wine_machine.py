"""A Windows computer of its own under Wine for installers: what it holds before and after, and what was run on it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.rigs.manifest import manifest
from tests.rigs.winpy import CC, WinPython

NETSH = r"""#include <windows.h>
#include <stdio.h>
int main(void)
{
    FILE *log = fopen("C:\\netsh.log", "a");
    if (!log) return 1;
    fprintf(log, "%s\n", GetCommandLineA());
    return fclose(log);
}
"""
"Wine's own netsh does nothing; this one writes down how it was called."
_STAMP = re.compile(r"^(\[.*\]) \d+$")
NOISE = (
    "windows/temp/",
    "windows/Installer",
    "netsh.log",
    "windows/syswow64/",
    "ProgramData/Microsoft",
)


class WineMachine(WinPython):
    """A copy of a prefix that was set up before; shares the interpreter's tree with it."""

    def __init__(self, made: WinPython, folder: Path) -> None:
        super().__init__(made.folder)
        self.prefix = folder / "prefix"
        shutil.copytree(made.prefix, self.prefix, symlinks=True)
        self.drive = self.prefix / "drive_c"
        source = folder / "netsh.c"
        source.write_text(NETSH)
        target = self.drive / "windows/system32/netsh.exe"
        target.unlink(missing_ok=True)
        subprocess.run([CC, "-O2", "-s", "-o", str(target), str(source)], check=True)

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of every program: our netsh in place of Wine's, no entries in menus outside."""
        made = super().environment(more)
        return {**made, "WINEDLLOVERRIDES": made["WINEDLLOVERRIDES"] + ";netsh.exe=n;winemenubuilder.exe=d"}

    def msiexec(self, *arguments: str) -> int:
        """Run Windows Installer without a window and return the low eight bits of its exit code."""
        done = self.start_program("msiexec", *arguments, "/qn")
        return done.returncode

    def code_of(self, program: str, *arguments: str, timeout: float = 180) -> int:
        """Run a program whose output nobody reads: what Wine starts beside it may hold a pipe open for ever."""
        return subprocess.run(
            ["wine", program, *arguments], env=self.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=timeout, check=False,
        ).returncode  # fmt: skip

    def rules(self) -> list[str]:
        """Return what netsh was asked, without the name of the program, oldest first; the record begins anew."""
        log = self.drive / "netsh.log"
        said = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [re.sub(r'^"[^"]*"\s*|^\S+\s+', "", line) for line in said]

    def state(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return all files and all values of the registry, once everything is written down."""
        self.close()
        people = tuple(f"users/{person.name}/Temp" for person in (self.drive / "users").iterdir())
        files = manifest(self.drive, ignore=(*NOISE, *people))
        registry: dict[str, str] = {}
        for name in ("system.reg", "user.reg"):
            registry |= _values(self.prefix / name)
        self.start()
        return files, registry


def _values(file: Path) -> dict[str, str]:
    """Return the keys and values of Wine's registry file, without the times of writing."""
    found: dict[str, str] = {}
    key = ""
    for line in file.read_text(encoding="utf-8", errors="replace").replace("\\\n", "").splitlines():
        if header := _STAMP.match(line):
            key = header.group(1)
            found[key] = "key"
        elif line.startswith(('"', "@")):
            name, _, value = line.partition("=")
            found[f"{key} {name}"] = value
    return found


def windows_path(file: Path) -> str:
    """Return how a file of this machine is called under Wine."""
    return "Z:" + os.path.realpath(file).replace("/", "\\")
