"""What is remembered of the network is bounded, and the worst stays."""

from datetime import UTC, datetime

from core.model.network_finding import FindingCode, Findings, NetworkFinding, Weight


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
