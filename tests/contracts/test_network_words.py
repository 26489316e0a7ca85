"""Every finding of the network has words, and every fact that they want is given."""

import re
from datetime import UTC, datetime

import pytest

from core.model.network_finding import FindingCode, NetworkFinding, Weight
from core.model.network_words import _WORDS, mend, sentence, translations

FACTS = {"record", "times", "why", "seconds", "count", "error", "family", "subject", "interface"}


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_has_a_sentence_and_a_next_step(code: FindingCode) -> None:
    words = _WORDS[code]
    assert set(re.findall(r"{(\w+)}", words.sentence + words.mend)) <= FACTS
    finding = NetworkFinding(code, Weight.HINT, "dev01.local\x1b[31m", "eth0", datetime.now(UTC))
    assert "\x1b" not in sentence(finding)
    assert mend(finding)


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_has_german_words_with_the_same_places(code: FindingCode) -> None:
    german, english = translations("de")[code.value], _WORDS[code]
    for ours, theirs in ((english.sentence, german.sentence), (english.mend, german.mend)):
        assert set(re.findall(r"{(\w+)}", ours)) == set(re.findall(r"{(\w+)}", theirs))
        assert ours != theirs


def test_no_german_words_are_for_nothing() -> None:
    assert translations("de").keys() == {code.value for code in FindingCode}
    assert translations("../x") == {}
