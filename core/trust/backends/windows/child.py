"""The child process that works on a ROOT store of Windows: fresh for each answer, so that nothing is read from memory.

A request is a line of JSON on stdin, an answer a line on stdout; standard library alone. A child also keeps Windows's
own dialog, and one that nobody can see, away from the window.
"""

import base64
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from core.trust.backends.windows import crypt32


def answer(request: dict[str, object]) -> dict[str, object]:
    """Carry out one request. Raises: Crypt32Error."""
    scope, operation = str(request["scope"]), request["operation"]
    der = base64.b64decode(str(request.get("certificate", "")))
    if operation == "roots":
        return {"roots": [base64.b64encode(root).decode() for root in crypt32.all_roots(scope)]}
    if operation == "judge":
        listed = request["chain"] if isinstance(request["chain"], list) else []
        chain = tuple(base64.b64decode(str(entry)) for entry in listed)
        return {"refusal": crypt32.words(*crypt32.judge(chain, str(request["host"]))) or None}
    if operation in {"add", "delete"}:
        if scope == crypt32.USER and not crypt32.has_desktop():
            return {"error": "no-desktop"}
        if operation == "add":
            crypt32.add(scope, der)
        else:
            crypt32.delete(scope, der)
        return {}
    errors, _ = crypt32.judge((der,), "")
    return {"installed": der in crypt32.roots(scope), "trusted": errors == 0}


def main() -> int:
    """Answer the requests on stdin."""
    for line in sys.stdin.buffer:
        try:
            result = answer(json.loads(line))
        except crypt32.Crypt32Error as error:
            result = {"error": str(error), "code": error.code & 0xFFFFFFFF}
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
