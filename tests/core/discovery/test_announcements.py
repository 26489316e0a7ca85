"""Records in, devices out; time is an argument."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.discovery import announcements
from core.discovery.announcements import (
    AddressHeard,
    Announcements,
    Heard,
    LocationHeard,
    PointerHeard,
    TextHeard,
    parse_txt,
)
from core.model.device import Address, Device

T0 = 1_800_000_000.0
HTTP = "_http._tcp"


def announce(host: str = "dev01.local", instance: str = "dev01", ttl: float = 120.0) -> list[Heard]:
    return [
        PointerHeard(HTTP, instance, ttl),
        LocationHeard(HTTP, instance, host, 443, ttl),
        TextHeard(HTTP, instance, b"\x04fw=1", ttl),
        AddressHeard(host, Address("192.168.1.5", "lan0"), ttl),
    ]


def only(devices: tuple[Device, ...]) -> Device:
    assert len(devices) == 1
    return devices[0]


def test_a_device_appears_once_all_its_parts_are_known() -> None:
    table = Announcements()
    *parts, last = announce()
    assert table.apply(parts, T0) == ()
    device = only(table.apply([last], T0 + 1))
    assert (device.host, device.online, device.services[0].port) == ("dev01.local", True, 443)
    assert device.services[0].txt == (("fw", "1"),)


def test_the_order_of_records_does_not_matter() -> None:
    one, other = Announcements(), Announcements()
    one.apply(announce(), T0)
    for record in reversed(announce()):
        other.apply([record], T0)
    assert one.devices(T0) == other.devices(T0)


def test_repeating_an_announcement_changes_nothing() -> None:
    table = Announcements()
    table.apply(announce(), T0)
    assert table.apply(announce(), T0 + 5) == ()


def test_a_goodbye_takes_the_device_offline_and_keeps_its_last_state() -> None:
    table = Announcements()
    table.apply(announce(), T0)
    gone = only(table.apply(announce(ttl=0), T0 + 10))
    assert (gone.online, gone.addresses[0].address, gone.services[0].instance) == (False, "192.168.1.5", "dev01")


def test_silence_beyond_the_ttl_takes_the_device_offline() -> None:
    table = Announcements()
    table.apply(announce(), T0)
    assert table.expire(T0 + 119) == ()
    assert only(table.expire(T0 + 121)).online is False
    assert table.expire(T0 + 122) == ()


def test_a_device_that_returns_is_online_again() -> None:
    table = Announcements()
    table.apply(announce(), T0)
    table.apply(announce(ttl=0), T0 + 10)
    assert only(table.apply(announce(), T0 + 20)).online is True


def test_one_service_that_goes_leaves_the_others() -> None:
    table = Announcements()
    table.apply(
        [
            *announce(),
            PointerHeard("_ssh._tcp", "dev01", 120),
            LocationHeard("_ssh._tcp", "dev01", "dev01.local", 22, 120),
        ],
        T0,
    )
    device = only(table.apply([PointerHeard("_ssh._tcp", "dev01", 0)], T0 + 1))
    assert (device.online, [s.type for s in device.services]) == (True, [HTTP])


def test_an_instance_that_moves_leaves_its_old_host() -> None:
    table = Announcements()
    table.apply(announce("old.local"), T0)
    changed = table.apply(announce("new.local"), T0 + 1)
    assert {d.host: [s.instance for s in d.services] for d in changed} == {"old.local": [], "new.local": ["dev01"]}
    assert {d.host: d.online for d in table.expire(T0 + 120.5)} == {"old.local": False}


def test_missing_pieces_are_named() -> None:
    table = Announcements()
    table.apply([PointerHeard(HTTP, "half", 120)], T0)
    assert table.missing(T0) == ([(HTTP, "half")], [])
    table.apply([LocationHeard(HTTP, "half", "half.local", 80, 120)], T0)
    assert table.missing(T0) == ([], ["half.local"])


def test_instance_names_with_dots_spaces_and_accents_stay_whole() -> None:
    table = Announcements()
    device = only(table.apply(announce(instance="Prüfstand 1.2 (links)"), T0))
    assert (device.name, device.services[0].instance) == ("Prüfstand 1.2 (links)", "Prüfstand 1.2 (links)")


def test_txt_values_are_told_apart() -> None:
    data = b"\x03a=1\x02b=\x01c\x04d=\xff\xfe\x02=x\x03a=2"
    assert parse_txt(data) == (("a", "1"), ("b", ""), ("c", None), ("d", b"\xff\xfe"))


@given(st.binary(max_size=600))
def test_any_txt_bytes_can_be_parsed(data: bytes) -> None:
    for key, value in parse_txt(data):
        assert key
        assert value is None or isinstance(value, str | bytes)


TTLS = st.sampled_from([0.0, 5.0, 120.0])
NAMES, HOSTS = st.sampled_from("ab"), st.sampled_from(["x.local", "y.local"])
ADDRESSES = st.builds(Address, st.sampled_from(["10.0.0.1", "fe80::1"]))
HEARD = st.one_of(
    st.builds(PointerHeard, st.sampled_from([HTTP, "_ssh._tcp"]), NAMES, TTLS),
    st.builds(LocationHeard, st.just(HTTP), NAMES, HOSTS, st.integers(0, 9), TTLS),
    st.builds(AddressHeard, HOSTS, ADDRESSES, TTLS),
    st.builds(TextHeard, st.just(HTTP), NAMES, st.binary(max_size=9), TTLS),
)


@given(st.lists(st.tuples(HEARD, st.floats(0, 30)), max_size=40))
def test_no_sequence_of_records_breaks_the_table(steps: list[tuple[Heard, float]]) -> None:
    table, now = Announcements(), T0
    for record, wait in steps:
        now += wait
        for device in (*table.apply([record], now), *table.expire(now)):
            assert device.addresses
            assert device.first_seen <= device.last_seen
    table.expire(now + 1000)
    assert not any(device.online for device in table.devices(now + 1000))


def test_a_location_is_asked_for_again_before_it_runs_out() -> None:
    table = Announcements()
    table.apply(announce(), T0)
    assert table.due_for_refresh(T0 + 60) == ([], [])
    assert table.due_for_refresh(T0 + 100) == ([(HTTP, "dev01")], ["dev01.local"])


def test_names_that_came_and_went_leave_room_for_others() -> None:
    table = Announcements()
    for number in range(400):
        table.apply(announce(instance=f"i{number}"), T0 + number / 100)
        table.apply(
            [PointerHeard(HTTP, f"i{number}", 0), LocationHeard(HTTP, f"i{number}", "dev01.local", 443, 0)],
            T0 + number / 100,
        )
    device = only(tuple(d for d in table.apply(announce(instance="last"), T0 + 10) if d.host == "dev01.local"))
    assert [s.instance for s in device.services] == ["last"]


def test_hosts_that_are_long_gone_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "MAX_HOSTS", 50)
    table = Announcements()
    for number in range(50):
        table.apply(announce(f"h{number}.local", f"h{number}"), T0)
    table.expire(T0 + 200)
    assert only(table.apply(announce("new.local", "new"), T0 + 201)).host == "new.local"
    assert only(table.apply(announce("newer.local", "newer"), T0 + 202)).host == "newer.local"


def test_hosts_that_are_here_are_never_dropped_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "MAX_HOSTS", 5)
    table = Announcements()
    for number in range(9):
        table.apply(announce(f"h{number}.local", f"h{number}"), T0 + number)
    assert [d.host for d in table.devices(T0 + 10)] == [f"h{n}.local" for n in range(5)]
