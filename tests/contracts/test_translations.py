"""Every visible text has its German words, with the same places, and nothing is kept that nobody says."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from core.paths import resources_folder
from gui.i18n import LOCALE, PSEUDO, TRANSLATED, tr, use_language
from tests.rigs.visible_texts import texts_in, visible_texts

PLACE = re.compile(r"%\d")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language("en")


def catalogue(code: str) -> dict[str, str]:
    text = (resources_folder() / f"i18n/window.{code}.toml").read_text(encoding="utf-8")
    words: dict[str, str] = tomllib.loads(text)["text"]
    return words


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_of_the_window_is_translated_and_nothing_else(code: str) -> None:
    words, texts = catalogue(code), visible_texts() | {"This didn't work"}
    assert sorted(texts - words.keys()) == []
    assert sorted(words.keys() - texts) == []
    assert len(texts) > 500


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_same_places_and_the_same_ending(code: str) -> None:
    for english, words in catalogue(code).items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(words)), english
        assert english.endswith("…") == words.endswith("…"), english
        assert words.strip(), english
        assert "!" not in words


def test_what_is_not_translated_is_noticed() -> None:
    assert texts_in('x = tr("a") if b else tr("c"); y = tr("d" if e else "f")') == {"a", "c", "d", "f"}
    use_language("de")
    assert tr("Devices") == "Geräte"
    assert LOCALE.missing == set()
    assert tr("Nobody ever translated this") == "Nobody ever translated this"
    assert LOCALE.missing == {"Nobody ever translated this"}


def test_the_pseudo_language_lengthens_and_keeps_places() -> None:
    use_language(PSEUDO)
    text = tr("%1 trusts the root")
    assert "%1" in text
    assert len(text) > len("%1 trusts the root") * 1.3
    assert text != "%1 trusts the root"
