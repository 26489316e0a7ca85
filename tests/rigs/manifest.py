"""What stands in a folder, comparable before and after: files, rows of NSS databases, entries of key stores."""

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

_TABLES = {"cert9.db": ("nssPublic",), "key4.db": ("nssPrivate", "metaData")}


def manifest(folder: Path, *, ignore: tuple[str, ...] = ()) -> dict[str, str]:
    """Return every file and folder below `folder` with what it holds; a database by its rows, in any order.

    The folder's own path is left out of links and contents, so that copies of it compare.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name.startswith(ignore) if ignore else False:
            continue
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path).replace(str(folder), '')}"
        elif path.is_dir():
            found[name] = "folder"
        elif path.name in _TABLES:
            found[name] = _rows(path)
        elif path.name == "cacerts":
            found[name] = _entries(path)
        else:
            content = path.read_bytes().replace(str(folder).encode(), b"")
            found[name] = hashlib.sha256(content).hexdigest()
    return found


def _rows(file: Path) -> str:
    """Return the rows without their ids and without NSS's own signatures, which name the ids."""
    rows: list[str] = []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        known = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        for table in _TABLES[file.name]:
            if table not in known:
                rows.append(f"no {table}")
                continue
            columns = [c[1] for c in connection.execute(f"PRAGMA table_info({table})") if c[1] != "id"]
            if table == "metaData":
                listed = [str(row[0]) for row in connection.execute("SELECT id FROM metaData")]
                rows += [f"metaData {name}" for name in listed if not name.startswith("sig_")]
                rows.append(f"signatures {sum(name.startswith('sig_') for name in listed)}")
            else:
                query = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608  our own names
                rows += [repr(row) for row in connection.execute(query)]
    return "\n".join(sorted(rows))


def _entries(file: Path) -> str:
    """Return how many entries a JKS file counts, and its size: an entry more or less changes both."""
    content = file.read_bytes()
    return f"{content[:4].hex()} entries {int.from_bytes(content[8:12], 'big')} size {len(content)}"
