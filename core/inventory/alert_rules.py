"""Which alerts there are: decided from a judged chain, a finding of the network, stores and their journal; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.events import ChainJudged
from core.model.alert import AlertCode
from core.model.change import History
from core.model.device import Device
from core.model.network_finding import FindingCode, NetworkFinding
from core.model.plan import Action
from core.model.store_state import StoreState

_TIERS = (
    (timedelta(0), AlertCode.EXPIRED), (timedelta(days=1), AlertCode.EXPIRES_TOMORROW),
    (timedelta(days=7), AlertCode.EXPIRES_IN_7_DAYS), (timedelta(days=30), AlertCode.EXPIRES_IN_30_DAYS),
)  # fmt: skip
_CLAIMED_TWICE = {FindingCode.TWO_SENDERS, FindingCode.NAME_GIVEN_UP}


@dataclass(frozen=True, slots=True)
class Reported:
    """Something that may become an alert: unless it was told for this occasion already, or is muted."""

    code: AlertCode
    subject: str
    occasion: str
    facts: tuple[tuple[str, str], ...] = ()


def of_chain(judged: ChainJudged, now: datetime) -> tuple[Reported, ...]:
    """Return what a judged chain gives rise to: another key, an end that is near. Only proved keys count."""
    presented = judged.presented
    if not presented.chain or not presented.key_proved:
        return ()
    leaf = presented.chain[0]
    found = []
    changed = next((r for v in judged.verdicts for r in v.reasons if r.code == "key-changed"), None)
    if changed is not None:
        facts = dict(changed.facts)
        occasion = " ".join(facts.get(name, "") for name in ("old", "new", "date"))
        found.append(Reported(AlertCode.IDENTITY_CHANGED, judged.host, occasion, changed.facts))
    if leaf.not_after is not None:
        left = leaf.not_after - now
        tier = next((code for limit, code in _TIERS if left <= limit), None)
        if tier is not None:
            occasion = f"{leaf.sha256} {now:%Y-%m}"  # again next month, and after a clock was set right
            found.append(Reported(tier, judged.host, occasion, (("end", f"{leaf.not_after:%Y-%m-%d}"),)))
    return tuple(found)


def of_finding(finding: NetworkFinding) -> tuple[Reported, ...]:
    """Return what a finding of the network gives rise to: a name that two senders claim, once a day."""
    if finding.over or finding.code not in _CLAIMED_TWICE:
        return ()
    senders = ", ".join(e.sender for e in finding.evidence[:4])
    return (Reported(AlertCode.NAME_CLAIMED_TWICE, finding.subject, f"{finding.at:%Y-%m-%d}", (("senders", senders),)),)


def of_new(device: Device) -> tuple[Reported, ...]:
    """Return the alert of a device that was never seen before."""
    address = device.addresses[0].address if device.addresses else ""
    return (Reported(AlertCode.NEW_DEVICE, device.id, "", (("address", address), ("name", device.name))),)


def of_stores(states: Iterable[StoreState], history: History, sha256: str, now: datetime) -> tuple[Reported, ...]:
    """Return the stores that lost the root: Dotlocal put it there, nobody undid that here, and it is not there now."""
    expected = _expected(history, sha256)
    return tuple(
        Reported(AlertCode.ROOT_MISSING, state.id, f"{sha256[:16]} {now:%Y-%m-%d}", (("store", state.label),))
        for state in states
        if state.available and state.installed is False and state.id in expected
    )


def _expected(history: History, sha256: str) -> set[str]:
    """Return the stores that should hold the root by what is on record."""
    held: set[str] = set()
    for change in history.changes:
        if change.sha256 != sha256 or change.phase != "done" or change.undone:
            continue  # what was undone is as if it had never been, and so is its undoing
        if change.action is Action.INSTALL:
            held.add(change.store)
        elif change.action is Action.REMOVE:
            held.discard(change.store)
    return held
