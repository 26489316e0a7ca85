"""Every reason has words in every language, with the same facts in them."""

import re
import string
from pathlib import Path

import pytest

import core
from core.model.reasons import LANGUAGES, REASONS, Severity, explain, fill, in_general


def places(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field}


@pytest.mark.parametrize("code", sorted(REASONS))
def test_german_says_what_english_says(code: str) -> None:
    english, german = explain(code), explain(code, "de")
    assert german.sentence
    assert german.sentence != english.sentence
    assert places(german.sentence) == places(english.sentence)
    assert bool(german.mend) == bool(english.mend)
    assert places(german.mend) <= places(english.sentence) | places(english.mend)


def test_no_translation_is_left_over() -> None:
    from core.model.reasons import _translations

    assert set(_translations("de")) == set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_code_is_named(language: str) -> None:
    assert "no-such-code" in explain("no-such-code", language).sentence


def test_a_missing_fact_never_fails() -> None:
    assert fill("Ends on {date}.", ()) == "Ends on ?."


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_reason_reads_without_facts(code: str) -> None:
    words = explain(code)
    assert "{" not in in_general(words.sentence) + in_general(words.mend)


def test_what_a_client_refuses_for_weighs_as_a_refusal() -> None:
    """The window reads weights: a refusal that weighs as a warning would be shown as trust."""
    source = "".join(file.read_text() for file in (Path(core.__file__).parent / "tls").rglob("*.py"))
    refused = set(re.findall(r'\b(?:stop|part)\([^"]*?"([a-z-]+)"', source))
    assert len(refused) > 40
    light = {code for code in refused & REASONS.keys() if REASONS[code].severity in {Severity.WARN, Severity.NOTE}}
    assert light == set()
