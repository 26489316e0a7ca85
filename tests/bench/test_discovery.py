"""Discovery against its rivals on the same floor in the same run; figures are printed, only ratios are asserted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.discovery_race import HEAD, STORM_HEAD, race, storm
from tests.bench.soak import soak

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def test_a_thousand_services_come_sooner_than_to_any_rival(tmp_path: Path, report: Callable[[str], None]) -> None:
    clients = ("dotlocal", "python-zeroconf", "python-zeroconf, one browser", "avahi-browse")
    runs = {client: race(tmp_path / client, client, 400, 15) for client in clients}
    ours, plain, avahi = runs["dotlocal"], runs["python-zeroconf"], runs["avahi-browse"]
    report("\n  ".join([HEAD.replace("\n", "\n  "), *(run.row() for run in runs.values())]))
    report(f"of avahi's time 1/{avahi.at(1) / ours.at(1):.1f}, of python-zeroconf's 1/{plain.at(1) / ours.at(1):.1f}")
    assert ours.complete
    assert ours.at(1) < avahi.at(1) / 2, "a wide margin: the goal of an eighth is in the table"
    assert ours.packets < avahi.packets
    of_avahi, of_plain = ours.packets / avahi.packets, ours.packets / plain.packets
    report(f"packets: {of_avahi:.2f} of avahi's, {of_plain:.2f} of python-zeroconf's")


@pytest.mark.parametrize("devices", [2_000, 4_000])
def test_ten_thousand_services_are_complete(devices: int, tmp_path: Path, report: Callable[[str], None]) -> None:
    ours = race(tmp_path, "dotlocal", devices, 20)
    report("\n  ".join([HEAD.replace("\n", "\n  "), ours.row()]))
    assert ours.complete


@pytest.mark.parametrize(
    ("devices", "options"),
    [(400, ("--loss", "0.05")), (400, ("--no-additionals",)), (2_000, ("--pps", "2000")), (400, ("--multicast",))],
)
def test_harder_networks_are_complete(
    devices: int, options: tuple[str, ...], tmp_path: Path, report: Callable[[str], None]
) -> None:
    ours = race(tmp_path, "dotlocal", devices, 40, *options)
    report(f"{' '.join(options)}: {ours.row()}")
    assert ours.complete


@pytest.mark.parametrize("options", [(), ("--no-types",)])
def test_a_storm_of_announcements_is_told_whole(
    options: tuple[str, ...], tmp_path: Path, report: Callable[[str], None]
) -> None:
    found = storm(tmp_path, "dotlocal", 1_000, 1_000, *options)
    report("\n  ".join([STORM_HEAD.replace("\n", "\n  "), found.row()]))
    assert len(found.delays_ms) == 1_000


def test_a_minute_of_churn_misses_nothing(tmp_path: Path, report: Callable[[str], None]) -> None:
    found = soak(tmp_path, 500, 60)
    report(found.words())
    assert found.missed == []
    assert set(found.alarms) <= {"packets-dropped"}
