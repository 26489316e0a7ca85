"""Devices without multicast: from a real DNS server, and by hand."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from core.discovery.beyond import BeyondTheLink
from core.discovery.board import Change, What
from core.discovery.browser import Browser
from core.events import Bus, DeviceSeen, Event
from core.model.by_hand import ByHand, parse_by_hand
from core.model.device import Presence
from tests.rigs.dns_server import DnsServer

ZONE = (
    "b._dns-sd._udp.plant.example. 60 IN PTR floor2.plant.example.",
    "_services._dns-sd._udp.floor2.plant.example. 60 IN PTR _https._tcp.floor2.plant.example.",
    r"_https._tcp.floor2.plant.example. 60 IN PTR Press\0321\.2._https._tcp.floor2.plant.example.",
    r"Press\0321\.2._https._tcp.floor2.plant.example. 60 IN SRV 0 0 8443 press.plant.example.",
    r'Press\0321\.2._https._tcp.floor2.plant.example. 60 IN TXT "fw=2" "path=/"',
    "press.plant.example. 60 IN A 10.1.2.3",
    "press.plant.example. 60 IN AAAA fd00::3",
)


class Told:
    """Collects changes from other threads."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._news = threading.Condition()

    def __call__(self, changes: list[Change]) -> None:
        with self._news:
            self.changes += changes
            self._news.notify_all()

    def wait(self, fits: Callable[[Change], bool], seconds: float = 10) -> Change:
        until = time.monotonic() + seconds
        with self._news:
            while True:
                for change in self.changes:
                    if fits(change):
                        return change
                assert self._news.wait(max(0.0, until - time.monotonic())), self.changes


@contextmanager
def running(beyond: BeyondTheLink) -> Iterator[Told]:
    told = Told()
    beyond.start(told)
    try:
        yield told
    finally:
        beyond.close()


def test_a_device_that_dns_knows_is_seen_with_its_service_and_goes_with_its_records() -> None:
    with DnsServer(*ZONE) as server:
        beyond = BeyondTheLink((), ("plant.example",), (server.address,), round_s=0.2)
        with running(beyond) as told:
            device = told.wait(lambda c: c.what is What.SEEN).device
            assert device.host == "press.plant.example"
            assert device.name == "Press 1.2"
            assert {a.address for a in device.addresses} == {"10.1.2.3", "fd00::3"}
            [service] = device.services
            assert (service.type, service.port, service.txt) == ("_https._tcp", 8443, (("fw", "2"), ("path", "/")))
            assert (device.through, device.presence) == ("DNS", Presence.LISTED)
            server.records[:] = []
            told.wait(lambda c: c.what is What.GONE)


def test_a_server_that_is_not_there_stops_nothing() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1#{closed.getsockname()[1]}"
    with running(BeyondTheLink((), ("plant.example",), (address,), round_s=0.2)) as told:
        time.sleep(1)
        assert told.changes == []


def test_a_device_added_by_hand_is_here_while_its_port_answers() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        entry = ByHand("plc01.local", server.getsockname()[1], "127.0.0.1")
        with running(BeyondTheLink((entry,), search=False)) as told:
            device = told.wait(lambda c: c.device.online).device
            assert device.through == "by hand"
            assert [(s.type, s.port) for s in device.services] == [("_https._tcp", entry.port)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plc01.local 443 10.0.0.5", ByHand("plc01.local", 443, "10.0.0.5")),
        ("PLC01.local.", ByHand("plc01.local", 443)),
        ("10.0.0.9 8443", ByHand("10.0.0.9", 8443)),
        ("plc01.local x", None),
        ("plc01.local 70000", None),
        ("plc01.local 443 nowhere", None),
        ("", None),
        ("a b c d", None),
    ],
)
def test_entries_are_read_as_written(text: str, expected: ByHand | None) -> None:
    assert parse_by_hand(text) == expected


async def test_the_browser_tells_of_devices_beyond_the_link() -> None:
    bus, events = Bus(), list[Event]()
    bus.subscribe(events.append)
    with DnsServer(*ZONE) as server:
        browser = Browser(bus, ("lo",), (), BeyondTheLink((), ("plant.example",), (server.address,)))
        await browser.start()
        try:
            async with asyncio.timeout(10):
                while not any(isinstance(e, DeviceSeen) for e in events):  # noqa: ASYNC110  events come from a thread
                    await asyncio.sleep(0.02)
        finally:
            await browser.aclose()
    assert [d.host for d in browser.devices()] == ["press.plant.example"]
