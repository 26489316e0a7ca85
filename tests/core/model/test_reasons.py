"""Every reason has words, and words never fail on missing facts."""

import string

import pytest

from core.model.reasons import REASONS, Severity, explain, fill, severity_of


@pytest.mark.parametrize("code", REASONS)
def test_every_template_can_be_filled_with_nothing(code: str) -> None:
    words = explain(code)
    assert fill(words.sentence, ())
    assert "{" not in fill(words.mend, ())


@pytest.mark.parametrize("code", REASONS)
def test_places_are_plain_names(code: str) -> None:
    for template in (explain(code).sentence, explain(code).mend):
        for _, field, spec, conversion in string.Formatter().parse(template):
            assert field is None or field.isidentifier()
            assert not spec
            assert conversion is None


def test_an_unknown_code_is_named_and_weighs_most() -> None:
    assert "made-up" in explain("made-up").sentence
    assert severity_of("made-up") is Severity.STOP


def test_facts_are_put_in_to_the_letter() -> None:
    assert fill("for {name}", (("name", "{evil}%s"),)) == "for {evil}%s"
