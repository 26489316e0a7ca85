"""A changed key is told for a week, with old and new, also after a new start."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import StateUnwritable
from core.inventory.identity import FILE_NAME, Identities

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACE = "dev01.local:443"


def test_a_first_key_is_no_change() -> None:
    assert Identities(Path("/nonexistent")).met(PLACE, "aa", NOW) is None


def test_a_changed_key_is_told_with_the_old_one_for_a_week(tmp_path: Path) -> None:
    Identities(tmp_path).met(PLACE, "aa", NOW - timedelta(days=30))
    change = Identities(tmp_path).met(PLACE, "bb", NOW)
    assert change is not None
    assert (change.old, change.new, change.old_seen_at) == ("aa", "bb", NOW - timedelta(days=30))
    assert Identities(tmp_path).met(PLACE, "bb", NOW + timedelta(days=6)) == change
    assert Identities(tmp_path).met(PLACE, "bb", NOW + timedelta(days=8)) is None


def test_ports_have_identities_of_their_own(tmp_path: Path) -> None:
    known = Identities(tmp_path)
    known.met(PLACE, "aa", NOW)
    assert known.met("dev01.local:8443", "bb", NOW) is None


def test_a_file_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    for content in (
        "not json",
        "[]",
        '{"x": 5}',
        '{"x": {"key": "k", "seen_at": "yesterday"}}',
        '{"x": {"odd": 1}}',
        "[" * 100_000,
    ):
        (tmp_path / FILE_NAME).write_text(content)
        assert Identities(tmp_path).met(PLACE, "aa", NOW) is None
        assert '"aa"' in (tmp_path / FILE_NAME).read_text()
        assert [f.name for f in tmp_path.iterdir()] == [FILE_NAME]


def test_two_programs_on_one_folder_keep_what_the_other_wrote(tmp_path: Path) -> None:
    one, other = Identities(tmp_path), Identities(tmp_path)
    one.met("x:443", "aa", NOW)
    other.met("y:443", "bb", NOW)
    one.met("z:443", "cc", NOW)
    assert one.flush()
    text = (tmp_path / FILE_NAME).read_text()
    assert all(place in text for place in ("x:443", "y:443", "z:443"))


def test_a_change_outlives_a_kill_and_the_old_key_coming_back(tmp_path: Path) -> None:
    known = Identities(tmp_path)
    known.met("first:443", "aa", NOW)
    known.met(PLACE, "aa", NOW)
    assert known.met(PLACE, "bb", NOW) is not None
    assert Identities(tmp_path).met(PLACE, "bb", NOW) is not None, "it was written though others had just been"
    back = known.met(PLACE, "aa", NOW)
    assert back is not None
    assert back.old == "bb"


def test_what_another_program_saw_since_stays(tmp_path: Path) -> None:
    one, other = Identities(tmp_path), Identities(tmp_path)
    one.met("first:443", "aa", NOW)
    one.met(PLACE, "aa", NOW)
    other.met(PLACE, "aa", NOW)
    other.met(PLACE, "bb", NOW + timedelta(seconds=1))
    assert one.flush()
    change = Identities(tmp_path).met(PLACE, "bb", NOW + timedelta(seconds=2))
    assert change is not None
    assert change.old == "aa"


def test_a_change_that_cannot_be_written_is_not_forgotten_for_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    Identities(folder).met(PLACE, "aa", NOW)
    known = Identities(folder)
    known.met(PLACE, "aa", NOW)
    known._write = lambda certain="": False  # type: ignore[method-assign]
    assert known.met(PLACE, "bb", NOW) is not None
    assert known.met(PLACE, "aa", NOW) is not None, "the file still says aa, and knows nothing of bb"


def test_a_broken_entry_costs_no_other(tmp_path: Path) -> None:
    Identities(tmp_path).met(PLACE, "aa", NOW)
    values = json.loads((tmp_path / FILE_NAME).read_text())
    broken = [{"key": "k", "seen_at": ""}, {"key": "k", "seen_at": "2026-11-01"}, {"key": "k", "before": "j"}]
    values |= {f"b{n}": entry for n, entry in enumerate(broken)}
    (tmp_path / FILE_NAME).write_text(json.dumps(values))
    known = Identities(tmp_path)
    assert known.met("b0", "new", NOW) is None
    change = known.met(PLACE, "bb", NOW)
    assert change is not None
    assert change.old == "aa"


def test_a_decision_is_about_the_key_that_was_looked_at(tmp_path: Path) -> None:
    known = Identities(tmp_path)
    for key in ("aa", "bb", "cc"):
        known.met("dev01.local:443", key, NOW)
    assert not known.decide("dev01.local:443", "bb", accept=True), "another one is shown by now"
    assert known.met("dev01.local:443", "cc", NOW) is not None
    assert known.decide("dev01.local:443", "cc", accept=True)
    assert known.met("dev01.local:443", "cc", NOW) is None
    assert not known.decide("dev01.local:8443", "cc", accept=True)


def test_a_refused_key_is_told_until_the_wanted_one_is_back_whatever_comes_between(tmp_path: Path) -> None:
    known, place = Identities(tmp_path), "dev01.local:443"
    known.met(place, "good", NOW)
    known.met(place, "evil1", NOW)
    assert known.decide(place, "evil1", accept=False)
    later = NOW + timedelta(days=30)
    change = known.met(place, "evil2", later)
    assert change is not None
    assert (change.old, change.new) == ("good", "evil2")
    assert Identities(tmp_path).met(place, "evil2", later + timedelta(days=30)) is not None, "not only for a week"
    assert known.met(place, "good", later) is None


def test_a_decision_that_cannot_be_kept_is_none(tmp_path: Path) -> None:
    known, place = Identities(tmp_path / "state"), "dev01.local:443"
    known.met(place, "aa", NOW)
    known.met(place, "bb", NOW)
    (tmp_path / "state/identities.json").unlink()
    (tmp_path / "state").rmdir()
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(StateUnwritable):
        known.decide(place, "bb", accept=True)
    assert known.met(place, "bb", NOW) is not None


def test_thousands_of_first_keys_are_not_written_one_by_one(tmp_path: Path) -> None:
    known = Identities(tmp_path)
    for number in range(3_000):
        known.met(f"d{number}.local:443", "aa", NOW)
    assert len(json.loads((tmp_path / FILE_NAME).read_text())) < 3_000, "most of them wait for the next time"
    assert known.flush()
    assert len(json.loads((tmp_path / FILE_NAME).read_text())) == 3_000
    assert Identities(tmp_path).met("d7.local:443", "bb", NOW) is not None
