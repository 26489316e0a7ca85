"""Network text on one visible line, whatever it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.text import display, file_stem

HOSTILE = {
    "<b>Trusted</b>": "<b>Trusted</b>",
    "one\ntwo\ttab\x00": "one‹LF›two‹HT›tab‹NUL›",
    "\u202egnp.exe": "‹RLO›gnp.exe",
    "a\u200bb\ufeff": "a‹ZW›b‹ZW›",
    "\x9b31m": "‹9B›31m",
    "\U000e0041": "‹U+E0041›",
    "non\u00a0breaking": "non breaking",
}


@pytest.mark.parametrize(("given_text", "shown"), HOSTILE.items())
def test_hidden_characters_become_visible(given_text: str, shown: str) -> None:
    assert display(given_text) == shown


def test_bytes_that_are_not_utf8_are_escaped() -> None:
    assert display(b"ok \xff\xfe") == "ok \\xff\\xfe"


def test_a_text_of_exactly_the_limit_is_not_marked_as_cut() -> None:
    assert display("x" * 200) == "x" * 200
    assert display("x" * 201) == "x" * 200 + "…"
    assert len(display("x" * 1_000_000)) == 201


def test_piled_marks_are_thinned() -> None:
    assert len(display("a" + "\u0301" * 500)) <= 5


@given(st.text(max_size=400), st.integers(min_value=5, max_value=80))
def test_any_text_becomes_one_bounded_line_without_controls(text: str, limit: int) -> None:
    shown = display(text, limit)
    assert len(shown) <= limit + 1
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in shown)


@given(st.binary(max_size=400))
def test_any_bytes_can_be_shown(data: bytes) -> None:
    assert "\n" not in display(data)


@given(st.text(max_size=200))
def test_a_file_stem_never_leaves_its_folder(text: str) -> None:
    stem = file_stem(text)
    assert stem
    assert "/" not in stem
    assert "\\" not in stem
    assert not stem.startswith(".")
    assert stem.isascii()
