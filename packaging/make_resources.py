"""Make resources/ from the npm packages of the fonts and icons; run when one of them moves, then commit the result.

    npm install @fontsource/inter@5.3.0 @fontsource/jetbrains-mono@5.3.0 lucide-static@1.62.0
    pip install fonttools brotli
    python packaging/make_resources.py node_modules

Qt does not join the script subsets that @fontsource ships, so they are merged into one TrueType file a weight, under
an own family name: where Inter is installed, Qt would else take single weights from the system.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese")
FONTS = (
    ("inter", "Dotlocal Sans", ((400, "Regular"), (500, "Medium"), (600, "SemiBold"))),
    ("jetbrains-mono", "Dotlocal Mono", ((400, "Regular"),)),
)
ICONS = [
    "activity",
    "arrow-down",
    "arrow-up",
    "badge-check",
    "bell",
    "box",
    "calendar-x",
    "cctv",
    "check",
    "chevron-down",
    "circle-alert",
    "circle-check",
    "circle-dashed",
    "circle-x",
    "circuit-board",
    "clock-alert",
    "copy",
    "cpu",
    "download",
    "external-link",
    "eye",
    "fan",
    "file-badge",
    "file-code",
    "file-key",
    "file-text",
    "fingerprint-pattern",
    "folder-open",
    "gauge",
    "globe",
    "hard-drive",
    "info",
    "key-round",
    "laptop",
    "lightbulb",
    "link",
    "list-plus",
    "lock",
    "lock-open",
    "monitor",
    "moon",
    "pause",
    "play",
    "plug",
    "plus",
    "printer",
    "qr-code",
    "radar",
    "radio",
    "refresh-cw",
    "router",
    "scale",
    "search",
    "server",
    "shield",
    "shield-alert",
    "shield-check",
    "shield-half",
    "shield-plus",
    "shield-question-mark",
    "shield-x",
    "speaker",
    "stamp",
    "sun",
    "thermometer",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "unlink",
    "user",
    "users",
    "wifi-off",
    "x",
]


def merge_weight(package: Path, family: str, weight: int, style: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for subset in SUBSETS:
            source = package / "files" / f"{package.name}-{subset}-{weight}-normal.woff2"
            if not source.exists():
                continue
            font = TTFont(source)
            font.flavor = None
            part = Path(folder) / f"{subset}.ttf"
            font.save(part)
            parts.append(str(part))
        merged = Merger().merge(parts)
        for record in list(merged["name"].names):
            if record.nameID in {1, 16}:
                record.string = family if record.nameID == 16 or style == "Regular" else f"{family} {style}"
            elif record.nameID in {2, 17}:
                record.string = style if record.nameID == 17 or style == "Regular" else "Regular"
            elif record.nameID == 4:
                record.string = f"{family} {style}"
            elif record.nameID == 6:
                record.string = f"{family}-{style}".replace(" ", "")
        for name_id, text in ((16, family), (17, style)):
            merged["name"].setName(text, name_id, 3, 1, 0x409)
        merged["OS/2"].usWeightClass = weight
        merged.save(target)
        print(f"{target.name}: {target.stat().st_size // 1024} KiB, {len(merged.getBestCmap())} code points")


def main(modules: Path) -> int:
    fonts, icons = RESOURCES / "fonts", RESOURCES / "icons"
    for folder in (fonts, icons):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for package, family, weights in FONTS:
        source = modules / "@fontsource" / package
        for weight, style in weights:
            merge_weight(source, family, weight, style, fonts / f"{family.replace(' ', '')}-{style}.ttf")
        shutil.copyfile(source / "LICENSE", fonts / f"LICENSE-{package}.txt")
    missing = [name for name in ICONS if not (modules / f"lucide-static/icons/{name}.svg").exists()]
    if missing:
        print("not in the package:", *missing)
        return 1
    for name in ICONS:
        shutil.copyfile(modules / f"lucide-static/icons/{name}.svg", icons / f"{name}.svg")
    shutil.copyfile(modules / "lucide-static/LICENSE", icons / "LICENSE-lucide.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
