"""Words and figures for the person's language: translation, dates, spans of time."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QLocale


def tr(text: str) -> str:
    """Return the translation of a visible text."""
    return QCoreApplication.translate("Dotlocal", text)


def date_text(moment: datetime | None) -> str:
    """Return a date as "3 Nov 2026"; a dash where there is none."""
    if moment is None:
        return "–"
    local = moment.astimezone()
    return f"{local.day} {QLocale().monthName(local.month, QLocale.FormatType.ShortFormat)} {local.year}"


def time_text(moment: datetime) -> str:
    """Return a time of day as "14:05"."""
    return f"{moment.astimezone():%H:%M}"


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
        return tr("Expired today") if gone == 0 else tr("Expired %1 days ago").replace("%1", str(gone))
    if days >= 730:
        return tr("%1 years left").replace("%1", str(days // 365))
    return tr("1 day left") if days == 1 else tr("%1 days left").replace("%1", str(days))
