"""Every page and dialog looks as it did: in light, dark, high contrast, at 200 %, small, German, pseudo, right to left.

The sheets in `snapshots/` are what to compare with, one a variant; open them to see the whole window. A picture whose
pixels have the kept hash is the same; one that differs is held against its place on the sheet. After a change that was
meant, look at the new sheets and keep them:

    python -m tests.gui.test_snapshots
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.rigs.contact_sheet import cut, sheet_of, small, worst_difference
from tests.rigs.gallery import VARIANTS

KEPT = Path(__file__).with_name("snapshots")
OUTPUT = Path(__file__).resolve().parents[1] / "output" / "snapshots"
HASHES = KEPT / "hashes.json"
BLOCK_AT_MOST = 6
"""Of 255, in a block of 14 x 14 px of the window: a lost word gives 14, a pill moved by two pixels 29."""
pytestmark = pytest.mark.timeout(120)


def take(folder: Path, variant: str) -> tuple[dict[str, QImage], str]:
    """Take every picture of a variant in a process of its own; return them, and what it said on stderr."""
    command = [sys.executable, "-m", "tests.rigs.gallery", str(folder), variant]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr[-3000:]
    told = "\n".join(line for line in done.stderr.splitlines() if "propagateSizeHints" not in line)
    return {file.stem: QImage(str(file)) for file in sorted(folder.glob("*.png"))}, told


def hash_of(picture: QImage) -> str:
    """Return what two pictures with the same pixels share."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    digest = hashlib.sha256(f"{plain.width()}x{plain.height()}".encode())
    digest.update(bytes(plain.constBits()))
    return digest.hexdigest()[:32]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_picture_is_the_one_that_was_looked_at(
    variant: str, tmp_path: Path, qapp_prepared: QApplication, report: Callable[[str], None]
) -> None:
    pictures, told = take(tmp_path / variant, variant)
    assert told == "", "a text without a translation, or a warning of Qt"
    hashes = json.loads(HASHES.read_text())[variant]
    assert sorted(pictures) == sorted(hashes)
    sheet = QImage(str(KEPT / f"{variant}.png"))
    different = {}
    same = 0
    for name, picture in pictures.items():
        if hash_of(picture) == hashes[name]:
            same += 1
            continue
        worst, place = worst_difference(small(picture), cut(sheet, list(hashes), name))
        if worst > BLOCK_AT_MOST:
            different[name] = f"{worst} of 255 around {place} of 300 x 188"
            OUTPUT.mkdir(parents=True, exist_ok=True)
            picture.save(str(OUTPUT / f"{variant}-{name}.png"))
    report(f"{variant}: {len(pictures)} pictures, {same} the same to the pixel")
    assert different == {}, f"see {OUTPUT}; {__doc__}"


def test_a_picture_that_changed_is_noticed(tmp_path: Path, qapp_prepared: QApplication) -> None:
    hashes = json.loads(HASHES.read_text())["light"]
    sheet = QImage(str(KEPT / "light.png"))
    before = cut(sheet, list(hashes), "devices")
    assert worst_difference(before, before) == (0, (0, 0))
    changed = before.copy()
    for x in range(100, 108):
        for y in range(40, 43):
            changed.setPixel(x, y, 0xFF000000)
    assert worst_difference(before, changed)[0] > BLOCK_AT_MOST


def keep() -> None:
    """Take every picture anew and keep hashes and sheets."""
    from gui.app import make_application

    application = make_application(["snapshots"])
    KEPT.mkdir(exist_ok=True)
    held: dict[str, dict[str, str]] = {}
    for variant in VARIANTS:
        folder = OUTPUT / "taken" / variant
        shutil.rmtree(folder, ignore_errors=True)
        pictures, told = take(folder, variant)
        sys.stdout.write(f"{variant}: {len(pictures)} {told}\n")
        held[variant] = {name: hash_of(picture) for name, picture in sorted(pictures.items())}
        sheet_of(pictures).save(str(KEPT / f"{variant}.png"))
    HASHES.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    del application


if __name__ == "__main__":
    keep()
