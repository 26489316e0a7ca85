"""A CPython for Windows under Wine, for tests alone: nothing that is made here may be shipped.

    python -m tests.rigs.winpy FOLDER     make it, once; needs the package index, Wine and mingw

The interpreter's DLLs come out of a wheel that carries them (panda3d), the standard library from the running Python of
the same minor version, the packages from their own Windows wheels, as packaging/requirements.txt pins them.
Wine 8 lacks bcryptprimitives, which Rust needs, icuuc, which Qt imports, and a function of mscms: stand-ins are made.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path

TAG = f"{sys.version_info[0]}{sys.version_info[1]}"
CARRIER = "panda3d==1.10.16"
CARRIER_SHA256 = {
    "311": "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82",
    "312": "f6493e2ecc0d1b7c1556a999556e5278cbc9484fe5fe1e159a1ccc02b870b18f",
    "313": "0e505261bb58d8402d0099c291f1a3459acfdd38f3e7d666e72aa2e1ea5dc46f",
}
TEST_PACKAGES = ("pytest==9.2.0", "iniconfig", "pluggy==1.7.0")
REQUIREMENTS = Path(__file__).resolve().parents[2] / "packaging/requirements.txt"
CC, OBJDUMP = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-objdump"
LIBRARIES = ("libffi-8", "libcrypto-3", "libssl-3", "sqlite3", "zlib1")
LEFT_OUT = ("site-packages", "lib-dynload", "__pycache__", "test", "idlelib", "tkinter", "ensurepip", "lib2to3")
CONSOLE = "#include <wchar.h>\nint Py_Main(int, wchar_t **);\nint wmain(int n, wchar_t **v) { return Py_Main(n, v); }\n"
STUB = "int __stdcall DllMain(void *self, unsigned why, void *more) { return 1; }\n"
NOTHING = "__declspec(dllexport) void *{name}(void) {{ return 0; }}\n"
CONVERTER = (
    "__declspec(dllexport) void *ucnv_open(const char *name, int *error) { if (error) *error = 16; return 0; }\n"
)
"""No converter, U_UNSUPPORTED_ERROR: Qt then keeps to codecs of its own."""
RANDOM = """#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID target, ULONG size); /* RtlGenRandom */
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE target, SIZE_T size)
{
    for (; size > 4096; target += 4096, size -= 4096)
        if (!SystemFunction036(target, 4096)) return FALSE;
    return SystemFunction036(target, (ULONG)size);
}
"""


class WinPython:
    """The tree and the Wine prefix in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.tree = self.folder / "python"
        self.prefix = self.folder / "prefix"
        self.stamp = self.folder / "made"

    @property
    def is_made(self) -> bool:
        """Say whether this version of it is there."""
        return self.stamp.exists() and self.stamp.read_text() == _fingerprint()

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of every program under Wine. It drops names that begin with QT_: write WINEQT_."""
        kept = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        own = {"WINEPREFIX": str(self.prefix), "WINEARCH": "win64", "WINEDEBUG": "-all",
               "WINEDLLOVERRIDES": "mscoree=;mshtml=;mscms=n"}  # fmt: skip
        return {**kept, **own, **(more or {})}

    def run(
        self, *arguments: str, timeout: float = 600, cwd: Path | None = None, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the interpreter."""
        return self.start_program(str(self.tree / "python.exe"), *arguments, timeout=timeout, cwd=cwd, more=more)

    def start_program(
        self, program: str, *arguments: str, timeout: float = 600, cwd: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:  # fmt: skip
        """Run any program to its end. Its output goes through a pipe: a plain file as stdout ends a Python at start."""
        return subprocess.run(
            ["wine", program, *arguments], env=self.environment(more), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False, cwd=cwd,
        )  # fmt: skip

    def start(self) -> None:
        """Keep one wineserver for all programs to come: a start takes a fifth of a second then, not three."""
        self._wineserver("-p")  # it returns when it listens; a program that is faster would start a second one
        # Wine's services start with the first program and keep its pipes open: it gets none.
        subprocess.run(["wine", "cmd", "/c", "exit"], env=self.environment(), check=False, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)  # fmt: skip

    def close(self) -> None:
        """End the wineserver of this prefix, and it alone."""
        self._wineserver("-k")

    def _wineserver(self, option: str) -> None:
        subprocess.run(["wineserver", option], env=self.environment(), check=False, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)  # fmt: skip

    def make(self) -> None:
        """Make all of it anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        wheels = self.folder / "wheels"
        _download(wheels, "--no-deps", CARRIER)
        _download(wheels, *pinned(), "--no-deps")
        _download(wheels, *TEST_PACKAGES, "--no-deps")
        self._assemble(wheels)
        for wheel in sorted(wheels.glob("*.whl")):
            if not wheel.name.startswith("panda3d"):
                with zipfile.ZipFile(wheel) as content:
                    content.extractall(self.tree / "Lib/site-packages")
        self._make_prefix()
        self._make_stand_ins()
        shutil.rmtree(wheels)
        self.stamp.write_text(_fingerprint())

    def _assemble(self, wheels: Path) -> None:
        [carrier] = wheels.glob("panda3d-*.whl")
        if hashlib.sha256(carrier.read_bytes()).hexdigest() != CARRIER_SHA256[TAG]:
            raise SystemExit(f"{carrier.name} is not the file that is known")
        work = self.folder / "work"
        with zipfile.ZipFile(carrier) as content:
            content.extractall(work, [n for n in content.namelist() if n.startswith("deploy_libs/")])
        source = work / "deploy_libs"
        (self.tree / "DLLs").mkdir(parents=True)
        shutil.copytree(sysconfig.get_path("stdlib"), self.tree / "Lib", ignore=shutil.ignore_patterns(*LEFT_OUT),
                        symlinks=False, ignore_dangling_symlinks=True)  # fmt: skip
        if not (self.tree / "Lib/LICENSE.txt").exists():
            text = f"/usr/share/doc/libpython{sys.version_info[0]}.{sys.version_info[1]}-stdlib/copyright"
            shutil.copy(text, self.tree / "Lib/LICENSE.txt")
        main = f"python{TAG}.dll"
        shutil.copy(source / main, self.tree)
        for name in ("VCRUNTIME140", "VCRUNTIME140_1"):
            if (source / f"{name}.dll").exists():
                shutil.copy(source / f"{name}.dll", self.tree / f"{name.lower()}.dll")
        extensions = [f for f in source.glob("*.pyd") if not re.search(r"\.cp3\d+t-", f.name)]
        for file in [*extensions, *(source / f"{name}.dll" for name in LIBRARIES)]:
            if file.exists():
                shutil.copy(file, self.tree / "DLLs")
        self._compile(work, "python.exe", CONSOLE, "-municode", str(self.tree / main))
        exports = subprocess.run([OBJDUMP, "-p", str(self.tree / main)], check=True, capture_output=True, text=True)
        names = dict.fromkeys(re.findall(r"\s(_?Py\w+)$", exports.stdout.partition("[Ordinal/Name")[2], re.MULTILINE))
        forwards = "".join(f"{name}=python{TAG}.{name}\n" for name in names)
        (work / "python3.def").write_text(f'LIBRARY "python3"\nEXPORTS\n{forwards}')
        self._compile(work, "python3.dll", STUB, "-shared", "-nostdlib", "-Wl,--entry=DllMain",
                      str(work / "python3.def"))  # fmt: skip
        shutil.rmtree(work)

    def _compile(self, work: Path, name: str, source: str, *options: str, target: Path | None = None) -> None:
        file = work / f"{name}.c"
        file.write_text(source)
        command = [CC, "-O2", "-s", "-o", str((target or self.tree) / name), str(file), *options]
        subprocess.run(command, check=True)

    def _make_prefix(self) -> None:
        for command in (["wineboot", "-i"], ["wine", "winecfg", "-v", "win10"]):
            subprocess.run(command, env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False,
                           timeout=300)  # fmt: skip

    def _make_stand_ins(self) -> None:
        """Compile the libraries that Wine lacks; of icuuc and mscms just what Qt imports, and it answers nothing."""
        system, work = self.prefix / "drive_c/windows/system32", self.folder / "work"
        qt = self.tree / "Lib/site-packages/PySide6"
        work.mkdir()
        self._compile(work, "bcryptprimitives.dll", RANDOM, "-shared", "-ladvapi32", target=system)
        for name, user in (("icuuc.dll", qt / "Qt6Core.dll"), ("mscms.dll", qt / "plugins/platforms/qwindows.dll")):
            wanted = imported(user, name)
            source = "".join(NOTHING.format(name=each) for each in wanted if each != "ucnv_open")
            self._compile(work, name, source + (CONVERTER if "ucnv_open" in wanted else ""), "-shared", target=system)
        shutil.rmtree(work)


def reason_missing() -> str:
    """Return why this machine cannot have it, or ""."""
    missing = [name for name in ("wine", "wineserver", CC, OBJDUMP) if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return "" if TAG in CARRIER_SHA256 else f"no Windows DLLs are known for Python {TAG}"


def imported(user: Path, library: str) -> list[str]:
    """Return the names that one Windows library takes from another."""
    said = subprocess.run([OBJDUMP, "-p", str(user)], check=True, capture_output=True, text=True).stdout
    part = re.split(rf"DLL Name: {re.escape(library)}\n", said, flags=re.IGNORECASE)
    return (
        re.findall(r"^\s+[0-9a-f]+\s+\d+\s+(\w+)$", part[1].partition("DLL Name:")[0], re.MULTILINE) if part[1:] else []
    )


def pinned() -> list[str]:
    """Return what a bundle for Windows is made of, as NAME==VERSION."""
    found = []
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        pin, _, condition = line.rstrip(" \\").partition(" ; ")
        if "==" not in pin or pin.startswith((" ", "#")) or re.search(r"'(linux|darwin)'", condition):
            continue
        if "python_full_version < '3.12'" in condition and sys.version_info >= (3, 12):
            continue
        found.append(pin)
    return found


def _fingerprint() -> str:
    return hashlib.sha256(Path(__file__).read_bytes() + REQUIREMENTS.read_bytes()).hexdigest()


def _download(folder: Path, *what: str) -> None:
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--dest", str(folder),
        "--platform", "win_amd64", "--python-version", TAG, "--implementation", "cp", "--only-binary=:all:",
        "--abi", f"cp{TAG}", "--abi", "abi3", "--abi", "none", *what,
    ]  # fmt: skip
    subprocess.run(command, check=True)


if __name__ == "__main__":
    made = WinPython(Path(sys.argv[1]))
    if reason_missing():
        sys.exit(f"No Windows Python under Wine: {reason_missing()}")
    if not made.is_made:
        made.make()
        made.close()
