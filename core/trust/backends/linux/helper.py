"""The program that runs as administrator: one verb, one fingerprint, one certificate on stdin; nothing else.

It takes no paths: the layout is the system's own. Standard library alone, so that it runs isolated.
"""

import sys
from pathlib import Path

MAX_INPUT = 64 * 1024


def main(arguments: list[str]) -> int:
    """Carry out `install FINGERPRINT` or `remove FINGERPRINT`; the certificate comes on stdin."""
    from core.model.certificate import ders_in
    from core.trust.backends.linux import anchors

    if len(arguments) != 2 or arguments[0] not in {"install", "remove"}:
        return _refuse("usage: install|remove SHA256, one PEM certificate on stdin")
    verb, sha256 = arguments
    content = sys.stdin.buffer.read(MAX_INPUT)
    ders = ders_in(content)
    if len(ders) != 1 or anchors.fingerprint_of(ders[0]) != sha256:
        return _refuse("the certificate on stdin is not the one that was named")
    try:
        if verb == "install":
            anchors.install(anchors.Layout(), content, sha256)
        else:
            anchors.remove(anchors.Layout(), sha256)
    except anchors.StepFailed as failure:
        return _refuse(str(failure))
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(why + "\n")
    return 2


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
    sys.exit(main(sys.argv[1:]))
