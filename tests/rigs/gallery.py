"""Take a picture of every page and dialog, with fixed data, clock, fonts and sizes.

python -m tests.rigs.gallery FOLDER VARIANT       a variant of `VARIANTS`; run in a process of its own
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Variant:
    """How the pictures are taken."""

    theme: str = "light"
    language: str = "en"
    scale: int = 1
    compact: bool = False
    size: tuple[int, int] = (1440, 900)


VARIANTS = {
    "light": Variant(), "dark": Variant(theme="dark"), "contrast": Variant(theme="contrast"),
    "double": Variant(scale=2), "compact": Variant(theme="dark", compact=True), "small": Variant(size=(1024, 640)),
    "german": Variant(language="de"), "pseudo": Variant(language="x-pseudo"),
    "right-to-left": Variant(theme="dark", language="x-pseudo-rtl"),
}  # fmt: skip


def prepare(variant: Variant, scratch: Path) -> None:
    """Fix what the environment decides; before Qt is loaded."""
    fonts = scratch / "fonts.conf"
    (scratch / "no-fonts").mkdir(exist_ok=True)
    fonts.write_text(
        f"<fontconfig><dir>{scratch / 'no-fonts'}</dir><cachedir>{scratch / 'cache'}</cachedir></fontconfig>"
    )
    os.environ.update(
        QT_QPA_PLATFORM="offscreen", QT_SCALE_FACTOR=str(variant.scale), FONTCONFIG_FILE=str(fonts), TZ="UTC",
        LC_ALL="C.UTF-8", DOTLOCAL_HOME=str(scratch),
    )  # fmt: skip


def main(folder: Path, name: str) -> None:
    variant = VARIANTS[name]
    folder.mkdir(parents=True, exist_ok=True)
    prepare(variant, folder)
    from gui.app import make_application
    from gui.i18n import LOCALE, use_language

    application = make_application(["gallery"])
    use_language(variant.language)
    from PySide6.QtCore import Qt

    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft if LOCALE.rtl else Qt.LayoutDirection.LeftToRight)
    application.setCursorFlashTime(0)
    from tests.rigs.gallery_scenes import Stage, scenes

    stage = Stage(application, variant)
    for scene, show in scenes(stage):
        show()
        stage.settle()
        image = stage.picture()
        image.save(str(folder / f"{scene}.png"))
        stage.clear()
    if LOCALE.missing:
        sys.stderr.write(f"not translated: {sorted(LOCALE.missing)}\n")
    stage.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
