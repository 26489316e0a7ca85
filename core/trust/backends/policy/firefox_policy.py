"""Firefox's policy Certificates.Install on Linux: one JSON file that others may share; standard library alone.

policy-templates: Firefox reads /etc/firefox/policies at its next start, also Debian's ESR and the snap, and writes the
root into the profile that it opens. Taking the policy away leaves it there: the profiles are stores of their own.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from core.model.certificate import ders_in, pem_of

FOLDER = Path("/etc/firefox/policies")
_STAGED = ".dotlocal-"


class PolicyUnreadable(Exception):
    """The policy file is there, but it is not what Firefox would read; it was left as it is."""


def certificate_file(folder: Path, der: bytes) -> Path:
    """Return where the root of a policy is kept: beside it, where the snap can read it too."""
    return folder / f"dotlocal-{hashlib.sha256(der).hexdigest()[:16]}.pem"


def is_installed(folder: Path, der: bytes) -> bool:
    """Say whether the policy names a file that holds exactly this certificate.

    Raises: PolicyUnreadable.
    """
    return any(der in _ders(Path(name)) for name in _listed(_read(folder)))


def is_left_over(folder: Path, der: bytes) -> bool:
    """Say whether our file lies there although no policy names it."""
    return certificate_file(folder, der).exists()


def change(verb: str, der: bytes, folder: Path = FOLDER) -> None:
    """Carry out "install" or "remove" of one root; everything else in the file stays.

    Raises: PolicyUnreadable, OSError.
    """
    policies = _read(folder)
    file = certificate_file(folder, der)
    if verb == "install":
        if is_installed(folder, der):
            return
        _write(file, pem_of(der).encode("ascii"))
        _write(folder / "policies.json", _with(policies, str(file)))
        return
    ours = [name for name in _listed(policies) if der in _ders(Path(name))]
    content = _without(policies, [*ours, str(file)])
    if content != policies:
        if content:
            _write(folder / "policies.json", json.dumps(content, indent=2).encode() + b"\n")
        else:
            (folder / "policies.json").unlink(missing_ok=True)
    file.unlink(missing_ok=True)
    for staged in folder.glob(f"{_STAGED}*") if folder.is_dir() else ():
        staged.unlink(missing_ok=True)
    for empty in (folder, folder.parent):
        with suppress(OSError):
            empty.rmdir()  # only if nobody has anything there


def _read(folder: Path) -> dict[str, object]:
    try:
        content = json.loads((folder / "policies.json").read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PolicyUnreadable(f"{folder / 'policies.json'}: {error}") from error
    if not isinstance(content, dict):
        raise PolicyUnreadable(f"{folder / 'policies.json'}: it is not an object")
    return content


def _listed(content: dict[str, object]) -> list[str]:
    policies = content.get("policies")
    certificates = policies.get("Certificates") if isinstance(policies, dict) else None
    names = certificates.get("Install") if isinstance(certificates, dict) else None
    return [str(name) for name in names if str(name).startswith("/")] if isinstance(names, list) else []


def _with(content: dict[str, object], name: str) -> bytes:
    copy = json.loads(json.dumps(content))
    policies = copy.setdefault("policies", {})
    try:
        names = policies.setdefault("Certificates", {}).setdefault("Install", [])
        names.append(name)
    except AttributeError as error:
        raise PolicyUnreadable("policies.json: Certificates.Install is not a list") from error
    return json.dumps(copy, indent=2).encode() + b"\n"


def _without(content: dict[str, object], names: list[str]) -> dict[str, object]:
    """Return the policies without these files, and without the objects that they leave empty."""
    copy: dict[str, object] = json.loads(json.dumps(content))
    policies = copy.get("policies")
    certificates = policies.get("Certificates") if isinstance(policies, dict) else None
    listed = certificates.get("Install") if isinstance(certificates, dict) else None
    if not isinstance(policies, dict) or not isinstance(certificates, dict) or not isinstance(listed, list):
        return copy
    kept = [name for name in listed if name not in names]
    if len(kept) == len(listed):
        return copy
    certificates["Install"] = kept
    if not kept:
        del certificates["Install"]
    if not certificates:
        del policies["Certificates"]
    if not policies:
        del copy["policies"]
    return copy


def _ders(file: Path) -> list[bytes]:
    try:
        content = file.read_bytes()[: 1024 * 1024]
    except OSError:
        return []
    return ders_in(content) or [content]


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, staged = tempfile.mkstemp(prefix=_STAGED, dir=file.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.chmod(staged, 0o644)  # noqa: PTH101  every user's Firefox reads it
    os.replace(staged, file)  # noqa: PTH105
