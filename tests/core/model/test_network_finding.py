"""What is remembered of the network is bounded, and the worst stays."""

from dataclasses import replace
from datetime import UTC, datetime

from core.model.network_finding import Evidence, FindingCode, Findings, NetworkFinding, Weight
from core.model.network_words import evidence_lines


def finding(code: FindingCode, weight: Weight, subject: str, *, over: bool = False) -> NetworkFinding:
    return NetworkFinding(code, weight, subject, "eth0", datetime(2026, 11, 26, tzinfo=UTC), over=over)


def test_hints_of_forged_senders_push_out_no_alarm() -> None:
    held = Findings(most=50)
    held.take(finding(FindingCode.TWO_SENDERS, Weight.ALARM, "dev01.local"))
    for number in range(500):
        held.take(finding(FindingCode.MALFORMED, Weight.HINT, f"10.0.0.{number}"))
    assert len(held.all()) == 50
    assert held.all()[0].subject == "dev01.local"


def test_what_is_over_is_forgotten() -> None:
    held = Findings()
    held.take(finding(FindingCode.CANNOT_SEND, Weight.NOTICE, "eth0"))
    held.take(finding(FindingCode.CANNOT_SEND, Weight.NOTICE, "eth0", over=True))
    assert held.all() == ()


def test_evidence_is_put_into_words_once_and_what_a_sender_said_fills_no_other_place() -> None:
    at = datetime(2026, 11, 26, 9, 14, tzinfo=UTC)
    evidence = (
        Evidence("10.0.0.9", "TXT %1 %3", at, "24:6f:28:00:00:01"), Evidence("10.0.0.9", "A %3"),
        Evidence("%2", "", at), Evidence("10.0.0.9", ""),
    )  # fmt: skip
    told = replace(finding(FindingCode.TWO_SENDERS, Weight.ALARM, "dev01.local"), evidence=evidence)
    assert evidence_lines(told) == (
        "10.0.0.9 (24:6f:28:00:00:01) said TXT %1 %3 at 09:14:00 UTC", "10.0.0.9 said A %3, not heard again",
        "%2 at 09:14:00 UTC", "10.0.0.9, not heard again",
    )  # fmt: skip
    assert (
        evidence_lines(told, lambda words: words.replace("said", "sagte"))[1] == "10.0.0.9 sagte A %3, not heard again"
    )
