"""What the Devices page says of the network."""

from datetime import UTC, datetime

from core.model.network_finding import Evidence, FindingCode, NetworkFinding, Weight
from gui.models.network_notes import NetworkNotes
from gui.theme.tokens import Tone


def finding(code: FindingCode, weight: Weight, subject: str, *, over: bool = False) -> NetworkFinding:
    evidence = (Evidence("10.0.0.5", "10.0.0.5", None, "02:00:00:00:00:05"),)
    facts = (("record", "A"), ("error", "Network is down"))
    return NetworkFinding(code, weight, subject, "eth0", datetime.now(UTC), evidence, facts, over)


def test_the_worst_is_shown_hints_are_not_and_what_is_over_goes() -> None:
    notes = NetworkNotes()
    notes.take(finding(FindingCode.ODD_TTL, Weight.HINT, "10.0.0.5"))
    assert notes.note() is None
    notes.take(finding(FindingCode.CANNOT_SEND, Weight.NOTICE, "eth0"))
    notes.take(finding(FindingCode.TWO_SENDERS, Weight.ALARM, "<b>dev01</b>.local"))
    shown = notes.note()
    assert shown is not None
    assert shown.tone is Tone.BAD
    assert "<b>dev01</b>.local" in shown.title
    assert "02:00:00:00:00:05" in shown.text
    notes.dismiss()
    shown = notes.note()
    assert shown is not None
    assert shown.tone is Tone.WARN
    notes.take(finding(FindingCode.CANNOT_SEND, Weight.NOTICE, "eth0", over=True))
    assert notes.note() is None
