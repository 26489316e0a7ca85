"""Programs that trust by their own rules: where each looks, whether it sees the root now, and the one line that helps.

Nothing here changes anything. A line is shown and copied, and run by the person alone.
"""

import base64
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from core.errors import ToolFailed
from core.model.certificate import ders_in
from core.model.store_state import ToolSight
from core.trust import elevation
from core.trust.store import Root

PYTHON = "py" if sys.platform == "win32" else "python3"
"""On Windows "python3" may be the stand-in that opens the Store; the launcher comes with Python alone."""
_APPLES_STAND_INS = {"/usr/bin/python3", "/usr/bin/git"}
_FORWARDED = ("NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "NODE_USE_SYSTEM_CA", "SSL_CERT_FILE", "SSL_CERT_DIR",
              "GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "OPENSSL_CONF")  # fmt: skip
# Asked of the programs themselves, with the certificates that a default connection of theirs would use.
_PYTHON = """
import base64, json, ssl
paths = ssl.get_default_verify_paths()
held = ssl.create_default_context().get_ca_certs(binary_form=True)
print(json.dumps({"held": [base64.b64encode(c).decode() for c in held], "where": paths.cafile or paths.capath}))
"""
_NODE = """
const tls = require("tls"), fs = require("fs");
let held = tls.getCACertificates ? tls.getCACertificates("default") : [...tls.rootCertificates];
const extra = process.env.NODE_EXTRA_CA_CERTS;
if (!tls.getCACertificates && extra) { try { held.push(fs.readFileSync(extra, "utf8")); } catch (e) {} }
console.log(JSON.stringify({held: held.join("\\n")}));
"""


def look(root: Root, pem: Path, bundle: Path | None) -> tuple[ToolSight, ...]:
    """Return what each program that is here sees of a root; `pem` is a file with the root, for the lines.

    `bundle` is the system's set of roots as one file, None where there is none.
    """
    looks: tuple[tuple[str, Callable[[], ToolSight]], ...] = (
        ("curl", lambda: _curl(root, bundle)),
        ("openssl", lambda: _openssl(root, bundle)),
        (PYTHON, lambda: _python(root, bundle)),
        ("node", lambda: _node(root, pem)),
        ("git", lambda: _git(root, bundle)),
        ("docker", lambda: _docker(pem)),
    )
    found = [sight() for program, sight in looks if _is_here(program)]
    return (*found, *_wsl(pem))


def _is_here(program: str) -> bool:
    """Say whether a program is here and may be started.

    A Mac without Apple's developer tools has stand-ins for some, which ask a person whether to install them.
    """
    found = shutil.which(program)
    if found is None or sys.platform != "darwin" or found not in _APPLES_STAND_INS:
        return found is not None
    try:
        elevation.run_tool(("/usr/bin/xcode-select", "-p"), timeout_s=20)
    except ToolFailed:
        return False
    return True


def _curl(root: Root, bundle: Path | None) -> ToolSight:
    chosen = os.environ.get("CURL_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    if sys.platform == "win32" and not chosen:
        return ToolSight("curl", "curl", "Windows's own store (schannel)", None, "Follows the row of Windows")
    file = Path(chosen) if chosen else bundle
    return _by_file("curl", "curl", root, file, "unset CURL_CA_BUNDLE SSL_CERT_FILE" if chosen else "")


def _openssl(root: Root, bundle: Path | None) -> ToolSight:
    chosen = os.environ.get("SSL_CERT_FILE")
    if chosen:
        return _by_file("openssl", "OpenSSL", root, Path(chosen), "unset SSL_CERT_FILE")
    try:
        said = elevation.run_tool(("openssl", "version", "-d"), timeout_s=20).stdout.decode("utf-8", "replace")
    except ToolFailed as failure:
        return ToolSight("openssl", "OpenSSL", "", None, failure.message)
    folder = Path(said.partition('"')[2].partition('"')[0] or "/usr/lib/ssl")
    for file in (folder / "cert.pem", *sorted((folder / "certs").glob("*.0"))):
        if root.der in _ders(file):
            return ToolSight("openssl", "OpenSSL", str(folder), True, f"Read {file}")
    line = f'export SSL_CERT_FILE="{bundle}"' if bundle is not None and root.der in _ders(bundle) else ""
    return ToolSight("openssl", "OpenSSL", str(folder), False, f"Read cert.pem and certs in {folder}", line)


def _python(root: Root, bundle: Path | None) -> ToolSight:
    answer = _asked((shutil.which(PYTHON) or PYTHON, "-c", _PYTHON))
    if isinstance(answer, str):
        return ToolSight("python", "Python", "", None, answer)
    held = [base64.b64decode(str(c)) for c in answer.get("held", []) or []]  # type: ignore[attr-defined]
    line = f'export SSL_CERT_FILE="{bundle}" REQUESTS_CA_BUNDLE="{bundle}"' if bundle is not None else ""
    checked = f"Asked {PYTHON} for the roots of its default context; requests and httpx read certifi instead"
    sees = root.der in held
    if sees and bundle is not None:
        line = f'export REQUESTS_CA_BUNDLE="{bundle}"'
    return ToolSight("python", "Python", str(answer.get("where") or "its own list"), sees, checked, line)


def _node(root: Root, pem: Path) -> ToolSight:
    answer = _asked((shutil.which("node") or "node", "-e", _NODE))
    if isinstance(answer, str):
        return ToolSight("node", "Node.js", "", None, answer)
    sees = root.der in ders_in(str(answer.get("held", "")).encode())
    where = os.environ.get("NODE_EXTRA_CA_CERTS") or "the list inside the program"
    return ToolSight("node", "Node.js", where, sees, "Asked node for the roots of a default connection",
                     "" if sees else _set_variable("NODE_EXTRA_CA_CERTS", pem))  # fmt: skip


def _git(root: Root, bundle: Path | None) -> ToolSight:
    chosen = os.environ.get("GIT_SSL_CAINFO", "")
    if not chosen:
        try:
            said = elevation.run_tool(("git", "config", "--get", "http.sslCAInfo"), timeout_s=20, fine=(0, 1))
            chosen = said.stdout.decode("utf-8", "replace").strip()
        except ToolFailed as failure:
            return ToolSight("git", "Git", "", None, failure.message)
    if sys.platform == "win32" and not chosen:
        line = "git config --global http.sslBackend schannel"
        return ToolSight("git", "Git", "its own bundle, or schannel", None, "Not read: it depends on the build", line)
    line = "git config --global --unset http.sslCAInfo" if chosen else ""
    return _by_file("git", "Git", root, Path(chosen) if chosen else bundle, line)


def _docker(pem: Path) -> ToolSight:
    line = f"COPY {pem.name} /usr/local/share/ca-certificates/dotlocal.crt\nRUN update-ca-certificates"
    return ToolSight("docker", "Docker containers", "a store of their own in each image", None,
                     "Not read: two lines for the Dockerfile, with the root beside it", line)  # fmt: skip


def _wsl(pem: Path) -> Iterator[ToolSight]:
    """Return a row for the other side: each WSL distribution seen from Windows, Windows seen from WSL."""
    if sys.platform == "win32":
        for name in wsl_distributions():
            steps = "sudo tee /usr/local/share/ca-certificates/dotlocal.crt > NUL && wsl -d"
            line = f'type "{pem}" | wsl -d {name} -- {steps} {name} -- sudo update-ca-certificates'
            yield ToolSight(f"wsl:{name}", f"WSL, {name}", "a store of its own", None, "Not read from here", line)
    elif os.environ.get("WSL_DISTRO_NAME"):
        line = f"certutil.exe -user -addstore Root \"$(wslpath -w '{pem}')\""
        yield ToolSight("windows", "Windows, from WSL", "Windows's own store", None, "Not read from here", line)


if sys.platform == "win32":
    import winreg

    WSL = r"Software\Microsoft\Windows\CurrentVersion\Lxss"

    def wsl_distributions() -> list[str]:
        """Return the names of this user's distributions, those that can stand in a line as they are.

        From the registry: wsl.exe is on every Windows 11, and asks whether to install WSL where it is not there.
        """
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, WSL) as opened:
                keys = [winreg.EnumKey(opened, number) for number in range(winreg.QueryInfoKey(opened)[0])]
        except OSError:
            return []
        names = []
        for key in keys:
            with suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, rf"{WSL}\{key}") as one:
                names.append(str(winreg.QueryValueEx(one, "DistributionName")[0]))
        return sorted(name for name in names if re.fullmatch(r"[A-Za-z0-9._-]+", name))


def _by_file(identity: str, label: str, root: Root, file: Path | None, otherwise: str) -> ToolSight:
    if file is None:
        return ToolSight(identity, label, "", None, "Where it looks is not known here")
    sees = root.der in _ders(file)
    line = "" if sees else otherwise or "dotlocal trust install --store os"
    return ToolSight(identity, label, str(file), sees, f"Read {file}", line)


def _asked(argv: tuple[str, ...]) -> Mapping[str, object] | str:
    """Return the JSON object that a program printed, or in words why it gave none."""
    more = {name: os.environ[name] for name in _FORWARDED if name in os.environ}
    try:
        answer = json.loads(elevation.run_tool(argv, timeout_s=30, more=more).stdout)
    except ToolFailed as failure:
        return failure.message
    except ValueError:
        return f"{argv[0]} gave no answer"
    return answer if isinstance(answer, dict) else f"{argv[0]} gave no answer"


def _ders(file: Path) -> list[bytes]:
    try:
        return ders_in(file.read_bytes())
    except OSError:
        return []


def _set_variable(name: str, pem: Path) -> str:
    return f'setx {name} "{pem}"' if sys.platform == "win32" else f'export {name}="{pem}"'
