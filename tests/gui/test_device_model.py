"""The table's model: precise, sorted, filtered, keyed by host."""

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.events import (
    ChainJudged,
    CheckStarted,
    DeviceChanged,
    DeviceForgotten,
    DeviceGone,
    DeviceNoted,
    DeviceSeen,
)
from core.model.device import Device
from core.model.device_notes import DeviceNotes
from gui.models.device_columns import ADDRESS, CERTIFICATE, DEVICE, TRUST
from gui.models.device_model import DeviceModel
from gui.models.device_query import completions
from tests.rigs.minting import NOW, mint, mint_ca
from tests.rigs.records import device, judged, silent

ROOT = mint_ca()


def model() -> DeviceModel:
    made = DeviceModel(lambda: NOW)
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)  # type: ignore[attr-defined]
    return made


def seen(*devices: Device) -> list[DeviceSeen]:
    return [DeviceSeen(d) for d in devices]


def hosts(shown: DeviceModel) -> list[str]:
    return [shown.host_at(row) for row in range(shown.rowCount())]


def trusted(host: str) -> ChainJudged:
    return judged(host, (mint(host, ROOT, names=(host,)),), {"os": (ROOT,)})


def test_devices_are_sorted_by_name_and_addresses_as_numbers(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("b.local", "B", address="10.0.0.9"), device("a.local", "a", address="10.0.0.10")))  # type: ignore[arg-type]
    assert hosts(shown) == ["a.local", "b.local"]
    shown.sort(ADDRESS, Qt.SortOrder.AscendingOrder)
    assert hosts(shown) == ["b.local", "a.local"]


def test_a_plain_device_is_not_without_tls_before_it_was_asked_where_every_port_is_asked(qapp: object) -> None:
    shown = model()
    shown.take([DeviceSeen(device(port=80, kind="_http._tcp"))])

    def told() -> object:
        return shown.data(shown.index(0, TRUST))

    assert told() == "No TLS"
    shown.ask_every_tcp(every=True)
    assert told() == "Not checked"
    shown.ask_every_tcp(every=False)
    assert told() == "No TLS"


def test_no_certificate_is_claimed_where_nobody_looked(qapp: object) -> None:
    shown = model()
    host = device().host

    def cell() -> str:
        return str(shown.data(shown.index(0, CERTIFICATE)))

    shown.take([DeviceSeen(device())])
    assert cell() == "–"
    shown.take([CheckStarted(host)])
    assert cell() == "–"
    shown.take([DeviceChanged(device(port=22, kind="_ssh._tcp"))])
    assert (cell(), shown.data(shown.index(0, TRUST))) == ("–", "Checking")
    shown.take([silent(host)])
    assert cell() == "None received"
    shown.take([silent(host, "not-tls", "HTTP")])
    assert cell() == "No certificate, No TLS"


def test_a_batch_about_one_device_makes_one_row(qapp: object) -> None:
    shown = model()
    one = device()
    shown.take([DeviceSeen(one), CheckStarted(one.host), trusted(one.host), DeviceChanged(one)])
    assert shown.rowCount() == 1
    assert shown.data(shown.index(0, TRUST)) == "Trusted"
    shown.take([DeviceGone(device(online=False))])
    assert shown.data(shown.index(0, TRUST)) == "Offline"


def test_search_words_are_anded_over_all_columns(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("a.local", "Boiler", address="10.0.0.1"), device("b.local", "Boiler", address="10.0.0.2")))  # type: ignore[arg-type]
    shown.search("boil 0.2")
    assert hosts(shown) == ["b.local"]
    shown.search("no such")
    assert hosts(shown) == []
    shown.search("")
    assert len(hosts(shown)) == 2


def test_counts_are_of_all_devices_and_filters_show_their_own(qapp: object) -> None:
    shown = model()
    shown.take([*seen(device("a.local"), device("b.local"), device("c.local")), trusted("a.local"), silent("b.local")])
    assert {k: shown.count(k) for k in ("all", "trusted", "attention", "offline")} == {
        "all": 3, "trusted": 1, "attention": 0, "offline": 0,
    }  # fmt: skip
    shown.set_filter("trusted")
    assert hosts(shown) == ["a.local"]
    assert shown.count("all") == 3


def test_a_chosen_row_follows_its_device(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("m.local", "M")))  # type: ignore[arg-type]
    kept = QPersistentModelIndex(shown.index(0, DEVICE))
    shown.take(seen(device("a.local", "A"), device("z.local", "Z")))  # type: ignore[arg-type]
    assert shown.host_at(kept.row()) == "m.local"
    shown.search("zzz")
    assert not kept.isValid()


def test_an_update_tells_only_the_rows_it_changed(qapp: object) -> None:
    shown = model()
    shown.take(seen(*(device(f"d{n}.local", f"D{n}") for n in range(9))))  # type: ignore[arg-type]
    told: list[tuple[int, int]] = []
    shown.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    shown.take([trusted("d4.local")])
    assert told == [(4, 4)]


def test_hostile_text_is_shown_to_the_letter(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("x.local", "<b>ok</b>\n\u202eevil")))  # type: ignore[arg-type]
    assert shown.data(shown.index(0, DEVICE)) == "<b>ok</b>‹LF›‹RLO›evil, x.local"


def test_ten_thousand_devices_are_taken_in(qapp: object) -> None:
    shown = DeviceModel(lambda: NOW)
    shown.take(seen(*(device(f"d{n}.local", f"D{n}", address=f"10.0.{n // 250}.{n % 250}") for n in range(10_000))))  # type: ignore[arg-type]
    assert shown.rowCount() == 10_000
    shown.search("d9999")
    assert hosts(shown) == ["d9999.local"]


def noted(host: str, **values: object) -> DeviceNoted:
    return DeviceNoted(DeviceNotes(host, NOW, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type:ssh", {"b.local"}), ("type:htt", {"a.local", "c.local"}), ("ip:10.0.0.", {"a.local", "b.local"}),
        ("ip:10.0.1.0/24", {"c.local"}), ("port:22", {"b.local"}), ("if:lan", {"a.local", "b.local", "c.local"}),
        ("trust:trusted", {"a.local"}), ("trust:new", {"c.local"}), ("trust:att", set()),
        ("boil ip:10", {"a.local"}), ("port:x", {"a.local", "b.local", "c.local"}),
        ("ip:", {"a.local", "b.local", "c.local"}),
        ("nothing:here", set()),
    ],
)  # fmt: skip
def test_tokens_narrow_and_a_bad_one_never_empties(qapp: object, text: str, expected: set[str]) -> None:
    shown = model()
    shown.take(
        [
            *seen(device("a.local", "Boiler", address="10.0.0.1"), device("c.local", "Cam", address="10.0.1.7")),
            *seen(device("b.local", "Bench", address="10.0.0.2", port=22, kind="_ssh._tcp")),
            trusted("a.local"), noted("c.local", is_new=True),
        ]
    )  # fmt: skip
    query = shown.search(text)
    assert set(hosts(shown)) == expected
    assert bool(query.problem) == (text == "port:x")


def test_completions_offer_what_is_there(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("a.local"), device("b.local", port=22, kind="_ssh._tcp")))
    assert completions("ty", shown.records()) == ("type:",)
    assert set(completions("type:", shown.records())) == {"type:https", "type:ssh"}
    assert completions("cam type:s", shown.records()) == ("cam type:https", "cam type:ssh")
    assert completions("port:4", shown.records()) == ("port:443",)
    assert "trust:expired" in completions("trust:exp", shown.records())
    assert completions("plain", shown.records()) == ()


def test_rows_keep_their_place_while_they_are_held_and_move_afterwards(qapp: object) -> None:
    shown = DeviceModel(lambda: NOW, settle_ms=1)
    shown.take(seen(device("m.local", "M")))  # type: ignore[arg-type]
    shown._settle_now()
    shown.hold("pointer", held=True)
    shown.take(seen(device("a.local", "A")))  # type: ignore[arg-type]
    shown._settle_now()
    assert hosts(shown) == ["m.local"]
    assert shown.count("all") == 2, "counts do not wait"
    shown.hold("menu", held=True)
    shown.hold("pointer", held=False)
    shown._settle_now()
    assert hosts(shown) == ["m.local"], "a menu is still open"
    shown.hold("menu", held=False)
    shown._settle_now()
    assert hosts(shown) == ["a.local", "m.local"]


def test_a_paused_list_stands_still_and_loses_nothing(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("a.local", "A")))  # type: ignore[arg-type]
    shown.set_paused(paused=True)
    shown.take(seen(device("b.local", "B")))  # type: ignore[arg-type]
    shown.take([DeviceGone(device("a.local", "A", online=False))])
    assert hosts(shown) == ["a.local"]
    assert shown.data(shown.index(0, TRUST)) == "Not checked"
    assert shown.waiting == 2
    shown.set_paused(paused=False)
    assert hosts(shown) == ["a.local", "b.local"]
    assert shown.data(shown.index(0, TRUST)) == "Offline"
    assert shown.waiting == 0


def test_groups_have_headings_that_cannot_be_chosen(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("a.local", "A"), device("b.local", "B", kind="_ssh._tcp"), device("c.local", "C")))  # type: ignore[arg-type]
    shown.group_by("type")
    assert shown.rowCount() == 5
    heading = shown.heading_at(0)
    assert heading is not None
    assert (heading.title, heading.count) == ("https", 2)
    assert shown.host_at(0) == ""
    assert not shown.flags(shown.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert [shown.host_at(r) for r in (1, 2, 4)] == ["a.local", "c.local", "b.local"]
    shown.group_by("")
    assert shown.rowCount() == 3


def test_counts_follow_every_change_of_a_record(qapp: object) -> None:
    shown = model()
    shown.take([*seen(device("a.local"), device("b.local")), trusted("a.local"), noted("b.local", is_new=True)])
    assert [shown.count(k) for k in ("all", "trusted", "new", "hidden")] == [2, 1, 1, 0]
    shown.take([noted("b.local", hidden=True)])
    assert [shown.count(k) for k in ("all", "trusted", "new", "hidden")] == [1, 1, 0, 1]
    assert hosts(shown) == ["a.local"]
    shown.set_filter("hidden")
    assert hosts(shown) == ["b.local"]
    shown.take([DeviceGone(device("a.local", online=False))])
    assert shown.count("offline") == 1
    shown.take([DeviceForgotten("a.local")])
    assert [shown.count(k) for k in ("all", "trusted", "offline")] == [0, 0, 0]


def test_a_change_below_the_seen_rows_is_not_told(qapp: object) -> None:
    shown = model()
    shown.take(seen(*(device(f"d{n}.local", f"D{n}") for n in range(9))))  # type: ignore[arg-type]
    shown.show_rows_seen(0, 3)
    told: list[int] = []
    shown.dataChanged.connect(lambda first, last: told.append(first.row()))
    shown.take([trusted("d7.local")])
    assert told == []
    shown.take([trusted("d2.local")])
    assert told == [2]


def test_a_letter_finds_the_next_device_of_that_name(qapp: object) -> None:
    shown = model()
    shown.take(seen(device("a.local", "Alpha"), device("b.local", "Beta"), device("c.local", "Bravo")))  # type: ignore[arg-type]
    assert shown.next_named("b", -1) == 1
    assert shown.next_named("b", 1) == 2
    assert shown.next_named("br", 1) == 2
    assert shown.next_named("x", 0) == -1
