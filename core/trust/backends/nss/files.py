"""The files of an NSS database: is it there, held, empty, whose trust records does it keep; standard library alone.

NSS 3.114 and newer write trust as PKCS#11 v3.2 CKO_TRUST, older ones as CKO_NSS_TRUST; the older ones neither see nor
delete the newer records. Only the tables themselves tell of both (bug 1965328; columns are `a`
and the attribute in hex).
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import urllib.parse

MARKER = "made-by-dotlocal"
NEW, OLD = "new", "old"
_STAGED = ".dotlocal-new-"
_OURS = ("cert9.db", "key4.db", "pkcs11.txt", "cert9.db-journal", "key4.db-journal", MARKER)
_DEEPEST = 5  # ~/.local/share/pki/nssdb, and the folder that holds the first of them
_RECORDS = {
    # generation: (class, column of the hash, its digest): CKO_TRUST with CKA_HASH_OF_CERTIFICATE, CKO_NSS_TRUST
    # with CKA_NSS_CERT_SHA1_HASH.
    NEW: ("0000000b", "a635", "sha256"),
    OLD: ("ce534353", "ace5363b4", "sha1"),
}


class NssError(Exception):
    """NSS refused, or its files cannot be read; the text is an NSS error name."""


def has_database(folder: str) -> bool:
    """Say whether there is a database; a folder that may not be entered is an error, not an empty one.

    Raises: NssError.
    """
    try:
        os.stat(os.path.join(folder, "cert9.db"))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise NssError("SEC_ERROR_BAD_DATABASE") from error
    return True


def is_locked(folder: str) -> bool:
    """Say whether another process holds the database: NSS itself calls a locked one bad."""
    path = urllib.parse.quote(os.path.join(folder, "cert9.db"))
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.1)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        return False
    return False


def records_of(folder: str, der: bytes) -> list[str]:
    """Return which generations have a trust record for a certificate; none where that cannot be read."""
    path = urllib.parse.quote(os.path.join(folder, "cert9.db"))
    found = []
    for generation, (kind, column, digest) in _RECORDS.items():
        value = hashlib.new(digest, der, usedforsecurity=False).digest()
        query = f"SELECT count(*) FROM nssPublic WHERE a0 = ? AND {column} = ?"  # noqa: S608  our own names
        try:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)) as connection:
                if connection.execute(query, (bytes.fromhex(kind), value)).fetchone() != (0,):
                    found.append(generation)
        except sqlite3.Error:
            continue  # an older database has no such column
    return found


def nickname_of(folder: str, der: bytes) -> str:
    """Return the name under which a certificate is kept (CKA_LABEL of the row with its CKA_VALUE), or ""."""
    path = urllib.parse.quote(os.path.join(folder, "cert9.db"))
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)) as connection:
            row = connection.execute("SELECT a3 FROM nssPublic WHERE a11 = ?", (der,)).fetchone()
    except sqlite3.Error:
        return ""
    label = row[0] if row else b""
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else ""


def make_folders(folder: str) -> None:
    """Make a folder for a database, with those above it, and the mark that we made them: all of it in one step."""
    missing = []
    place = folder
    while not os.path.isdir(place):
        missing.append(place)
        place = os.path.dirname(place)
    if not missing:
        if not os.path.exists(os.path.join(folder, MARKER)):
            _mark(folder, [])
        return
    _sweep_staged(place)
    staged = tempfile.mkdtemp(prefix=_STAGED, dir=place)
    inside = os.path.join(staged, os.path.relpath(folder, missing[-1])) if len(missing) > 1 else staged
    os.makedirs(inside, mode=0o700, exist_ok=True)
    _mark(inside, missing)
    os.rename(staged, missing[-1])


def _mark(folder: str, made: list[str]) -> None:
    with open(os.path.join(folder, MARKER), "w", encoding="utf-8") as stream:
        json.dump(made, stream)
        stream.flush()
        os.fsync(stream.fileno())


def sweep_staged(folder: str) -> None:
    """Take away what a making or a taking away that was cut off left in a folder and in those above it."""
    place = folder
    for _ in range(_DEEPEST):
        _sweep_staged(place)
        place = os.path.dirname(place)


def _sweep_staged(parent: str) -> None:
    """Take away what a making that was cut off left; it is ours by its name and holds the mark alone."""
    with contextlib.suppress(OSError):
        for name in os.listdir(parent):
            if name.startswith(_STAGED):
                shutil.rmtree(os.path.join(parent, name), ignore_errors=True)


def sweep(folder: str) -> None:
    """Take a database away again that we made and that nobody has put anything into."""
    sweep_staged(folder)
    try:
        with open(os.path.join(folder, MARKER), encoding="utf-8") as stream:
            made = [str(entry) for entry in json.load(stream)]
    except (OSError, ValueError):
        return
    if not (is_empty(folder, "cert9.db", "nssPublic") and is_empty(folder, "key4.db", "nssPrivate")):
        return
    if made and _is_ours_alone(made[-1], folder):
        gone = tempfile.mkdtemp(prefix=_STAGED, dir=os.path.dirname(made[-1]))
        os.rename(made[-1], os.path.join(gone, "gone"))  # in one step, so that no half of it outlives a kill
        shutil.rmtree(gone, ignore_errors=True)
        return
    for name in _OURS:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, name))
    for entry in made:
        with contextlib.suppress(OSError):  # somebody else uses it now
            os.rmdir(entry)


def _is_ours_alone(top: str, folder: str) -> bool:
    """Say whether the folders that we made hold nothing but the files of our database."""
    return all((place == folder and name in _OURS) for place, _, names in os.walk(top) for name in names) and all(
        folder.startswith(os.path.join(place, name)) for place, names, _ in os.walk(top) for name in names
    )


def is_empty(folder: str, name: str, table: str) -> bool:
    """Say whether one of the two files of a database holds no object; one that cannot be read counts as full."""
    file = os.path.join(folder, name)
    if not os.path.exists(file):
        return True
    path = urllib.parse.quote(file)
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.1)) as connection:
            known = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            if known == (0,):
                return True  # its making was cut off
            count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  our own names
            return bool(count == (0,))
    except sqlite3.Error:
        return False
