"""Every colour, size and text role of the window; nothing else names one. Pure values.

Named tuples rather than dataclasses: the first paint waits for them, and they are made in a tenth of the time.
"""

from enum import Enum
from typing import NamedTuple


class Tone(Enum):
    """What a verdict feels like; each also has its own icon and word."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    MUTE = "mute"


_TONE_NAMES = frozenset(tone.value for tone in Tone)


class Colours(NamedTuple):
    """One theme. Hex RGB; `scrim_alpha` is 0 to 255."""

    dark: bool
    window: str
    rail: str
    surface: str
    raised: str
    hover: str
    select: str
    select_edge: str
    border: str
    border_strong: str
    text: str
    text2: str
    text3: str
    accent: str
    accent_hover: str
    on_accent: str
    tones: dict[Tone, tuple[str, str]]
    scrim_alpha: int
    on_bad: str = "#FFFFFF"
    high_contrast: bool = False

    def named(self, name: str) -> str:
        """Return a colour by its token ("text2", "accent") or the strong colour of a tone ("warn")."""
        return self.tones[Tone(name)][0] if name in _TONE_NAMES else str(getattr(self, name))

    def tone(self, tone: Tone) -> str:
        """Return the strong colour of a tone."""
        return self.tones[tone][0]

    def tint(self, tone: Tone) -> str:
        """Return the ground colour of a tone."""
        return self.tones[tone][1]


LIGHT = Colours(
    dark=False, window="#F5F6F8", rail="#ECEFF3", surface="#FFFFFF", raised="#FFFFFF", hover="#F3F5F9",
    select="#E9EFFE", select_edge="#3060E0", border="#E1E5EB", border_strong="#C9D0D9",
    text="#17202B", text2="#4C5866", text3="#66727F", accent="#2C58D4", accent_hover="#2449B4", on_accent="#FFFFFF",
    tones={
        Tone.OK: ("#047A61", "#DFF4EE"), Tone.WARN: ("#935E00", "#FDF0D5"), Tone.BAD: ("#A30F3A", "#FCE4EA"),
        Tone.INFO: ("#2C58D4", "#E6EDFD"), Tone.MUTE: ("#5B6775", "#EDF0F3"),
    },
    scrim_alpha=120,
)  # fmt: skip
DARK = Colours(
    dark=True, window="#0E1319", rail="#0A0E13", surface="#151B23", raised="#1B232D", hover="#1A222C",
    select="#1B2944", select_edge="#7E9CFF", border="#242E3A", border_strong="#364352",
    text="#E8EDF3", text2="#AAB6C3", text3="#8794A3", accent="#7E9CFF", accent_hover="#98B0FF", on_accent="#0B1220",
    tones={
        Tone.OK: ("#33D1B4", "#0F2F2B"), Tone.WARN: ("#F7C25F", "#33280F"), Tone.BAD: ("#F7708C", "#3A1722"),
        Tone.INFO: ("#8AA5FF", "#1A2746"), Tone.MUTE: ("#94A1B0", "#202934"),
    },
    scrim_alpha=165, on_bad="#22060E",
)  # fmt: skip
LIGHT_CONTRAST = LIGHT._replace(
    window="#FFFFFF", rail="#FFFFFF", hover="#F0F0F0", select="#D6E4FF", select_edge="#0033A0", border="#5B6775",
    border_strong="#17202B", text="#000000", text2="#1B2430", text3="#333D49", accent="#0033A0", accent_hover="#001F66",
    tones={
        Tone.OK: ("#00513F", "#E6F6F1"), Tone.WARN: ("#663F00", "#FFF4DC"), Tone.BAD: ("#7A0026", "#FFE9EF"),
        Tone.INFO: ("#0033A0", "#E9F0FF"), Tone.MUTE: ("#333D49", "#F0F2F4"),
    }, high_contrast=True,
)  # fmt: skip
DARK_CONTRAST = DARK._replace(
    window="#000000", rail="#000000", surface="#000000", raised="#0B0F14", hover="#161D26", select="#10245C",
    select_edge="#B9C9FF", border="#94A1B0", border_strong="#E8EDF3", text="#FFFFFF", text2="#E4EAF1", text3="#CBD4DE",
    accent="#B9C9FF", accent_hover="#DCE5FF", on_accent="#000000",
    tones={
        Tone.OK: ("#7CF0DA", "#06231E"), Tone.WARN: ("#FFDC96", "#2A2005"), Tone.BAD: ("#FFB3C3", "#330C18"),
        Tone.INFO: ("#B9C9FF", "#0E1A3A"), Tone.MUTE: ("#D5DDE6", "#161D26"),
    }, on_bad="#000000", high_contrast=True,
)  # fmt: skip
SCRIM = "#080C12"
MARK_GRADIENT = ("#5B7FFF", "#2447C4")

SANS, MONO = "Dotlocal Sans", "Dotlocal Mono"


class TextRole(NamedTuple):
    """A size in px, a weight, a face, and which colour it takes by default."""

    px: int
    weight: int = 400
    face: str = SANS
    colour: str = "text"
    spacing: float = 0.0


ROLES: dict[str, TextRole] = {
    "caption": TextRole(11, 500, colour="text3"),
    "small": TextRole(12, colour="text2"),
    "small_strong": TextRole(12, 600),
    "body": TextRole(13),
    "body2": TextRole(13, colour="text2"),
    "body_strong": TextRole(13, 600),
    "section": TextRole(14, 600),
    "head": TextRole(17, 600, spacing=-0.3),
    "title": TextRole(20, 600, spacing=-0.4),
    "display": TextRole(26, 600, spacing=-0.4),
    "mono": TextRole(12, face=MONO),
    "mono_small": TextRole(11, face=MONO, colour="text3"),
}

RADIUS_CONTROL, RADIUS_CARD, RADIUS_DIALOG, RADIUS_TILE = 8, 10, 14, 9
RAIL_WIDTH, RAIL_NARROW, DETAIL_WIDTH = 220, 56, 424
NARROW_BELOW = 1180
MINIMUM = (1024, 640)
START_SIZE = (1440, 900)
BUTTON, BUTTON_SMALL, FIELD, CHIP, PILL = 34, 28, 34, 30, 24
RAIL_ITEM, ROW, ROW_COMPACT, HEADER, MATRIX_ROW = 36, 54, 32, 38, 62
NODE, LINK = 58, 44
ICON_STROKE = 1.75
