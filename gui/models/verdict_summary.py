"""One state for a device out of all its verdicts, the worst first; pure, words for people."""

from dataclasses import dataclass

from core.events import ChainJudged
from core.model.device import Device, Presence
from core.model.reasons import Severity
from core.model.text import display
from core.model.tls_target import announces_tls, tls_target
from core.model.verdict import Reason, Verdict
from gui.i18n import tr
from gui.messages import client_name, reason_mend, reason_sentence
from gui.theme.tokens import Tone

_NAME_CODES = {"name-mismatch", "cn-only", "ip-as-dns-name", "wildcard-too-wide", "san-trailing-dot"}


@dataclass(frozen=True, slots=True)
class State:
    """What a device's row and banner show. `fix` is "issue", "install", "retry" or ""."""

    key: str
    tone: Tone
    icon: str
    label: str
    sentence: str
    mend: str = ""
    fix: str = ""
    rank: int = 50

    @property
    def needs_attention(self) -> bool:
        """Say whether a person should do something."""
        return self.tone in {Tone.BAD, Tone.WARN}


def summarize(device: Device, judged: ChainJudged | None, *, checking: bool, every_tcp: bool = False) -> State:
    """Return the state of a device; `every_tcp` says that every TCP service is asked for TLS, as a setting can want."""
    if device.presence is Presence.ARRIVING:
        return State(
            "arriving",
            Tone.INFO,
            "circle-dashed",
            tr("Arriving"),
            tr("It is taking its name and will follow."),
            rank=62,
        )
    if not device.online:
        return State("offline", Tone.MUTE, "wifi-off", tr("Offline"), tr("It said goodbye or fell silent."), rank=90)
    if judged is None:
        if checking:
            return State(
                "checking", Tone.INFO, "circle-dashed", tr("Checking"), tr("Asking for its certificate."), rank=60
            )
        if tls_target(device.services, every_tcp=every_tcp) is not None:
            announced = any(map(announces_tls, device.services))
            sentence = (
                tr("It announces an encrypted service; nobody looked at its certificate yet.")
                if announced
                else tr("One of its ports may speak TLS; nobody looked yet.")
            )
            return State("not-checked", Tone.MUTE, "circle-dashed", tr("Not checked"), sentence, "", "retry", rank=66)
        return State("no-tls", Tone.MUTE, "lock-open", tr("No TLS"), tr("It announces no encrypted service."), rank=70)
    if judged.presented.failure:
        return _without_chain(judged)
    everyone = [v for v in judged.verdicts if v.client != "site"]
    clients = [v for v in everyone if v.is_known]
    unread = [v for v in everyone if not v.is_known]
    refusing = [v for v in clients if not v.trusted]
    changed = next((r for v in everyone for r in v.reasons if r.code == "key-changed"), None)
    if changed is not None and not any(r.code == "key-not-proved" for v in everyone for r in v.reasons):
        return State("identity-changed", Tone.BAD, "fingerprint-pattern", tr("Identity changed"),
                     reason_sentence(changed), reason_mend(changed), "review", rank=1)  # fmt: skip
    if not clients:
        unasked = _unasked(unread)
        sentence = reason_sentence(unasked) if unasked else tr("No trust store could be read on this computer.")
        mend, fix = (reason_mend(unasked), "retry") if unasked else ("", "")
        return State("unknown", Tone.MUTE, "circle-alert", tr("Couldn't check"), sentence, mend, fix, rank=65)
    if any(r.code == "key-not-proved" for v in refusing for r in v.reasons):
        unproved = Reason("key-not-proved")
        return State("unproved", Tone.MUTE, "circle-alert", tr("Couldn't check"), reason_sentence(unproved),
                     reason_mend(unproved), "retry", rank=41)  # fmt: skip
    return _refused(clients, refusing) if refusing else _trusted(clients, unread)


def _unasked(verdicts: list[Verdict]) -> Reason | None:
    return next((r for v in verdicts for r in v.reasons if r.code == "verifier-not-asked"), None)


def _without_chain(judged: ChainJudged) -> State:
    reason = judged.verdicts[0].reasons[0] if judged.verdicts else Reason(judged.presented.failure)
    sentence, mend = reason_sentence(reason), reason_mend(reason)
    if reason.code == "not-tls":
        return State("no-tls", Tone.MUTE, "lock-open", tr("No TLS"), sentence, mend, "issue", rank=70)
    return State("no-answer", Tone.MUTE, "circle-alert", tr("Couldn't check"), sentence, mend, "retry", rank=40)


def _trusted(clients: list[Verdict], unread: list[Verdict]) -> State:
    names = _listed([client_name(v.client) for v in clients])
    soon = next((r for v in clients for r in v.reasons if r.code == "expires-soon"), None)
    if soon is not None:
        return State(
            "expires-soon", Tone.WARN, "clock-alert", tr("Expires soon"), reason_sentence(soon), reason_mend(soon),
            "issue", rank=30,
        )  # fmt: skip
    sentence = tr("%1 would trust it.").replace("%1", names)
    if unread:
        unasked = [client_name(v.client) for v in unread if _unasked([v])]
        others = [client_name(v.client) for v in unread if not _unasked([v])]
        for names_of, words in (
            (unasked, tr("Not known for %1: its own verifier could not be asked.")),
            (others, tr("Not known for %1: the store could not be read.")),
        ):
            sentence += " " + words.replace("%1", _listed(names_of)) if names_of else ""
        return State("partial", Tone.WARN, "shield-half", tr("Trusted in part"), sentence, rank=26)
    return State("trusted", Tone.OK, "shield-check", tr("Trusted"), sentence, rank=80)


def _refused(clients: list[Verdict], refusing: list[Verdict]) -> State:
    reasons = [r for v in refusing for r in v.reasons if r.severity in {Severity.STOP, Severity.PART}]
    codes = {r.code for r in reasons}
    if codes and codes <= {"untrusted-root"}:
        return _root_missing(clients, refusing, reasons)
    first = next((r for r in reasons if r.code != "untrusted-root"), Reason("refused"))
    if len(refusing) < len(clients):
        who = _listed([client_name(v.client) for v in refusing if first in v.reasons] or [tr("One of them")])
        sentence = f"{reason_sentence(first)} " + tr("%1 would refuse it.").replace("%1", who)
        label, mend = tr("Trusted in part"), reason_mend(first)
        return State("partial", Tone.WARN, "shield-half", label, sentence, mend, "issue", 25)
    for wanted, state in (
        ({"expired"}, ("expired", Tone.BAD, "calendar-x", tr("Expired"), "issue", 10)),
        ({"not-yet-valid"}, ("not-yet-valid", Tone.BAD, "calendar-x", tr("Not valid yet"), "issue", 11)),
        (_NAME_CODES, ("wrong-name", Tone.BAD, "shield-x", tr("Wrong name"), "issue", 12)),
        ({"self-signed"}, ("self-signed", Tone.WARN, "shield-question-mark", tr("Self-signed"), "issue", 22)),
        ({"unknown-issuer"}, ("unknown-ca", Tone.WARN, "shield-question-mark", tr("Unknown CA"), "issue", 21)),
        ({"missing-intermediate"}, ("incomplete", Tone.WARN, "unlink", tr("Incomplete"), "issue", 20)),
    ):
        match = next((r for r in reasons if r.code in wanted), None)
        if match is not None:
            key, tone, icon, label, fix, rank = state
            return State(key, tone, icon, label, reason_sentence(match), reason_mend(match), fix, rank)
    sentence, mend = reason_sentence(first), reason_mend(first)
    return State("refused", Tone.BAD, "circle-x", tr("Refused"), sentence, mend, "issue", 15)


def _root_missing(clients: list[Verdict], refusing: list[Verdict], reasons: list[Reason]) -> State:
    refusers = _listed([client_name(v.client) for v in refusing])
    if len(refusing) < len(clients):
        holders = _listed([client_name(v.client) for v in clients if v.trusted])
        sentence = tr("%1 would trust it. %2 would not: the root is missing there.")
        sentence = sentence.replace("%2", refusers).replace("%1", holders)
        return State("partial", Tone.WARN, "shield-half", tr("Trusted in part"), sentence, "", "install", 25)
    root = display(dict(reasons[0].facts).get("name", ""), 60)
    sentence = tr("The certificate is sound, but its root, %1, is not installed here: %2.")
    sentence = sentence.replace("%2", refusers).replace("%1", root)
    return State("not-trusted", Tone.WARN, "shield-alert", tr("Not trusted here"), sentence, "", "install", 24)


def _listed(names: list[str]) -> str:
    if len(names) <= 1:
        return names[0] if names else ""
    return ", ".join(names[:-1]) + " " + tr("and") + " " + names[-1]
