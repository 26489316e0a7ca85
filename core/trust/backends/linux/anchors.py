"""Put a root among the Debian family's anchors and take it out without residue; standard library alone.

The steps are those of update-ca-certificates(8) and of the hooks of ca-certificates-java; a plain `rm` and update
would leave dangling links and the Java store's entry behind.
"""

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from core.model.certificate import ders_in

UPDATE_TOOL = "/usr/sbin/update-ca-certificates"
_NO_HOOKS = "/nonexistent"


class StepFailed(Exception):
    """A step did not work; the text says which and why."""


@dataclass(frozen=True)
class Layout:
    """Where the family keeps its files. `private` layouts are complete copies for samples and tests."""

    anchors: Path = Path("/usr/local/share/ca-certificates")
    certificates: Path = Path("/etc/ssl/certs")
    hooks: Path = Path("/etc/ca-certificates/update.d")
    private: bool = False
    options: tuple[str, ...] = field(default=())

    @property
    def bundle(self) -> Path:
        """Return the file that OpenSSL, curl and the rest read."""
        return self.certificates / "ca-certificates.crt"


def private_layout(folder: Path) -> Layout:
    """Return a complete private store below `folder`, worked on by the real tool."""
    layout = Layout(folder / "anchors", folder / "certs", folder / "hooks", private=True, options=(
        "--localcertsdir", str(folder / "anchors"), "--etccertsdir", str(folder / "certs"),
        "--hooksdir", str(folder / "hooks"),
    ))  # fmt: skip
    for needed in (layout.anchors, layout.certificates, layout.hooks):
        needed.mkdir(parents=True, exist_ok=True)
    return layout


def fingerprint_of(der: bytes) -> str:
    """Return the SHA-256 of a DER certificate, lower-case hex."""
    return hashlib.sha256(der).hexdigest()


def anchors_of(layout: Layout, sha256: str) -> list[Path]:
    """Return every anchor file that holds exactly this certificate, whatever its name."""
    found = []
    for file in sorted(layout.anchors.rglob("*.crt")) if layout.anchors.is_dir() else []:
        try:
            ders = ders_in(file.read_bytes())
        except OSError:
            continue
        if len(ders) == 1 and fingerprint_of(ders[0]) == sha256:
            found.append(file)
    return found


def anchor_name(sha256: str) -> str:
    """Return the name of the anchor file that we write."""
    return f"dotlocal-{sha256[:16]}.crt"


def install(layout: Layout, pem: bytes, sha256: str) -> None:
    """Write the anchor and run the update.

    Raises: StepFailed.
    """
    if not anchors_of(layout, sha256):
        _write(layout.anchors / anchor_name(sha256), pem)
    _update(layout, hooks=True)


def remove(layout: Layout, sha256: str) -> None:
    """Take out every anchor of this certificate, its links, its line in the bundle and the hooks' copies.

    Raises: StepFailed.
    """
    files = anchors_of(layout, sha256)
    removed = list(
        dict.fromkeys([*(_published(layout, f.name) for f in files), _published(layout, anchor_name(sha256))])
    )
    removed = [path for path in removed if path.is_symlink() or any(_published(layout, f.name) == path for f in files)]
    try:
        for anchor in files:
            anchor.unlink()
        for published in removed:
            for link in layout.certificates.iterdir():
                if link.is_symlink() and os.readlink(link) in {published.name, str(published)}:
                    link.unlink()
            published.unlink(missing_ok=True)
    except OSError as error:
        raise StepFailed(f"{error.filename}: {error.strerror}") from error
    if not removed:
        return
    _update(layout, hooks=False)
    for hook in sorted(layout.hooks.iterdir()) if layout.hooks.is_dir() else []:
        if os.access(hook, os.X_OK) and hook.is_file():
            _run((str(hook),), "".join(f"-{path}\n" for path in removed).encode())


def _published(layout: Layout, anchor: str) -> Path:
    """Return the link that update-ca-certificates makes for an anchor file, by its own renaming rules."""
    stem = anchor.removesuffix(".crt").replace(" ", "_").replace("(", "=").replace(")", "=").replace(",", "_")
    return layout.certificates / f"{stem}.pem"


def _write(file: Path, content: bytes) -> None:
    """Write inside the folder and rename there, so that no half file is ever seen and labels stay the folder's."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, staged = tempfile.mkstemp(prefix=".dotlocal-", dir=file.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(staged, 0o644)  # noqa: PTH101  a public certificate that every program reads
        os.replace(staged, file)  # noqa: PTH105
    except OSError as error:
        raise StepFailed(f"{file}: {error.strerror}") from error


def _update(layout: Layout, *, hooks: bool) -> None:
    options = layout.options
    if not hooks:
        options = (*(o for o in options if o not in {"--hooksdir", str(layout.hooks)}), "--hooksdir", _NO_HOOKS)
    _run((UPDATE_TOOL, *options), b"")


def _run(argv: tuple[str, ...], stdin: bytes) -> None:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, timeout=240, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepFailed(f"{argv[0]}: {error}") from error
    if done.returncode != 0:
        tail = done.stderr.decode("utf-8", "replace").strip()[-400:]
        raise StepFailed(f"{argv[0]} ended with exit code {done.returncode}: {tail}")
