"""Put a root among a Linux system's anchors and take it out without residue; standard library alone.

The steps of the Debian family are those of update-ca-certificates(8) and of the hooks of ca-certificates-java: a plain
`rm` and update would leave dangling links and the Java store's entry behind.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from core.model.certificate import ders_in, pem_of
from core.trust.backends.linux.families import Layout

_NO_HOOKS = "/nonexistent"
_SAFE_NAME = re.compile(r"[^/\0]{1,200}")
_STAGED = ".dotlocal-"


class StepFailed(Exception):
    """A step did not work; the text says which and why."""


def fingerprint_of(der: bytes) -> str:
    """Return the SHA-256 of a DER certificate, lower-case hex."""
    return hashlib.sha256(der).hexdigest()


def anchors_of(layout: Layout, sha256: str) -> list[Path]:
    """Return every anchor file that holds exactly this certificate, whatever its name and encoding."""
    found = []
    for file in sorted(layout.anchors.rglob("*")) if layout.anchors.is_dir() else []:
        try:
            content = file.read_bytes() if file.is_file() and not file.name.startswith(_STAGED) else b""
        except OSError:
            continue
        ders = ders_in(content) or [content]
        if len(ders) == 1 and fingerprint_of(ders[0]) == sha256:
            found.append(file)
    return found


def anchor_name(layout: Layout, sha256: str) -> str:
    """Return the name of the anchor file that we write."""
    return f"dotlocal-{sha256[:16]}{layout.suffix}"


def bundled(layout: Layout, der: bytes) -> bool:
    """Say whether the bundle that programs read holds a certificate."""
    try:
        return der in ders_in(layout.bundle.read_bytes())
    except OSError:
        return False


def left_in_java(layout: Layout, der: bytes) -> bool:
    """Say whether the key store that Debian's hook makes for every Java holds it: a JKS file has the DER in clear."""
    if layout.published is None:
        return False
    try:
        return der in (layout.published / "java/cacerts").read_bytes()
    except OSError:
        return False


def install(layout: Layout, der: bytes) -> None:
    """Write the anchor and run the update.

    Raises: StepFailed.
    """
    _sweep(layout)
    sha256 = fingerprint_of(der)
    files = [file for file in anchors_of(layout, sha256) if file.name.endswith(layout.suffix)]
    if not files:
        files = [layout.anchors / anchor_name(layout, sha256)]
        _write(files[0], pem_of(der).encode("ascii"))
    for entry in _published_files(layout, files):
        if entry.is_symlink() and not _links_to(entry):
            _unlink(entry)  # an update was cut off before it hashed the folder; the tool hashes only what is new
    _update(layout, hooks=True)


def remove(layout: Layout, der: bytes) -> None:
    """Take out every anchor of this certificate, its links, its line in the bundle and the hooks' copies.

    Also what an interrupted change or a plain `rm` left behind. Raises: StepFailed.
    """
    _sweep(layout)
    sha256 = fingerprint_of(der)
    files = anchors_of(layout, sha256)
    published = _published_files(layout, [*files, layout.anchors / anchor_name(layout, sha256)])
    if not (files or any(p.is_symlink() for p in published) or bundled(layout, der) or left_in_java(layout, der)):
        return
    for anchor in files:
        _unlink(anchor)
    for entry in published:
        for path in (*_links_to(entry), entry):
            _unlink(path)
    if layout.hooks is None:
        _update(layout, hooks=True)
        return
    _update(layout, hooks=False)
    said = "".join(f"-{path}\n" for path in published).encode()
    for hook in sorted(layout.hooks.iterdir()) if layout.hooks.is_dir() else []:
        if os.access(hook, os.X_OK) and hook.is_file():
            _run((str(hook),), said)


def restore(layout: Layout, files: dict[str, bytes]) -> None:
    """Write anchors back under the names they had, and run the update.

    Raises: StepFailed, also for a name that is more than a name.
    """
    for name, content in files.items():
        if not _SAFE_NAME.fullmatch(name) or name in {".", ".."}:
            raise StepFailed(f"{name!r} is no file name")
        _write(layout.anchors / name, content)
    _update(layout, hooks=True)


def _published_files(layout: Layout, anchors: list[Path]) -> list[Path]:
    """Return the links that the tool makes for anchor files, by its own renaming rules."""
    if layout.published is None:
        return []
    prefix = "ca-cert-" if layout.family == "alpine" else ""
    stems = [
        file.name.removesuffix(layout.suffix).replace(" ", "_").replace("(", "=").replace(")", "=").replace(",", "_")
        for file in anchors
    ]
    return list(dict.fromkeys(layout.published / f"{prefix}{stem}.pem" for stem in stems))


def _links_to(published: Path) -> list[Path]:
    """Return the hash links beside a published certificate that lead to it."""
    names = {published.name, str(published)}
    try:
        return [p for p in published.parent.iterdir() if p.is_symlink() and os.readlink(p) in names]
    except OSError as error:
        raise StepFailed(f"{error.filename}: {error.strerror}") from error


def _unlink(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise StepFailed(f"{file}: {error.strerror}") from error


def _sweep(layout: Layout) -> None:
    """Take away what a write that was cut off left in the anchors folder, and in Debian's folder of links."""
    for folder, pattern in ((layout.anchors, f"{_STAGED}*"), (layout.published, "ca-certificates.crt.new*")):
        for file in folder.glob(pattern) if folder is not None and folder.is_dir() else ():
            with suppress(OSError):
                file.unlink()


def _write(file: Path, content: bytes) -> None:
    """Write inside the folder and rename there, so that no half file is ever seen and labels stay the folder's."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, staged = tempfile.mkstemp(prefix=_STAGED, dir=file.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(staged, 0o644)  # noqa: PTH101  a public certificate that every program reads
        os.replace(staged, file)  # noqa: PTH105
    except OSError as error:
        raise StepFailed(f"{file}: {error.strerror}") from error


def _update(layout: Layout, *, hooks: bool) -> None:
    options: tuple[str, ...] = ()
    if layout.hooks is not None and (not hooks or layout.private):
        options = ("--hooksdir", str(layout.hooks) if hooks else _NO_HOOKS)
    _run((*layout.tool, *options), b"")


def _run(argv: tuple[str, ...], stdin: bytes) -> None:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, timeout=240, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepFailed(f"{argv[0]}: {error}") from error
    if done.returncode != 0:
        tail = done.stderr.decode("utf-8", "replace").strip()[-400:]
        raise StepFailed(f"{argv[0]} ended with exit code {done.returncode}: {tail}")
