"""Types that were heard are asked for at the next start."""

from pathlib import Path

import pytest

from core.app.known_types import FILE_NAME, MOST_REMEMBERED, KnownTypes


def test_types_are_remembered_those_heard_last_first(tmp_path: Path) -> None:
    known = KnownTypes(tmp_path)
    assert known.read() == ()
    known.remember(["_http._tcp", "_made-up._udp", "nonsense"])
    assert set(KnownTypes(tmp_path).read()) == {"_http._tcp.local.", "_made-up._udp.local."}


def test_old_types_are_forgotten_and_the_list_is_bounded(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"_old._tcp.local.": "2020-01-01"}')
    known = KnownTypes(tmp_path)
    known.remember([f"_t{n}._tcp" for n in range(MOST_REMEMBERED + 50)])
    assert len(known.read()) == MOST_REMEMBERED
    assert "_old._tcp.local." not in known.read()


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"_http._tcp.local.": "yesterday"}', '{"../../etc": "2026-01-01"}']
)
def test_a_file_that_cannot_be_read_is_begun_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    assert KnownTypes(tmp_path).read() == ()
    KnownTypes(tmp_path).remember(["_http._tcp"])
    assert KnownTypes(tmp_path).read() == ("_http._tcp.local.",)
