"""Devices on disk: what is read back is what was written, changes are told as a person would, notes stay."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.inventory import device_facts
from core.inventory.database import Database
from core.inventory.devices import (
    MOST_CERTIFICATES,
    MOST_HAPPENINGS,
    TRIM_EVERY,
    DeviceBook,
    ShownCertificate,
    changes_between,
)
from core.model.device import Address, Device, Presence, Service
from core.model.device_history import Happening
from tests.rigs.records import device

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path)
    made.open(NOW)
    yield made
    made.close()


def book(database: Database) -> DeviceBook:
    made = DeviceBook(database)
    made.load(NOW)
    return made


def shown(sha256: str, key: str, issuer: str = "CN=A", at: datetime = NOW) -> ShownCertificate:
    return ShownCertificate("dev01.local", 443, sha256, key, issuer, b"der", at)


def happenings(book: DeviceBook, host: str = "dev01.local") -> list[Happening]:
    return [entry.what for entry in reversed(book.history(host).entries)]


def test_what_is_read_back_is_what_was_written(database: Database) -> None:
    first = device(txt=(("k", "v"),))
    first = replace(
        first, services=(replace(first.services[0], txt=(("k", "v"),), txt_octets=b"\x03k=v"),), mac="aa:bb"
    )
    book(database).record([first], [], NOW)
    [read], [notes] = book(database).load(NOW)
    assert read == replace(first, online=False, presence=Presence.GONE)
    assert notes.first_seen == first.first_seen


def test_name_address_services_going_and_coming_are_told(database: Database) -> None:
    kept = book(database)
    first = device()
    kept.record([first], [], NOW)
    kept.record([replace(first, name="Renamed")], [], LATER)
    kept.record([replace(first, name="Renamed", addresses=(Address("10.0.0.9"),))], [], LATER)
    offers = replace(first, name="Renamed", addresses=(Address("10.0.0.9"),), services=(Service("_ssh._tcp", "x", 22),))
    kept.record([offers], [], LATER)
    gone = replace(offers, online=False)
    kept.record([gone], [], LATER)
    kept.record([replace(gone, online=True)], [], LATER)
    assert happenings(kept) == [
        Happening.FIRST_SEEN, Happening.RENAMED, Happening.MOVED, Happening.SERVICES, Happening.WENT,
        Happening.RETURNED,
    ]  # fmt: skip
    assert changes_between(first, replace(first, last_seen=LATER)) == []


def test_a_new_key_a_new_issuer_and_a_renewal_are_told_apart(database: Database) -> None:
    kept = book(database)
    kept.record([device()], [shown("01", "k1")], NOW)
    kept.record([], [shown("02", "k1", at=LATER)], LATER)
    kept.record([], [shown("03", "k2", "CN=B", LATER + timedelta(1))], LATER)
    assert happenings(kept)[1:] == [Happening.NEW_CERTIFICATE, Happening.NEW_KEY, Happening.NEW_ISSUER]
    assert [c.sha256 for c in kept.history("dev01.local").certificates] == ["03", "02", "01"]
    again = book(database)
    again.record([], [shown("03", "k2", "CN=B", LATER + timedelta(2))], LATER)
    assert len(happenings(again)) == 4, "what was shown before is known after a restart"


def test_the_first_minutes_meet_no_new_device_later_ones_do_until_acknowledged(database: Database) -> None:
    kept = book(database)
    [old] = kept.record([device("old.local")], [], NOW)
    assert not old.is_new
    [new] = kept.record([device("new.local")], [], NOW + timedelta(hours=1))
    assert new.is_new
    acknowledged = kept.annotate("new.local", acknowledged=True)
    assert acknowledged is not None
    assert not acknowledged.is_new
    _, notes = book(database).load(NOW)
    assert not any(n.is_new for n in notes)


def test_notes_outlive_a_restart_and_what_the_network_says(database: Database) -> None:
    kept = book(database)
    kept.record([device()], [], NOW)
    kept.annotate("dev01.local", friendly="Press 1", note="behind the door\nkey at the desk", hidden=True)
    kept.record([replace(device(), name="other")], [], LATER)
    _, [notes] = book(database).load(NOW)
    assert (notes.friendly, notes.note, notes.hidden) == ("Press 1", "behind the door\nkey at the desk", True)
    assert book(database).annotate("nobody.local", note="x") is None


def test_a_device_that_flaps_or_changes_its_certificate_for_ever_does_not_fill_the_disk(database: Database) -> None:
    kept = book(database)
    first, other = device(), device("b.local")
    kept.record([first, other], [], NOW)
    for n in range(700):
        kept.record([replace(first, online=n % 2 == 1), replace(other, online=n % 2 == 1)], [], LATER)
    for n in range(300):  # on many ports too
        one = replace(shown(f"{n:03}", f"k{n}", at=NOW + timedelta(minutes=n)), port=443 + n % 200)
        kept.record([], [one], LATER)
    history = kept.history("dev01.local")
    assert len(history.entries) <= MOST_HAPPENINGS
    assert len(history.certificates) <= MOST_CERTIFICATES
    with database.transaction() as connection:
        assert int(connection.exec_driver_sql("SELECT count(*) FROM happening").scalar() or 0) <= 2 * (
            MOST_HAPPENINGS + TRIM_EVERY
        )


def test_an_entry_that_cannot_be_read_hides_no_other(database: Database) -> None:
    kept = book(database)
    kept.record([device("a.local"), device("b.local")], [], NOW)
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE device SET facts = '[1' WHERE id = 'a.local'")
    devices, _ = book(database).load(NOW)
    assert [d.host for d in devices] == ["b.local"]


def test_what_is_forgotten_leaves_nothing(database: Database) -> None:
    kept = book(database)
    kept.record([device()], [shown("01", "k1")], NOW)
    kept.forget("dev01.local")
    assert book(database).load(NOW) == ((), ())
    assert kept.history("dev01.local").certificates == ()


texts = st.text(max_size=80)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=texts, instance=texts, kind=texts, octets=st.binary(max_size=300), port=st.integers(0, 65535))
def test_any_text_and_any_octets_come_back(name: str, instance: str, kind: str, octets: bytes, port: int) -> None:
    service = Service(kind, instance, port, (), octets, ("_s",))
    before = Device("h.local", name, (Address("::1", "lo"),), (service,), True, NOW, NOW)
    after = device_facts.read(device_facts.written(before), NOW, NOW)
    assert (after.name, after.services[0].instance, after.services[0].txt_octets) == (name, instance, octets)


def test_a_start_makes_no_history_of_its_own(database: Database) -> None:
    first = device()
    for _ in range(3):
        book(database).record([first], [], NOW)
    assert happenings(book(database)) == [Happening.FIRST_SEEN]
    kept = book(database)
    kept.record([first], [], NOW)
    kept.record([replace(first, online=False)], [], LATER)
    book(database).record([first], [], LATER)
    assert happenings(book(database)) == [Happening.FIRST_SEEN, Happening.WENT, Happening.RETURNED]


def test_a_name_that_only_ever_went_is_no_device(database: Database) -> None:
    kept = book(database)
    kept.record([device("ghost.local", online=False)], [], NOW)
    assert kept.count() == 0


def test_made_up_devices_push_no_real_one_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.inventory.devices.MOST_DEVICES", 20)
    monkeypatch.setattr("core.inventory.devices.SPARE", 2)
    kept = book(database)
    kept.record([device("real.local")], [], NOW)
    kept.annotate("real.local", note="mine")
    kept.record([device("real.local", online=False)], [], LATER)
    for n in range(60):
        kept.record([device(f"fake{n}.local")], [], LATER)
        kept.record([device(f"fake{n}.local", online=False)], [], LATER)
    kept.record([device("late.local")], [], LATER)
    hosts = {d.host for d in book(database).load(NOW)[0]}
    assert {"real.local", "late.local"} <= hosts
    assert len(hosts) <= 20
    assert kept.annotate("late.local", note="x") is not None


def test_half_a_character_ends_nothing(database: Database) -> None:
    kept = book(database)
    kept.record([device(name="\ud800")], [], NOW)
    kept.record([device(name="\udfff x")], [], LATER)
    kept.annotate("dev01.local", note="\ud800")
    assert happenings(kept)[-1] is Happening.RENAMED
