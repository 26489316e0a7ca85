"""Every reason has words in every language, with the same facts in them."""

import string

import pytest

from core.model.reasons import LANGUAGES, REASONS, explain, fill


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
