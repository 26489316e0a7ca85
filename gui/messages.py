"""Codes from the core into words for people; the only place that does so in the window."""

from PySide6.QtCore import QLocale

from core.errors import DotlocalError
from core.model.reasons import explain, fill
from core.model.text import display
from core.model.verdict import Reason
from gui.i18n import tr

_TITLES = {
    "elevation-refused": "Nothing was changed",
    "keychain-missing": "No place for the passphrase",
    "passphrase-wrong": "The passphrase doesn't fit",
    "state-unwritable": "A file can't be written",
    "state-corrupt": "A file of Dotlocal can't be read",
    "network-unavailable": "No network",
    "outside-limits": "Outside the limits of your root",
    "bad-name": "Not a host name",
    "bad-address": "Not an address",
    "file-exists": "A file is there already",
    "authority-exists": "There is a root already",
    "unknown-interface": "No such interface",
}


def reason_sentence(reason: Reason) -> str:
    """Return what a reason says, as plain text fit to show."""
    return fill(tr(explain(reason.code, language()).sentence), _shown(reason))


def reason_mend(reason: Reason) -> str:
    """Return the next step that a reason names."""
    return fill(tr(explain(reason.code, language()).mend), _shown(reason))


def language() -> str:
    """Return the person's language as a code, such as "en" or "de"."""
    return QLocale().name().partition("_")[0]


def problem_title(problem: DotlocalError) -> str:
    """Return a short title for a problem."""
    return tr(_TITLES.get(problem.code, "This didn't work"))


def problem_text(problem: DotlocalError) -> str:
    """Return what happened and what to do next."""
    return " ".join(display(part, 600) for part in (problem.message, problem.hint) if part)


def client_name(client: str) -> str:
    """Return a client's name for people: "System store", "Firefox (abc.default)"."""
    kind, _, rest = client.partition(":")
    names = {
        "os": tr("System store"), "chromium": tr("Chromium"), "site": tr("Your own root"),
        "firefox": tr("Firefox"),
    }  # fmt: skip
    name = names.get(kind, display(client))
    return f"{name} ({display(rest, 40)})" if rest else name


def _shown(reason: Reason) -> tuple[tuple[str, str], ...]:
    return tuple((key, display(value)) for key, value in reason.facts)
