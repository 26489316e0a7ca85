"""One state for a device out of all its verdicts, the worst first; pure, words for people."""

from dataclasses import dataclass

from core.events import ChainJudged
from core.model.device import Device
from core.model.reasons import Severity
from core.model.verdict import Reason, Verdict
from gui.i18n import tr
from gui.messages import client_name, reason_mend, reason_sentence
from gui.theme.tokens import Tone

_NAME_CODES = {"name-mismatch", "cn-only", "ip-as-dns-name", "wildcard-too-wide"}
_STORE_CODES = {"untrusted-root", "store-unreadable", "system-verifier"}


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


def summarize(device: Device, judged: ChainJudged | None, *, checking: bool) -> State:
    """Return the state of a device."""
    if not device.online:
        return State("offline", Tone.MUTE, "wifi-off", tr("Offline"), tr("It said goodbye or fell silent."), rank=90)
    if judged is None:
        if checking:
            return State(
                "checking", Tone.INFO, "circle-dashed", tr("Checking"), tr("Asking for its certificate."), rank=60
            )
        return State("no-tls", Tone.MUTE, "lock-open", tr("No TLS"), tr("It announces no encrypted service."), rank=70)
    if judged.presented.failure:
        return _without_chain(judged)
    clients = [v for v in judged.verdicts if v.client != "site"]
    refusing = [v for v in clients if not v.trusted]
    if not clients:
        sentence = tr("No trust store was found on this computer.")
        return State("unknown", Tone.MUTE, "circle-alert", tr("Couldn't check"), sentence, fix="", rank=65)
    if not refusing:
        return _trusted(clients)
    return _refused(clients, refusing)


def _without_chain(judged: ChainJudged) -> State:
    reason = judged.verdicts[0].reasons[0] if judged.verdicts else Reason(judged.presented.failure)
    sentence, mend = reason_sentence(reason), reason_mend(reason)
    if reason.code == "not-tls":
        return State("no-tls", Tone.MUTE, "lock-open", tr("No TLS"), sentence, mend, "issue", rank=70)
    return State("no-answer", Tone.MUTE, "circle-alert", tr("Couldn't check"), sentence, mend, "retry", rank=40)


def _trusted(clients: list[Verdict]) -> State:
    names = _listed([client_name(v.client) for v in clients])
    soon = next((r for v in clients for r in v.reasons if r.code == "expires-soon"), None)
    if soon is not None:
        return State(
            "expires-soon", Tone.WARN, "clock-alert", tr("Expires soon"), reason_sentence(soon), reason_mend(soon),
            "issue", rank=30,
        )  # fmt: skip
    sentence = tr("%1 would trust it.").replace("%1", names)
    return State("trusted", Tone.OK, "shield-check", tr("Trusted"), sentence, rank=80)


def _refused(clients: list[Verdict], refusing: list[Verdict]) -> State:
    reasons = [r for v in refusing for r in v.reasons if r.severity in {Severity.STOP, Severity.PART}]
    codes = {r.code for r in reasons}
    first = next((r for r in reasons if r.code not in _STORE_CODES), reasons[0] if reasons else Reason("refused"))
    if codes <= _STORE_CODES:
        return _store_state(clients, refusing, reasons)
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
    some = len(refusing) < len(clients)
    label = tr("Trusted in part") if some else tr("Refused")
    who = _listed([client_name(v.client) for v in refusing])
    sentence = f"{reason_sentence(first)} " + tr("%1 would refuse it.").replace("%1", who)
    tone, icon = (Tone.WARN, "shield-half") if some else (Tone.BAD, "circle-x")
    return State("partial" if some else "refused", tone, icon, label, sentence, reason_mend(first), "issue", 15)


def _store_state(clients: list[Verdict], refusing: list[Verdict], reasons: list[Reason]) -> State:
    refusers = _listed([client_name(v.client) for v in refusing])
    if len(refusing) < len(clients):
        holders = _listed([client_name(v.client) for v in clients if v.trusted])
        sentence = tr("%1 would trust it. %2 would not.").replace("%1", holders).replace("%2", refusers)
        return State("partial", Tone.WARN, "shield-half", tr("Trusted in part"), sentence, "", "install", 25)
    root = next((dict(r.facts).get("name", "") for r in reasons if r.code == "untrusted-root"), "")
    if not root:
        sentence = reason_sentence(reasons[0])
    else:
        sentence = tr("The certificate is sound, but its root, %1, is not installed here: %2.")
        sentence = sentence.replace("%1", root).replace("%2", refusers)
    return State("not-trusted", Tone.WARN, "shield-alert", tr("Not trusted here"), sentence, "", "install", 24)


def _listed(names: list[str]) -> str:
    if len(names) <= 1:
        return names[0] if names else ""
    return ", ".join(names[:-1]) + " " + tr("and") + " " + names[-1]
