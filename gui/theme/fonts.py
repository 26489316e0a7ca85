"""Load the bundled fonts and give a QFont for each text role."""

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase

from core.paths import resources_folder
from gui.theme.tokens import MONO, ROLES, SANS

_FACES: dict[str, str] = {}
_WEIGHTS = {400: QFont.Weight.Normal, 500: QFont.Weight.Medium, 600: QFont.Weight.DemiBold}


def load_fonts() -> None:
    """Register every font file of the resources folder."""
    for file in sorted((resources_folder() / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))


def use_system_font() -> None:
    """Take the system's own face for everything but addresses and fingerprints; before the first text is drawn."""
    _FACES[SANS] = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    font.cache_clear()


@lru_cache(maxsize=64)
def font(role: str) -> QFont:
    """Return the font of a text role; no ligatures in the mono face, since they would falsify evidence."""
    facts = ROLES[role]
    made = QFont(_FACES.get(facts.face, facts.face))
    made.setPixelSize(facts.px)
    made.setWeight(_WEIGHTS[facts.weight])
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if facts.spacing:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, facts.spacing)
    if facts.face == MONO:
        made.setFeature(QFont.Tag("calt"), 0)
    return made
