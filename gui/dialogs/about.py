"""What Dotlocal is made of: versions, where its files are, and the licences of what it bundles and uses."""

import json
import platform
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, qVersion
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from core import __version__
from core.paths import build_note, resources_folder
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.widgets.controls import Button
from gui.widgets.key_values import KeyValues
from gui.widgets.text import label

USED = (
    ("PySide6", "PySide6-Essentials", "LGPL-3.0"), ("zeroconf", "zeroconf", "LGPL-2.1-or-later"),
    ("cryptography", "cryptography", "Apache-2.0 or BSD-3-Clause"), ("pyOpenSSL", "pyOpenSSL", "Apache-2.0"),
    ("SQLAlchemy", "SQLAlchemy", "MIT"), ("keyring", "keyring", "MIT"), ("dnspython", "dnspython", "ISC"),
    ("netaddr", "netaddr", "BSD-3-Clause"), ("segno", "segno", "BSD-3-Clause"), ("tomlkit", "tomlkit", "MIT"),
    ("typer", "typer", "MIT"), ("rich", "rich", "MIT"),
)  # fmt: skip
BUNDLED = (
    ("Inter", "fonts/LICENSE-inter.txt", "SIL OFL 1.1"),
    ("JetBrains Mono", "fonts/LICENSE-jetbrains-mono.txt", "SIL OFL 1.1"),
    ("Lucide", "icons/LICENSE-lucide.txt", "ISC"),
)  # fmt: skip


def version_of(package: str) -> str:
    """Return the version of a package, in a bundle by its list of parts; "–" where it is not known."""
    for part in parts_of_the_bundle():
        if str(part["name"]).lower() == package.lower():
            return str(part["version"])
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "–"


class AboutDialog(Sheet):
    """Shows versions, folders and licences; emits `copied` with all of it."""

    copied = Signal(str)

    def __init__(self, look: Look, parent: QWidget, folder: Path, open_folder: Callable[[], None]) -> None:
        super().__init__(look, parent, "about", "Dotlocal", tr("Version %1").replace("%1", __version__), width=620)
        rows = KeyValues(look, 420)
        self._rows = (
            (tr("Python, Qt"), f"{platform.python_version()}, {qVersion()}", False, True),
            (tr("System"), platform.platform(terse=True), False, True),
            (tr("Folder"), str(folder), True, True),
            *((tr("Build"), words, False, True) for words in (build_words(build_note()),) if words),
            (tr("Licence"), "MIT", False, False),
        )
        rows.show_rows(self._rows)
        rows.copied.connect(self.copied)
        self.body.addWidget(rows)
        self.body.addWidget(label(tr("Licences of what it uses and bundles"), "section"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(font("mono_small"))
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Licences"))
        self.text.setFixedHeight(230)
        self.text.setPlainText(licences())
        self.body.addWidget(self.text)
        show, copy = Button(look, tr("Open folder"), "folder-open"), Button(look, tr("Copy diagnostics"), "copy")
        show.clicked.connect(open_folder)
        copy.clicked.connect(self._copy)
        self.footer.insertWidget(1, show)
        self.footer.insertWidget(2, copy)
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))

    def _copy(self) -> None:
        lines = [f"Dotlocal {__version__}", *(f"{name}: {value}" for name, value, _, _ in self._rows)]
        lines += [f"{name} {version_of(package)}" for name, package, _ in USED]
        self.copied.emit("\n".join(lines) + "\n")


def parts_of_the_bundle() -> list[dict[str, Any]]:
    """Return what a bundle is made of; nothing in a checkout."""
    try:
        found = json.loads((resources_folder() / "licences/parts.json").read_text(encoding="utf-8"))
    except OSError:
        return []
    return list(found)


def build_words(note: Mapping[str, object]) -> str:
    """Return what a bundle says of its making; "" where nothing was bundled."""
    if not note:
        return ""
    kind = tr("release") if note.get("release") else tr("trial, not a release")
    signed = tr("signed") if note.get("signed") else tr("not signed")
    return f"{note.get('day')}, {kind}, {signed}"


def licences() -> str:
    """Return the list of licences, then the texts of what is bundled: in a bundle everything that is inside it."""
    folder, parts = resources_folder() / "licences", parts_of_the_bundle()
    if not parts:
        return _licences_of_a_checkout()
    lines = [f"{part['name']} {part['version']}: {part['licence']}" for part in parts]
    files = dict.fromkeys(text for part in parts for text in part["texts"])
    lines += [_headed(name.removesuffix(".txt"), _read(folder / name)) for name in files]
    return "\n".join(lines) + "\n"


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _headed(name: str, text: str) -> str:
    return f"\n{'-' * 60}\n{name}\n{'-' * 60}\n{text.strip()}"


def _licences_of_a_checkout() -> str:
    parts = [f"{name} {version_of(package)}: {licence}" for name, package, licence in USED]
    parts += [f"{name}: {licence}" for name, _, licence in BUNDLED]
    for name, file, _ in BUNDLED:
        parts.append(_headed(name, _read(resources_folder() / file)))
    return "\n".join(parts) + "\n"
