"""Make the program's icons from the mark that the window draws: PNG sizes for Linux, .ico for Windows, .icns for macOS.

Qt draws, Pillow writes the containers; both are needed at build time alone.
"""

import os
from pathlib import Path

LINUX_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
WINDOWS_SIZES = (16, 20, 24, 32, 48, 64, 256)
LARGEST = 1024


def draw(size: int, target: Path) -> Path:
    """Draw the icon as a PNG of `size` pixels and return its file.

    Raises: OSError.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    from gui.theme.mark import mark_picture

    application = QGuiApplication.instance() or QGuiApplication(["icons"])
    target.parent.mkdir(parents=True, exist_ok=True)
    if not mark_picture(size).save(str(target)):
        raise OSError(f"{target} cannot be written")
    del application
    return target


def make_hicolor(folder: Path, name: str) -> None:
    """Write the icon theme's tree of sizes."""
    for size in LINUX_SIZES:
        draw(size, folder / f"{size}x{size}/apps/{name}.png")


def make_ico(target: Path) -> Path:
    """Write the Windows icon: every size drawn for itself, not one made smaller."""
    from PIL import Image

    pictures = [Image.open(draw(size, target.with_name(f"icon-{size}.png"))) for size in WINDOWS_SIZES]
    pictures[-1].save(target, sizes=[(size, size) for size in WINDOWS_SIZES], append_images=pictures[:-1])
    return target


def make_icns(target: Path) -> Path:
    """Write the macOS icon, ic07 to ic14."""
    from PIL import Image

    Image.open(draw(LARGEST, target.with_name("icon-1024.png"))).convert("RGBA").save(target)
    return target
