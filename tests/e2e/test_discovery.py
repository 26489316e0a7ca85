"""The engine among real responders: avahi, mdnsd, python-zeroconf; renames, goodbyes, interfaces, IPv6 alone."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rigs.lan import Lan
from tests.rigs.watcher import Line, Watcher

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
HTTP, HTTPS = "_http._tcp", "_https._tcp"


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Lan]:
    with Lan(tmp_path) as made:
        yield made


def addresses(device: Line) -> set[str]:
    return {a["address"] for a in device["addresses"]}


def test_three_avahi_daemons_with_odd_names_are_listed_whole(lan: Lan) -> None:
    laptop = lan.add("laptop", "10.77.0.1")
    odd = 'Prüfstand 1.2 "a" <b> \\ Halle'
    for number in (1, 2, 3):
        computer = lan.add(f"d{number}", f"10.77.1.{number}")
        services = {f"Web {number}": (HTTP, 80, {"path": "/", "k": "a=b;c"}), f"{odd} {number}": (HTTPS, 443, {})}
        lan.avahi(computer, f"dev0{number}", services)
    with Watcher(laptop) as watcher:
        for number in (1, 2, 3):
            _, device = watcher.device(
                f"dev0{number}.local", lambda d: len(d["services"]) == 2 and len(d["addresses"]) == 2
            )
            assert {(s["type"], s["instance"], s["port"]) for s in device["services"]} == {
                (HTTP, f"Web {number}", 80), (HTTPS, f"{odd} {number}", 443),
            }  # fmt: skip
            assert f"10.77.1.{number}" in addresses(device)
            assert any(a.startswith("fe80::") and a.endswith("%eth0") for a in addresses(device))
            web = next(s for s in device["services"] if s["type"] == HTTP)
            assert web["txt"] == {"path": "/", "k": "a=b;c"}
        assert [c for c in watcher.findings() if c not in {"nothing-heard"}] == []


def test_a_goodbye_is_seen_at_once_and_a_return_as_well(lan: Lan) -> None:
    laptop, computer = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    daemon = lan.avahi(computer, "dev01", {"Web": (HTTP, 80, {})})
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local")
        asked = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        gone = watcher.gone("dev01.local", since=asked)
        daemon.wait(10)
        assert gone - asked < 1.0
        lan.avahi(computer, "dev01")
        watcher.device("dev01.local", since=gone)


def test_a_name_that_is_taken_is_followed_to_its_new_form(lan: Lan) -> None:
    laptop = lan.add("laptop", "10.77.0.1")
    first, second = lan.add("first", "10.77.1.1"), lan.add("second", "10.77.1.2")
    lan.avahi(first, "twin", {"Web": (HTTP, 80, {})})
    with Watcher(laptop) as watcher:
        watcher.device("twin.local")
        lan.avahi(second, "twin", {"Web": (HTTP, 8080, {})})
        _, renamed = watcher.device("twin-2.local", lambda d: bool(d["services"]))
        assert "10.77.1.2" in addresses(renamed)
        assert [(s["instance"], s["port"]) for s in renamed["services"]] == [("Web #2", 8080)]
        time.sleep(3)
        assert "10.77.1.1" in addresses(watcher.now()["twin.local"])
        assert watcher.now()["twin.local"]["online"]


def test_mdnsd_and_zeroconf_are_listed_and_leave(lan: Lan) -> None:
    laptop, other, third = lan.add("laptop", "10.77.0.1"), lan.add("mdnsd", "10.77.1.1"), lan.add("pz", "10.77.1.2")
    other.run("hostname", "plain")
    folder = other.folder / "mdns.d"
    folder.mkdir()
    (folder / "web.service").write_text("type _http._tcp\nname Plain web\nport 8080\ntxt path=/start\n")
    mdnsd = other.popen("mdnsd", "-n", "-i", "eth0", str(folder), stderr=subprocess.DEVNULL)
    script = (
        "import socket, time, signal; from zeroconf import Zeroconf, ServiceInfo\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n"
        "z = Zeroconf(interfaces=['10.77.1.2'])\n"
        "z.register_service(ServiceInfo('_https._tcp.local.', 'Snake._https._tcp.local.', port=443,"
        " server='snake.local.', addresses=[socket.inet_aton('10.77.1.2')], properties={'fw': '2'}))\n"
        "signal.sigwait([signal.SIGTERM])\n"
        "z.unregister_all_services(); z.close()\n"
    )
    snake = third.popen(sys.executable, "-c", script)
    with Watcher(laptop) as watcher:
        _, plain = watcher.device("plain web.local")
        assert [(s["instance"], s["port"], s["txt"]) for s in plain["services"]] == [
            ("Plain web", 8080, {"path": "/start"})
        ]
        _, found = watcher.device("snake.local")
        assert found["services"][0]["txt"] == {"fw": "2"}
        asked = time.monotonic()
        snake.terminate()
        assert watcher.gone("snake.local", since=asked) - asked < 3.0
        mdnsd.terminate()  # it says no goodbye: the row stays until its 120 seconds are over


def test_a_network_without_ipv4_is_followed(lan: Lan) -> None:
    laptop, computer = lan.add("laptop"), lan.add("device")
    lan.avahi(computer, "six", {"Web": (HTTPS, 443, {})}, ipv4=False)
    with Watcher(laptop) as watcher:
        _, device = watcher.device("six.local")
        assert all(a.startswith("fe80::") and a.endswith("%eth0") for a in addresses(device))
        asked = time.monotonic()
        computer.run("pkill", "-TERM", "-f", "avahi-daemon", check=False)
        watcher.gone("six.local", since=asked)


def test_interfaces_come_go_and_change_address_while_it_runs(lan: Lan) -> None:
    laptop = lan.add("laptop", "10.77.0.1")
    computer = lan.add("device", "10.77.1.1")
    lan.avahi(computer, "dev01", {"Web": (HTTP, 80, {})})
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local")
        time.sleep(3)

        down = time.monotonic()
        laptop.run("ip", "link", "set", "eth0", "down")
        assert watcher.gone("dev01.local", 5, since=down) - down < 2.0
        up = time.monotonic()
        laptop.run("ip", "link", "set", "eth0", "up")
        laptop.run("ip", "route", "replace", "224.0.0.0/4", "dev", "eth0")
        assert watcher.device("dev01.local", seconds=6, since=up)[0] - up < 2.0

        moved = time.monotonic()  # our own address changes: another network
        laptop.run("ip", "address", "flush", "dev", "eth0", "scope", "global")
        laptop.run("ip", "address", "add", "10.78.0.1/16", "dev", "eth0")
        watcher.wait(lambda e: e["event"] == "listening", 5, since=moved)
        back = time.monotonic()
        laptop.run("ip", "address", "flush", "dev", "eth0", "scope", "global")
        laptop.run("ip", "address", "add", "10.77.0.9/16", "dev", "eth0")
        assert watcher.device("dev01.local", seconds=6, since=back)[0] - back < 2.0

        plugged = time.monotonic()  # a second interface comes up, as a dock would bring
        lan.plug(laptop, "eth1", "10.77.0.10")
        _, both = watcher.device(
            "dev01.local", lambda d: {a["interface"] for a in d["addresses"]} == {"eth0", "eth1"}, 6, since=plugged
        )
        assert both["network"] is None
        pulled = time.monotonic()
        laptop.run("ip", "link", "delete", "eth1")
        at, _ = watcher.device(
            "dev01.local", lambda d: {a["interface"] for a in d["addresses"]} == {"eth0"}, 6, since=pulled
        )
        assert at - pulled < 2.0


def test_a_device_that_changes_its_address_is_shown_with_the_new_one_and_no_alarm_is_raised(
    lan: Lan, report: Callable[[str], None]
) -> None:
    laptop, computer = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    lan.avahi(computer, "dev01", {"Web": (HTTP, 80, {})})
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local", lambda d: "10.77.1.1" in addresses(d))
        time.sleep(6)  # its announcements are over
        computer.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/eth0/promote_secondaries")
        moved = time.monotonic()
        computer.run("ip", "address", "add", "10.77.1.77/16", "dev", "eth0")
        computer.run("ip", "address", "delete", "10.77.1.1/16", "dev", "eth0")
        at, _ = watcher.device(
            "dev01.local",
            lambda d: d["online"] and "10.77.1.77" in addresses(d) and "10.77.1.1" not in addresses(d), 10, since=moved,
        )  # fmt: skip
        report(f"a new address is shown alone after {at - moved:.2f} s; avahi probes for it first")
        assert not {"two-senders", "foreign-goodbye"} & set(watcher.findings())


def test_the_same_name_on_two_networks_is_two_devices(lan: Lan, tmp_path: Path) -> None:
    laptop, first = lan.add("laptop", "10.77.0.1"), lan.add("first", "10.77.1.1")
    lan.avahi(first, "printer", {"Office": (HTTP, 80, {"room": "1"})})
    with Lan(tmp_path / "other") as other:
        other.plug(laptop, "eth1", "10.99.0.1")
        second = other.add("second", "10.99.1.1")
        other.avahi(second, "printer", {"Workshop": (HTTP, 80, {"room": "2"})})
        with Watcher(laptop) as watcher:
            watcher.device("printer.local", lambda d: d["network"] == "eth0" and addresses(d) >= {"10.77.1.1"})
            watcher.device("printer.local", lambda d: d["network"] == "eth1" and addresses(d) >= {"10.99.1.1"})
            assert "two-senders" not in watcher.findings()


def test_a_service_that_changes_is_shown_changed(lan: Lan) -> None:
    laptop, computer = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    lan.avahi(computer, "dev01", {"Web": (HTTP, 80, {"v": "1"})})
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local")
        lan.write_service(computer, "0", "Web", HTTP, 8080, {"v": "2"})
        computer.run("pkill", "-HUP", "-f", "avahi-daemon", check=False)
        watcher.device("dev01.local", lambda d: [(s["port"], s["txt"]) for s in d["services"]] == [(8080, {"v": "2"})])


def test_an_interrupted_watch_ends_well(lan: Lan) -> None:
    laptop = lan.add("laptop", "10.77.0.1")
    for number in (signal.SIGTERM, signal.SIGINT):
        process = laptop.popen(
            sys.executable, "-m", "core.cli.main", "devices", "--watch", "--no-probe", "--json", "--network",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert b"listening" in process.stdout.readline()
        process.send_signal(number)
        _, complaints = process.communicate(timeout=10)
        assert b"Traceback" not in complaints


def test_a_port_that_another_stack_keeps_for_itself_is_told_and_devices_are_found_all_the_same(lan: Lan) -> None:
    laptop, device = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    lan.avahi(device, "dev01", {"Web": (HTTP, 80, {})})
    lan.avahi(laptop, "laptop", limits="disallow-other-stacks=yes")
    time.sleep(2)
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local", lambda d: bool(d["services"]))
        found = watcher.finding("port-taken")
        assert "disallow-other-stacks" in found["hint"]
        time.sleep(12)  # answers to legacy questions live ten seconds
        assert watcher.now()["dev01.local"]["online"]


def test_beside_an_avahi_of_this_computer_nothing_is_lost(lan: Lan) -> None:
    laptop = lan.add("laptop", "10.77.0.1")
    lan.avahi(laptop, "laptop", {"Own": (HTTP, 80, {})})
    for number in range(1, 6):
        lan.avahi(lan.add(f"d{number}", f"10.77.1.{number}"), f"dev{number}", {f"Web {number}": (HTTP, 80, {})})
    time.sleep(3)
    with Watcher(laptop) as watcher:
        for host in ("laptop", *(f"dev{n}" for n in range(1, 6))):
            watcher.device(f"{host}.local", lambda d: bool(d["services"]), 6)


def test_devices_behind_a_reflector_are_marked_as_seen_through_it(lan: Lan, tmp_path: Path) -> None:
    laptop, router = lan.add("laptop", "10.77.0.1"), lan.add("router", "10.77.0.254")
    with Lan(tmp_path / "other") as other:
        other.plug(router, "eth1", "10.99.0.254")
        for number in (1, 2):
            other.avahi(
                other.add(f"d{number}", f"10.99.1.{number}", ipv6=False), f"far{number}", {f"W{number}": (HTTP, 80, {})}
            )
        lan.avahi(router, "router", reflector=True, interfaces="eth0,eth1", ipv6=False)
        with Watcher(laptop) as watcher:
            for number in (1, 2):
                _, device = watcher.device(f"far{number}.local", lambda d: bool(d["through"]), 20)
                assert device["through"] == "10.77.0.254"
                assert addresses(device) == {f"10.99.1.{number}"}
            assert watcher.finding("speaks-for-many", 25)["weight"] == "hint"
            assert not {"two-senders", "off-link-sender"} & set(watcher.findings())
