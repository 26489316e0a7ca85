"""Codes from the core into words for people; the only place that does so in the window."""

from datetime import UTC, datetime

from core.errors import DotlocalError
from core.model.alert import Alert, AlertCode
from core.model.reasons import explain, fill
from core.model.text import display
from core.model.verdict import Reason
from gui.i18n import LOCALE, TRANSLATED, date_text, tr

_TITLES = {
    "elevation-refused": "Nothing was changed",
    "keychain-missing": "No place for the passphrase",
    "passphrase-wrong": "The passphrase doesn't fit",
    "state-unwritable": "A file can't be written",
    "state-corrupt": "A file of Dotlocal can't be read",
    "setting-managed": "Set for this computer",
    "updates-off": "The update check is turned off",
    "updates-unknown": "No place to ask for newer versions",
    "update-unreachable": "Newer versions could not be asked for",
    "update-refused": "An answer that is not to be believed",
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
    return fill(_told(explain(reason.code, language()).sentence), _shown(reason))


def reason_mend(reason: Reason) -> str:
    """Return the next step that a reason names."""
    return fill(_told(explain(reason.code, language()).mend), _shown(reason))


def _told(text: str) -> str:
    """Return words that have their own translations; a pseudo-language is made of the English ones."""
    return text if language() != "en" else tr(text)


def language() -> str:
    """Return the person's language as a code, such as "en" or "de"."""
    return LOCALE.code if LOCALE.code in TRANSLATED else "en"


def problem_title(problem: DotlocalError) -> str:
    """Return a short title for a problem."""
    return tr(_TITLES.get(problem.code, "This didn't work"))


def problem_text(problem: DotlocalError) -> str:
    """Return what happened and what to do next."""
    return " ".join(display(part, 600) for part in (problem.message, problem.hint) if part)


def field_name(name: str) -> str:
    """Return the name of a certificate's field; an extension may be critical."""
    plain = name.removesuffix(", critical")
    return tr(plain) + (", " + tr("critical") if plain != name else "")


def client_name(client: str) -> str:
    """Return a client's name for people: "System store", "Firefox (abc.default)"."""
    kind, _, rest = client.partition(":")
    names = {
        "os": tr("System store"), "chromium": tr("Chromium"), "site": tr("Your own root"),
        "firefox": tr("Firefox"),
    }  # fmt: skip
    name = names.get(kind, display(client))
    return f"{name} ({display(rest, 40)})" if rest else name


def alert_title(alert: Alert, name: str) -> str:
    """Return what an alert says in one line; `name` is what its subject is called."""
    words = {
        AlertCode.IDENTITY_CHANGED: tr("%1 shows another key than before"),
        AlertCode.NAME_CLAIMED_TWICE: tr("Two senders claim the name %1"),
        AlertCode.ROOT_MISSING: tr("Your root is missing from %1"),
        AlertCode.EXPIRED: tr("The certificate of %1 has expired"),
        AlertCode.EXPIRES_TOMORROW: tr("The certificate of %1 ends within a day"),
        AlertCode.EXPIRES_IN_7_DAYS: tr("The certificate of %1 ends within 7 days"),
        AlertCode.EXPIRES_IN_30_DAYS: tr("The certificate of %1 ends within 30 days"),
        AlertCode.NEW_DEVICE: tr("%1 is new on this network"),
    }[alert.code]
    return words.replace("%1", name)


def alert_detail(alert: Alert) -> str:
    """Return what else is known, and the next step."""
    facts = {key: display(value, 120) for key, value in alert.facts}
    words = {
        AlertCode.IDENTITY_CHANGED: tr("Another key since %1. If you didn't replace it, don't sign in to it.").replace(
            "%1", date_fact(facts.get("date", ""))
        ),
        AlertCode.NAME_CLAIMED_TWICE: tr("Senders: %1").replace("%1", facts.get("senders", "–")),
        AlertCode.ROOT_MISSING: tr("Dotlocal had put it there. Install it again, or find out who took it out."),
        AlertCode.NEW_DEVICE: tr("Address: %1").replace("%1", facts.get("address", "–")),
    }
    words_for_end = tr("It ended on %1.") if alert.code is AlertCode.EXPIRED else tr("It ends on %1.")
    ends = words_for_end.replace("%1", date_fact(facts.get("end", "")))
    return words.get(alert.code, ends)


def date_fact(text: str) -> str:
    """Return a date that a fact holds in ISO form as people write it."""
    try:
        return date_text(datetime.fromisoformat(text).replace(tzinfo=UTC))
    except ValueError:
        return display(text, 40) or "–"


def _shown(reason: Reason) -> tuple[tuple[str, str], ...]:
    return tuple((key, display(value)) for key, value in reason.facts)
