"""One state for a device out of all verdicts: the worst first, never better than it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.events import ChainJudged
from core.model.certificate import Presented
from core.model.reasons import REASONS
from core.model.verdict import Reason
from core.tls import parse
from core.tls.verify import ClientRoots, judge
from gui.models.verdict_summary import State, summarize
from gui.theme.tokens import Tone
from tests.rigs.minting import NOW, Minted, mint, mint_ca
from tests.rigs.records import device, judged, silent

HOST = "dev01.local"
ROOT = mint_ca()
ALL = {"os": (ROOT,), "firefox:x": (ROOT,), "chromium": (ROOT,)}
NONE: dict[str, tuple[Minted, ...]] = {"os": (), "firefox:x": (), "chromium": ()}


def leaf(**fields: object) -> Minted:
    return mint(HOST, ROOT, names=fields.pop("names", (HOST,)), **fields)  # type: ignore[arg-type]


def state(chain: tuple[Minted, ...], roots: dict[str, tuple[Minted, ...]]) -> str:
    return summarize(device(), judged(HOST, chain, roots), checking=False).key


def test_trusted_needs_every_client() -> None:
    assert state((leaf(),), ALL) == "trusted"
    assert state((leaf(),), {**ALL, "chromium": ()}) == "partial"
    assert state((leaf(), ROOT), NONE) == "not-trusted"


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        (leaf(begin=NOW - timedelta(days=400)), "expired"),
        (leaf(begin=NOW + timedelta(days=1)), "not-yet-valid"),
        (leaf(names=("other.local",)), "wrong-name"),
        (mint(HOST, names=(HOST,), ca=None, key_usage=None, eku=None), "self-signed"),
        (mint(HOST, mint_ca("Stranger"), names=(HOST,)), "unknown-ca"),
        (leaf(days=20), "expires-soon"),
        (leaf(ca=True), "partial"),
        (leaf(key_usage=frozenset({"key_cert_sign"})), "refused"),
    ],
)
def test_each_fault_has_its_state(certificate: Minted, expected: str) -> None:
    assert state((certificate,), ALL) == expected


def test_the_worst_fault_is_shown() -> None:
    both = mint("x", names=("other.local",), begin=NOW - timedelta(days=900), days=800, ca=None, eku=None)
    assert state((both,), NONE) == "expired"


def test_without_a_store_nothing_is_called_trusted() -> None:
    result = summarize(device(), judged(HOST, (leaf(),), {"site": (ROOT,)}), checking=False)
    assert result.key != "trusted"
    assert result.tone is not Tone.OK


def test_our_own_root_alone_makes_nothing_trusted() -> None:
    assert state((leaf(),), {**NONE, "site": (ROOT,)}) == "not-trusted"


def test_states_without_a_chain() -> None:
    assert summarize(device(), silent(HOST), checking=False).key == "no-answer"
    assert summarize(device(), silent(HOST, "not-tls", "HTTP"), checking=False).key == "no-tls"
    assert summarize(device(), None, checking=True).key == "checking"
    assert summarize(device(), None, checking=False).key == "not-checked"
    assert summarize(device(port=80, kind="_http._tcp"), None, checking=False).key == "no-tls"
    assert summarize(device(port=80, kind="_http._tcp"), None, checking=False, every_tcp=True).key == "not-checked"
    assert summarize(device(port=8123, kind="_http._tcp"), None, checking=False).key == "not-checked"
    assert summarize(device(online=False), judged(HOST, (leaf(),), ALL), checking=False).key == "offline"


def test_a_verifier_that_could_not_be_asked_refuses_nothing() -> None:
    reason = Reason("verifier-not-asked", None, (("detail", "Windows's own question was not answered"),))

    def shown(*clients: str) -> State:
        event = judged(HOST, (leaf(),), dict.fromkeys(clients, (ROOT,)))
        verdicts = [
            replace(v, trusted=False, reasons=(reason, *v.reasons)) if v.client == "os" else v for v in event.verdicts
        ]
        return summarize(device(), replace(event, verdicts=tuple(verdicts)), checking=False)

    alone = shown("os")
    assert (alone.label, alone.fix) == ("Couldn't check", "retry")
    assert "could not be asked: Windows's own question" in alone.sentence
    changed = Reason("key-changed", 0, (("date", "2026-11-01"), ("old", "aa"), ("new", "bb")))
    event = judged(HOST, (leaf(),), {"os": (ROOT,)})
    verdicts = tuple(replace(v, trusted=False, reasons=(reason, changed, *v.reasons)) for v in event.verdicts)
    assert summarize(device(), replace(event, verdicts=verdicts), checking=False).key == "identity-changed"
    beside = shown("os", "chromium")
    assert beside.label == "Trusted in part"
    assert (
        "Chromium would trust it. Not known for System store: its own verifier could not be asked." in beside.sentence
    )


def test_no_word_claims_safety() -> None:
    for code, words in REASONS.items():
        text = f"{words.sentence} {words.mend}".lower()
        assert " secure" not in text, code
        assert " safe" not in text, code
        assert "!" not in text, code


def test_sentences_name_who_was_asked() -> None:
    shown = summarize(device(), judged(HOST, (leaf(),), {**ALL, "chromium": ()}), checking=False)
    assert (
        shown.sentence == "System store and Firefox (x) would trust it. Chromium would not: the root is missing there."
    )


def test_a_root_that_is_there_is_never_called_missing() -> None:
    odd = mint(HOST, ROOT, names=(HOST,), serial=7)
    name = odd.der.replace(b"\x0c\x0b" + HOST.encode(), b"\x13\x0b" + HOST.replace("0", "@").encode())
    assert name != odd.der  # the subject is now a PrintableString with a letter that it may not hold
    facts = tuple(map(parse.certificate_facts, (name, ROOT.der)))
    presented = Presented(HOST, "192.168.1.5", 443, NOW, facts, "TLSv1.3", key_proved=True)
    clients = [ClientRoots(c, c, (ROOT.der,), "checked") for c in ("firefox:x", "chromium")]
    judgement = judge(presented, clients, (), NOW)
    shown = summarize(device(), ChainJudged(HOST, presented, judgement.verdicts, judgement.path), checking=False)
    assert "missing" not in shown.sentence
    assert shown.key != "trusted"


def test_only_those_who_refuse_for_the_reason_are_named() -> None:
    keyed = leaf(key_usage=frozenset({"key_encipherment"}))
    shown = summarize(
        device(), judged(HOST, (keyed,), {"os": (ROOT,), "firefox:x": (), "chromium": (ROOT,)}), checking=False
    )
    assert "Chromium would refuse it" in shown.sentence
    assert "Firefox (x) and Chromium would refuse" not in shown.sentence
