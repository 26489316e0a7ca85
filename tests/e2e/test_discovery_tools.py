"""Lint, announce, the live table, this computer's resolver, and an attacker, among real responders."""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.lan import Lan
from tests.rigs.sandbox import Sandbox
from tests.rigs.watcher import Watcher

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
DOTLOCAL = (sys.executable, "-m", "core.cli.main")
ATTACK = """
import socket, struct, sys, time
name = lambda t: b"".join(bytes([len(x)]) + x.encode() for x in t.split(".")) + b"\\0"
ttl = int(sys.argv[2])
record = name("dev01.local") + struct.pack(">HHIH", 1, 0x8001, ttl, 4) + socket.inet_aton(sys.argv[1])
packet = struct.pack(">HHHHHH", 0, 0x8400, 0, 1, 0, 0) + record
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(("", 5353))
for _ in range(8):
    s.sendto(packet, ("224.0.0.251", 5353))
    time.sleep(0.4)
"""


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Lan]:
    with Lan(tmp_path) as made:
        yield made


def dotlocal(computer: Sandbox, *arguments: str, expect: int = 0) -> Any:
    done = computer.run(*DOTLOCAL, *arguments, "--json", check=False, DOTLOCAL_HOME=str(computer.folder / "state"))
    assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)


def test_lint_says_https_for_the_announcement_that_the_esp32_example_makes(lan: Lan) -> None:
    laptop, device = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    lan.avahi(device, "dev01", {"dev01": ("_http._tcp", 443, {"board": "esp32"})})
    time.sleep(3)
    found = dotlocal(laptop, "lint", "dev01", expect=1)
    assert found["limited"] is False
    assert found["heard"] is True
    assert "10.77.1.1" in found["addresses"]
    [point] = [p for p in found["points"] if p["level"] != "hint"]
    assert point["code"] == "http-on-tls-port"
    assert "_https._tcp" in point["hint"]
    assert point["clause"].startswith("RFC 6763")
    assert found["resolver"]["addresses"] == []
    assert "libnss-mdns" in found["resolver"]["hint"] or "avahi-daemon" in found["resolver"]["hint"]


def test_a_computer_that_resolves_local_names_itself_is_told_so(lan: Lan) -> None:
    laptop, device = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    lan.avahi(device, "dev01", {"dev01": ("_https._tcp", 443, {})})
    lan.avahi(laptop, "laptop")
    switch = laptop.folder / "nsswitch.conf"
    switch.write_text("hosts: files mdns4_minimal [NOTFOUND=return] dns\n")
    laptop.run("mount", "--bind", str(switch), "/etc/nsswitch.conf")
    time.sleep(4)
    found = dotlocal(laptop, "lint", "dev01.local")
    assert found["resolver"]["way"] == "nss-mdns"
    assert found["resolver"]["addresses"] == ["10.77.1.1"]
    assert found["resolver"]["agrees"] is True
    laptop.add_host("10.77.9.9", "dev01.local")  # an old line in the hosts file
    found = dotlocal(laptop, "lint", "dev01.local", expect=1)
    assert found["resolver"]["agrees"] is False
    assert "hosts file" in found["resolver"]["hint"]


def test_an_announced_service_arrives_elsewhere_renamed_where_its_name_is_taken(lan: Lan) -> None:
    one, two, three = (lan.add(f"c{n}", f"10.77.0.{n}") for n in (1, 2, 3))
    with Watcher(three) as watcher:
        announcers = []
        for computer in (one, two):
            process = computer.popen(
                *DOTLOCAL, "announce", "Test", "--port", "8443", "--type", "_https._tcp", "--txt", "room=1", "--json",
                stdout=subprocess.PIPE,
            )  # fmt: skip
            assert process.stdout is not None
            announcers.append((process, json.loads(process.stdout.readline())))
        assert [a["name"] for _, a in announcers] == ["Test", "Test-2"]
        assert [a["renamed"] for _, a in announcers] == [False, True]
        hosts = [a["host"] for _, a in announcers]
        for host, name in zip(hosts, ("Test", "Test-2"), strict=True):
            _, device = watcher.device(host, lambda d, n=name: [s["instance"] for s in d["services"]] == [n])
            assert device["services"][0]["txt"] == {"room": "1"}
        ended = time.monotonic()
        for process, _ in announcers:
            process.terminate()
            assert process.wait(15) == 0
        for host in hosts:
            watcher.gone(host, since=ended)


def test_devices_can_be_filtered_by_service(lan: Lan) -> None:
    laptop, one, two = lan.add("laptop", "10.77.0.1"), lan.add("d1", "10.77.1.1"), lan.add("d2", "10.77.1.2")
    lan.avahi(one, "web", {"Web": ("_http._tcp", 80, {})})
    lan.avahi(two, "prn", {"Printer": ("_ipp._tcp", 631, {"ty": "Label 4"})})
    time.sleep(3)
    found = dotlocal(laptop, "devices", "--no-probe", "--seconds", "2", "--type", "ipp", "--interface", "eth0")
    [printer] = found["devices"]
    assert (printer["host"], printer["kind"], printer["model"]) == ("prn.local", "printer", "Label 4")
    every = dotlocal(laptop, "devices", "--no-probe", "--seconds", "2")
    assert {d["host"] for d in every["devices"]} == {"web.local", "prn.local"}


def test_the_maker_of_the_network_card_is_named(lan: Lan) -> None:
    laptop, device = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    device.run("ip", "link", "set", "eth0", "down")
    device.run("ip", "link", "set", "eth0", "address", "24:0a:c4:11:22:33")
    device.run("ip", "link", "set", "eth0", "up")
    device.run("ip", "route", "replace", "224.0.0.0/4", "dev", "eth0")
    lan.avahi(device, "dev01", {"Web": ("_http._tcp", 80, {})})
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local")
        knock = "import socket; socket.create_connection(('10.77.1.1', 443), 2)"
        laptop.run(sys.executable, "-c", knock, check=False)  # as a TLS check does, it fills the neighbour table
        _, found = watcher.device("dev01.local", lambda d: bool(d["vendor"]), 25)
        assert (found["mac"], found["vendor"]) == ("24:0a:c4:11:22:33", "Espressif Inc.")


def test_the_live_table_is_painted_on_a_terminal(lan: Lan) -> None:
    laptop, device = lan.add("laptop", "10.77.0.1"), lan.add("device", "10.77.1.1")
    lan.avahi(device, "dev01", {"Halle <b>": ("_http._tcp", 80, {})})
    ours, theirs = pty.openpty()
    environment = laptop.environment(TERM="xterm", COLUMNS="120", LINES="24")
    process = laptop.popen(
        *DOTLOCAL, "devices", "--watch", "--no-probe", "--seconds", "5", stdout=theirs, env=environment
    )
    os.close(theirs)
    painted = b""
    while True:
        try:
            octets = os.read(ours, 65_536)
        except OSError:
            break
        painted += octets
    os.close(ours)
    assert process.wait(15) == 0
    assert b"dev01.local" in painted
    assert b"Halle <b>" in painted
    assert b"1 here, 0 gone" in painted


def test_a_stranger_that_claims_the_name_of_a_real_device_is_told(lan: Lan) -> None:
    laptop, device, stranger = (
        lan.add(name, f"10.77.{n}.1") for n, name in enumerate(("laptop", "device", "stranger"))
    )
    lan.avahi(device, "dev01", {"Web": ("_http._tcp", 80, {})}, ipv6=False)
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local")
        time.sleep(4)
        stranger.run(sys.executable, "-c", ATTACK, "10.77.2.1", "120")
        found = watcher.finding("name-given-up")  # avahi follows RFC 6762 section 9 and takes another name
        assert found["subject"] == "dev01.local"
        assert {"10.77.1.1", "10.77.2.1"} <= {e["sender"] for e in found["evidence"]}
        watcher.device("dev01-2.local", lambda d: bool(d["online"]) and bool(d["services"]))


def test_a_goodbye_from_a_stranger_does_not_remove_a_real_device(lan: Lan) -> None:
    laptop, device, stranger = (
        lan.add(name, f"10.77.{n}.1") for n, name in enumerate(("laptop", "device", "stranger"))
    )
    lan.avahi(device, "dev01", {"Web": ("_http._tcp", 80, {})}, ipv6=False)
    with Watcher(laptop) as watcher:
        watcher.device("dev01.local")
        time.sleep(4)
        began = time.monotonic()
        stranger.run(sys.executable, "-c", ATTACK, "10.77.1.1", "0")
        watcher.finding("foreign-goodbye", since=began)
        assert watcher.now()["dev01.local"]["online"]
