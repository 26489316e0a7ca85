"""Colours keep their contrast, every icon and font that is named is there."""

import ast
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo

from core.model.alert import AlertCode
from core.paths import resources_folder
from gui.actions import SPECS
from gui.models import device_icon
from gui.models.alert_model import alert_look
from gui.theme import icons
from gui.theme.fonts import font
from gui.theme.look import Look
from gui.theme.tokens import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, ROLES, Colours, Tone

ROOT = Path(__file__).resolve().parents[2]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "colours", [LIGHT, DARK, LIGHT_CONTRAST, DARK_CONTRAST], ids=["light", "dark", "light+", "dark+"]
)
def test_text_can_be_read(colours: Colours) -> None:
    for name in ("text", "text2", "text3", "accent"):
        assert contrast(getattr(colours, name), colours.surface) >= 4.5, name
    for name in ("text", "text2"):
        for ground in (colours.select, colours.hover, colours.rail, colours.window):
            assert contrast(getattr(colours, name), ground) >= 4.5, (name, ground)
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    for tone in Tone:
        assert contrast(colours.tone(tone), colours.surface) >= 4.5, tone
        assert contrast(colours.tone(tone), colours.tint(tone)) >= 4.5, tone


@pytest.mark.parametrize("colours", [LIGHT_CONTRAST, DARK_CONTRAST], ids=["light", "dark"])
def test_high_contrast_reaches_seven_to_one_and_its_edges_three(colours: Colours) -> None:
    for name in ("text", "text2", "text3", "accent"):
        assert contrast(getattr(colours, name), colours.surface) >= 7, name
        assert contrast(getattr(colours, name), colours.select) >= 7, name
    for name in ("border", "border_strong"):
        assert contrast(getattr(colours, name), colours.surface) >= 3, name
    for tone in Tone:
        assert contrast(colours.tone(tone), colours.tint(tone)) >= 7, tone
    assert contrast(colours.on_bad, colours.tone(Tone.BAD)) >= 7


# Where each call takes its icon, by position.
ICON_ARGUMENTS = {
    "Button": 2, "IconButton": 1, "IconLabel": 1, "Tile": 1, "StepIcon": 1, "Step": 1, "Banner": 2, "Chip": 2,
    "draw_icon": 1, "draw_tile": 3, "State": 2, "Place": 2, "show_status": 1, "show_state": 1, "CaCard": 1,
}  # fmt: skip


def icons_named_in(source: str) -> set[str]:
    named = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        places = [k.value for k in node.keywords if k.arg == "icon"]
        if name in ICON_ARGUMENTS and len(node.args) > ICON_ARGUMENTS[name]:
            places.append(node.args[ICON_ARGUMENTS[name]])
        for place in places:
            options = (place.body, place.orelse) if isinstance(place, ast.IfExp) else (place,)
            named |= {o.value for o in options if isinstance(o, ast.Constant) and isinstance(o.value, str)}
    return named - {""}


def test_every_icon_that_is_named_is_there(qapp: object) -> None:
    present = {f.stem for f in (resources_folder() / "icons").glob("*.svg")}
    named = {icon for file in ROOT.glob("gui/**/*.py") for icon in icons_named_in(file.read_text())}
    named |= {icon for _, icon in device_icon._WORDS} | set(device_icon._TYPES.values())
    named |= set(device_icon._KIND_ICONS.values()) | {alert_look(code)[1] for code in AlertCode}
    named |= {spec.icon for spec in SPECS}
    assert len(named) > 30
    assert named - present == set()
    assert icons_named_in('Button(look, "x", "no-such-icon")') - present == {"no-such-icon"}
    for name in sorted(present):
        assert not icons.pixmap(name, "#000000", 16).isNull()


def test_the_bundled_fonts_are_used(look: Look) -> None:
    for role, facts in ROLES.items():
        info = QFontInfo(font(role))
        assert info.family() == facts.face
        assert abs(info.weight() - facts.weight) <= 50


def test_the_licences_of_fonts_and_icons_are_shipped() -> None:
    for name in ("fonts/LICENSE-inter.txt", "fonts/LICENSE-jetbrains-mono.txt", "icons/LICENSE-lucide.txt"):
        assert len((resources_folder() / name).read_text()) > 500
