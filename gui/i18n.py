"""Words and figures for the person's language: translation, dates, spans of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from core.paths import resources_folder

if TYPE_CHECKING:
    from datetime import datetime

TRANSLATED = ("de",)
PSEUDO, PSEUDO_RTL = "x-pseudo", "x-pseudo-rtl"
"""Not languages: English made longer and accented, left to right and right to left, to see what is not translated."""
_ACCENTS = str.maketrans("aceinouyACEINOUY", "åçéîñöüýÅÇÉÎÑÖÜÝ")


class Language:
    """The language in force; `missing` collects what had no translation."""

    def __init__(self) -> None:
        self.code = "en"
        self.current = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
        self.words: dict[str, str] = {}
        self.missing: set[str] = set()

    @property
    def rtl(self) -> bool:
        """Say whether reading begins at the right."""
        return self.code == PSEUDO_RTL or self.current.textDirection().name == "RightToLeft"


LOCALE = Language()


def use_language(code: str) -> None:
    """Take a language into force: "system", "en", "de", or a pseudo-language."""
    if code == "system":
        code = QLocale.system().name().partition("_")[0]
    LOCALE.code = code if code in (*TRANSLATED, PSEUDO, PSEUDO_RTL) else "en"
    LOCALE.words = _catalogue(LOCALE.code) if LOCALE.code in TRANSLATED else {}
    LOCALE.missing = set()
    if LOCALE.code in TRANSLATED:
        LOCALE.current = QLocale(LOCALE.code)
    else:
        LOCALE.current = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


def _catalogue(code: str) -> dict[str, str]:
    """Return the translations of a language by their English text."""
    import tomllib

    text = (resources_folder() / "i18n" / f"window.{code}.toml").read_text(encoding="utf-8")
    return {str(english): str(words) for english, words in tomllib.loads(text)["text"].items()}


def tr(text: str) -> str:
    """Return the translation of a visible text."""
    if LOCALE.code == "en" or not text:
        return text
    if LOCALE.code in {PSEUDO, PSEUDO_RTL}:
        return _pseudo(text)
    found = LOCALE.words.get(text)
    if found is None:
        LOCALE.missing.add(text)
        return text
    return found


def _pseudo(text: str) -> str:
    """Return a text a third longer and with accents; places such as %1 stay."""
    return "[" + text.translate(_ACCENTS) + "~" * (len(text) // 3) + "]"


def date_text(moment: datetime | None) -> str:
    """Return a date as "3 Nov 2026"; a dash where there is none."""
    if moment is None:
        return "–"
    local = moment.astimezone()
    month = LOCALE.current.monthName(local.month, QLocale.FormatType.ShortFormat)
    return f"{local.day}{'.' if LOCALE.code == 'de' else ''} {month} {local.year}"


def time_text(moment: datetime) -> str:
    """Return a time of day as "14:05"."""
    return f"{moment.astimezone():%H:%M}"


def moment_text(moment: datetime, now: datetime) -> str:
    """Return a moment as "today, 09:14", "3 Nov, 16:20" or, in another year, "3 Nov 2025"."""
    local, here = moment.astimezone(), now.astimezone()
    if local.date() == here.date():
        return tr("today, %1").replace("%1", time_text(moment))
    if local.year != here.year:
        return date_text(moment)
    return f"{date_text(moment).rpartition(' ')[0]}, {time_text(moment)}"


def ago_text(moment: datetime, now: datetime) -> str:
    """Return how long ago something was: "just now", "5 s ago", "26 min ago", "3 h ago", then the date."""
    seconds = int((now - moment).total_seconds())
    if seconds < 2:
        return tr("just now")
    if seconds < 60:
        return tr("%1 s ago").replace("%1", str(seconds))
    if seconds < 3600:
        return tr("%1 min ago").replace("%1", str(seconds // 60))
    if seconds < 86_400:
        return tr("%1 h ago").replace("%1", str(seconds // 3600))
    return date_text(moment)


def left_text(end: datetime | None, now: datetime) -> str:
    """Return what is left of a certificate: "198 days left", "9 years left", "Expired 3 days ago"."""
    if end is None:
        return tr("Unreadable")
    days = int((end - now).total_seconds() // 86_400)
    if end < now:
        gone = max(0, (now - end).days)
        return tr("Expired today") if gone == 0 else counted(gone, tr("Expired yesterday"), tr("Expired %1 days ago"))
    if days >= 730:
        return tr("%1 years left").replace("%1", str(days // 365))
    return counted(days, tr("1 day left"), tr("%1 days left"))


def counted(number: int, one: str, many: str) -> str:
    """Return the form that fits a number, with the number in the place of %1."""
    return one if number == 1 else many.replace("%1", str(number))
