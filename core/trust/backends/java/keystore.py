"""Put a root into a Java key store and take it out, by that Java's own keytool; standard library alone.

keytool rewrites a store in place; here it works on a copy beside it, which is read back and then takes its place in one
step, so that a cut-off change leaves a whole store.
"""

import os
import re
import secrets
import shutil
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from core.errors import StoreUnavailable, ToolFailed
from core.model.certificate import ders_in, pem_of
from core.trust import elevation
from core.trust.backends.java import jks
from core.trust.backends.java.jdks import Jdk

PASSWORD = "changeit"  # noqa: S105  the public default of every cacerts; it protects nothing
_STAGED = ".dotlocal-cacerts-"
_ALIAS = re.compile(r"[A-Za-z0-9._][A-Za-z0-9 ._:\[\]()-]{0,120}")
_ENTRY = re.compile(
    rb"^Alias name: (?P<alias>.+?)\r?$.*?^Entry type: (?P<type>\w+)(?P<rest>.*?)(?=^Alias name: |\Z)",
    re.MULTILINE | re.DOTALL,
)


def entries(jdk: Jdk) -> tuple[tuple[str, bytes], ...]:
    """Return alias and DER of every trusted certificate of a key store.

    Raises: StoreUnavailable.
    """
    try:
        facts = jdk.key_store.stat()
    except OSError as error:
        raise StoreUnavailable("unreadable", f"{jdk.key_store} cannot be read: {error.strerror}.") from error
    return _listed(jdk, jdk.key_store, (facts.st_mtime_ns, facts.st_size, facts.st_ino))


def holds(jdk: Jdk, der: bytes) -> bool:
    """Say whether a key store trusts a certificate.

    Raises: StoreUnavailable.
    """
    return any(content == der for _, content in entries(jdk))


def alias_of(sha256: str) -> str:
    """Return the alias that we write."""
    return f"dotlocal-{sha256[:16]}"


def change(jdk: Jdk, verb: str, der: bytes, aliases: tuple[str, ...] = ()) -> None:
    """Carry out "install" or "remove" of one certificate; a removal takes every alias that holds it.

    Raises: StoreUnavailable, ToolFailed.
    """
    import hashlib

    present = [alias for alias, content in entries(jdk) if content == der]
    wanted = [a for a in aliases if _ALIAS.fullmatch(a)] or [alias_of(hashlib.sha256(der).hexdigest())]
    if (verb == "install") == bool(present):
        _sweep(jdk)
        return
    folder = jdk.key_store.parent
    try:
        _sweep(jdk)
        staged = folder / f"{_STAGED}{secrets.token_hex(8)}"
        os.close(os.open(staged, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600))
        try:
            shutil.copy2(jdk.key_store, staged)
            _work(jdk, staged, verb, der, wanted if verb == "install" else present)
            _take_the_place(staged, jdk.key_store)
        finally:
            staged.unlink(missing_ok=True)
    except OSError as error:
        raise StoreUnavailable("read-only", f"{error.filename or folder}: {error.strerror or error}.") from error


def _work(jdk: Jdk, staged: Path, verb: str, der: bytes, aliases: list[str]) -> None:
    for alias in aliases:
        if verb == "install":
            _keytool(jdk, staged, "-importcert", "-noprompt", "-trustcacerts", "-alias", alias,
                     stdin=pem_of(der).encode("ascii"))  # fmt: skip
        else:
            _keytool(jdk, staged, "-delete", "-alias", alias)
    found = any(content == der for _, content in _list(jdk, staged))
    if found != (verb == "install"):
        raise ToolFailed((str(jdk.keytool),), 0, "reading the changed copy back does not show what was wanted")


def _take_the_place(staged: Path, final: Path) -> None:
    """Give a finished copy the owner, the mode and the place of the store."""
    facts = final.stat()
    staged.chmod(facts.st_mode & 0o7777)
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(staged, facts.st_uid, facts.st_gid)
    with staged.open("rb+") as stream:
        os.fsync(stream.fileno())
    staged.replace(final)


def _sweep(jdk: Jdk) -> None:
    """Take away copies that a cut-off change left beside the store."""
    for left in jdk.key_store.parent.glob(f"{_STAGED}*"):
        with suppress(OSError):
            left.unlink()


@lru_cache(maxsize=32)
def _listed(jdk: Jdk, store: Path, stamp: tuple[int, int, int]) -> tuple[tuple[str, bytes], ...]:
    try:
        read = jks.trusted_certificates(store.read_bytes(), PASSWORD)
    except OSError as error:
        raise StoreUnavailable("unreadable", f"{store} cannot be read: {error.strerror}.") from error
    return _list(jdk, store) if read is None else read


def _list(jdk: Jdk, store: Path) -> tuple[tuple[str, bytes], ...]:
    try:
        content = _keytool(jdk, store, "-list", "-rfc")
    except ToolFailed as failure:
        if "password was incorrect" in f"{failure.stderr}{failure.message}".lower():
            text = f"{store} has a password of its own."
            raise StoreUnavailable("keystore-password", text, hint="Use that Java's keytool with it.") from failure
        raise StoreUnavailable("unreadable", f"keytool cannot read {store}: {failure.message}") from failure
    found = []
    for match in _ENTRY.finditer(content):
        ders = ders_in(match["rest"])
        if match["type"] == b"trustedCertEntry" and len(ders) == 1:
            found.append((match["alias"].decode("utf-8", "replace").strip(), ders[0]))
    return tuple(found)


def _keytool(jdk: Jdk, store: Path, command: str, *more: str, stdin: bytes = b"") -> bytes:
    """Run keytool in English on one store and return what it printed.

    Raises: ToolFailed; keytool prints its errors on stdout, so they are moved to where they belong.
    """
    argv = (str(jdk.keytool), "-J-Duser.language=en", "-J-Xshare:auto", "-J-XX:TieredStopAtLevel=1", command, *more,
            "-keystore", str(store), "-storepass", PASSWORD)  # fmt: skip
    done = elevation.run_tool(argv, stdin=stdin, timeout_s=90, fine=(0, 1))
    if done.exit_code:
        said = done.stdout.decode("utf-8", "replace").strip()[-400:] or done.stderr.strip()[-400:]
        raise ToolFailed(argv[:1], done.exit_code, said)
    return done.stdout
