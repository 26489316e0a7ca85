"""The copyright file of the Debian package, made from the list of parts that lies in the bundle."""

import json
from pathlib import Path

import product


def text(parts_file: Path, own_licence: str) -> str:
    """Return debian/copyright in its machine-readable form; texts of parts lie in the bundle, beside `parts.json`."""
    parts = json.loads(parts_file.read_text(encoding="utf-8"))
    folder = "/usr/lib/dotlocal/_internal/resources/licences"
    lines = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/", f"Upstream-Name: {product.NAME}",
        "Comment: The package carries the libraries that it was built with. Each is listed here with its version;",
        f" the whole text of each licence is installed in {folder},",
        " and the window shows them all. Qt and zeroconf are LGPL: libraries and files that you may replace.",
        "", "Files: *", f"Copyright: {product.COPYRIGHT.removeprefix('Copyright (c) ')}", "License: Expat", "Comment:",
        *(f" {part['name']} {part['version']}: {part['licence']}" for part in parts if part["origin"] != "own"),
        "", "License: Expat", *_indented(own_licence),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _indented(licence: str) -> list[str]:
    body = licence.split("\n\n", 2)[2]
    return [f" {line}" if line.strip() else " ." for line in body.rstrip().splitlines()]
