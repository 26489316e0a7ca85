"""The table's model: precise, sorted, filtered, keyed by host."""

from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.events import ChainJudged, CheckStarted, DeviceChanged, DeviceGone, DeviceSeen
from core.model.device import Device
from gui.models.device_columns import ADDRESS, DEVICE, TRUST
from gui.models.device_model import DeviceModel
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
