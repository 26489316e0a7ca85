"""The child process that works on NSS databases with one browser's own NSS library; standard library alone.

A request is one line of JSON on stdin, an answer one line on stdout; the end of stdin ends it. A child, because two NSS
libraries cannot live in one process; stdin, because a primary password must not stand in argv.
"""

import base64
import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from core.trust.backends.nss import files

if TYPE_CHECKING:
    from core.trust.backends.nss.native import Database, Library

_WRITING = frozenset({"add", "remove", "restore"})
_ABSENT = {
    "present": False, "trusted": False, "locked": False, "roots": [], "refusal": "SEC_ERROR_UNKNOWN_ISSUER",
    "flags": [0, 0, 0], "nickname": "", "records": [], "exists": False,
}  # fmt: skip


class Child:
    """Answers requests; the library is loaded once, at the first request that needs it."""

    def __init__(self) -> None:
        self._library: Library | None = None

    def answer(self, request: dict[str, object]) -> dict[str, object]:
        """Carry out one request and return the answer."""
        operation = request["operation"]
        folder = str(request["database"])
        exists = files.has_database(folder)
        if operation in _WRITING:
            files.sweep_staged(folder)
        if operation in {"remove", "restore"} and not request.get("present"):
            files.sweep(folder)  # a making that was cut off may be no database that could be opened
            exists = files.has_database(folder)
        makes = operation == "add" or (operation == "restore" and request.get("present"))
        if not exists and not makes:
            return dict(_ABSENT)
        from core.trust.backends.nss.native import Database, Library

        if self._library is None:
            self._library = Library(str(request["library"]))
        if not exists:
            files.make_folders(folder)
        try:
            database = Database(self._library, folder, write=operation in _WRITING)
            result = self._work(database, folder, request)
        except files.NssError:
            files.sweep(folder)
            raise
        if operation in _WRITING and not (result["present"] or result["trusted"]):
            files.sweep(folder)
        return {**result, "exists": True}

    @staticmethod
    def _work(database: "Database", folder: str, request: dict[str, object]) -> dict[str, object]:
        """Carry a request out on an open database, and close it."""
        operation = request["operation"]
        try:
            der = base64.b64decode(str(request.get("certificate", "")))
            if operation == "add":
                return database.add(der, str(request["nickname"]), str(request.get("password", "")), b"C,,")
            if operation == "remove":
                return database.remove(der)
            if operation == "restore":
                return database.restore(der, request)
            if operation == "roots":
                return {"roots": database.roots()}
            if operation == "refusal":
                chain = request["chain"] if isinstance(request["chain"], list) else []
                return {"refusal": database.refusal([base64.b64decode(str(entry)) for entry in chain])}
            return database.status(der)
        finally:
            database.close()


def main() -> int:
    """Answer requests until stdin ends; problems are answers too."""
    child = Child()
    for line in sys.stdin.buffer:
        try:
            result = child.answer(json.loads(line))
        except files.NssError as error:
            result = {"error": str(error)}
        except (OSError, StopIteration, AttributeError) as error:
            result = {"error": "library", "detail": str(error)}
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(json.dumps(result) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
