"""The program that runs as administrator: one verb, the fingerprints that were shown, and nothing that is a path.

It takes a list of changes on stdin (on Windows, where UAC passes no pipe, packed in an argument): a verb, a store's id,
and a certificate that hashes to one of the named fingerprints. It finds the stores itself. Standard library alone, so
that it runs isolated. Its answer is one JSON object: the problem of each store that failed.
"""

import base64
import binascii
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

MAX_INPUT, MAX_CHANGES = 256 * 1024, 64
FAILED = 3
USAGE = "usage: apply SHA256..., a list of changes on stdin"
_STORE = re.compile(r"[A-Za-z0-9:._+@-]{1,120}")


class Refused(Exception):
    """The request is not one that this program carries out."""


def main(arguments: list[str]) -> int:
    """Carry out `apply FINGERPRINT...`: 2 if nothing was tried, else 0 and the answer says what failed.

    Where there is no pipe for an answer, 3 says that something did.
    """
    try:
        changes = _checked(arguments)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    problems: dict[str, str] = {}
    for verb, store, der in changes:
        problem = _carry_out(verb, store, der)
        if problem:
            problems[store] = problem
    if "--request" in arguments:
        return FAILED if problems else 0  # UAC gives no pipe to answer on
    sys.stdout.write(json.dumps(problems) + "\n")
    return 0


def _checked(arguments: list[str]) -> list[tuple[str, str, bytes]]:
    """Return the changes of a request, each of them checked.

    Raises: Refused.
    """
    if len(arguments) < 2 or arguments[0] != "apply":
        raise Refused(USAGE)
    given = arguments[1:]
    if "--request" in given:
        at = given.index("--request")
        if len(given) != at + 2:
            raise Refused(USAGE)
        content, shown = _unpacked(given[at + 1]), given[:at]
    else:
        content, shown = sys.stdin.buffer.read(MAX_INPUT + 1), given
    if not shown or not all(re.fullmatch("[0-9a-f]{64}", entry) for entry in shown):
        raise Refused(USAGE)
    try:
        entries = json.loads(content) if len(content) <= MAX_INPUT else None
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_CHANGES:
        raise Refused("the request cannot be read")
    return [_entry(entry, frozenset(shown)) for entry in entries]


def _entry(entry: object, shown: frozenset[str]) -> tuple[str, str, bytes]:
    if not isinstance(entry, dict) or set(entry) != {"verb", "store", "sha256", "certificate"}:
        raise Refused("the request cannot be read")
    verb, store = str(entry["verb"]), str(entry["store"])
    der = _decoded(str(entry["certificate"]))
    if verb not in {"install", "remove"} or not _STORE.fullmatch(store):
        raise Refused(USAGE)
    if hashlib.sha256(der).hexdigest() != entry["sha256"] or entry["sha256"] not in shown:
        raise Refused("a certificate is not the one that was named")
    return verb, store, der


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("the request cannot be read") from error


def _unpacked(text: str) -> bytes:
    """Return the request in an argument; of one that unpacks to more than is read, as much as shows that."""
    try:
        return zlib.decompressobj().decompress(_decoded(text), MAX_INPUT + 1)
    except zlib.error as error:
        raise Refused("the request cannot be read") from error


def _carry_out(verb: str, store: str, der: bytes) -> str:
    """Change one store of this machine and return its problem; one failing store does not stop the others."""
    changer = _changer(store)
    if changer is None:
        return f"no store of this machine has the id {store}"
    try:
        changer(verb, der)
    except Exception as error:  # the border of the program: each store's failure is told, none hides another
        return str(error)[:400] or type(error).__name__
    return ""


def _changer(store: str) -> Callable[[str, bytes], None] | None:
    """Return what changes a machine-wide store, found here and now by its id alone."""
    if sys.platform == "win32":
        from core.trust.backends.windows import crypt32

        return crypt32.change_machine_store if store == "os-machine" else _java(store)
    if store == "os":
        return _anchors
    if store == "firefox-policy":
        from core.trust.backends.policy import firefox_policy

        return firefox_policy.change
    return _java(store)


def _anchors(verb: str, der: bytes) -> None:
    from core.trust.backends.linux import anchors, families

    layout = families.detect()
    if layout is None:
        raise Refused("no known way to add a root was found on this system")
    (anchors.install if verb == "install" else anchors.remove)(layout, der)


def _java(store: str) -> Callable[[str, bytes], None] | None:
    from core.trust.backends.java import jdks, keystore

    for found in jdks.machine_wide():
        if found.id == store and not found.generated:
            return lambda verb, der: keystore.change(found, verb, der)
    return None


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main(sys.argv[1:]))
