"""The SHA-256 of everything in the folder of results, in the form that `sha256sum --check` reads."""

import hashlib
from pathlib import Path

NAME = "SHA256SUMS"


def make(out: Path, _: Path | None = None) -> list[Path]:
    """Write the sums of all files of a folder, by name, and return their file."""
    lines = []
    for file in sorted(out.iterdir()):
        if file.is_file() and file.name != NAME:
            with file.open("rb") as stream:
                lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.name}\n")
    result = out / NAME
    result.write_text("".join(lines), encoding="utf-8")
    return [result]
