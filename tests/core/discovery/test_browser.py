"""The browser against a real responder on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from core.discovery.browser import Browser
from core.discovery.interfaces import choose
from core.discovery.names import host_name, is_service_type, split_instance
from core.errors import UnknownInterface
from core.events import Bus, DeviceChanged, DeviceGone, DeviceSeen, Event


class Heard:
    """Collects events and waits for one that fits."""

    def __init__(self, bus: Bus) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()
        bus.subscribe(self._take)

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def wait(self, fits: Callable[[Event], bool], seconds: float = 10) -> Event:
        async with asyncio.timeout(seconds):
            while True:
                for event in self.events:
                    if fits(event):
                        return event
                self._news.clear()
                await self._news.wait()


def info(
    name: str, host: str, address: str = "127.0.30.1", kind: str = "_https._tcp.local.", port: int = 8443
) -> ServiceInfo:
    return ServiceInfo(
        kind,
        f"{name}.{kind}",
        addresses=[socket.inet_aton(address)],
        port=port,
        properties={"fw": "2"},
        server=f"{host}.",
    )


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Heard, AsyncZeroconf]]:
    bus = Bus()
    heard, browser = Heard(bus), Browser(bus, ("lo",))
    responder = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    await browser.start()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(browser.run())
        try:
            yield heard, responder
        finally:
            running.cancel()
            with suppress(TimeoutError):
                await responder.async_close()
            await browser.aclose()


async def test_a_service_is_seen_changes_and_goes() -> None:
    async with listening() as (heard, responder):
        service = info("Prüfstand 1.2", "browser-test.local")
        await (await responder.async_register_service(service, cooperating_responders=True))
        seen = await heard.wait(lambda e: isinstance(e, DeviceSeen) and e.device.host == "browser-test.local")
        assert isinstance(seen, DeviceSeen)
        assert seen.device.name == "Prüfstand 1.2"
        assert [(a.address, a.interface) for a in seen.device.addresses] == [("127.0.30.1", "lo")]
        assert seen.device.services[0].txt == (("fw", "2"),)
        changed = info("Prüfstand 1.2", "browser-test.local", port=9443)
        await (await responder.async_update_service(changed))
        await heard.wait(lambda e: isinstance(e, DeviceChanged) and e.device.services[0].port == 9443)
        await (await responder.async_unregister_service(changed))
        gone = await heard.wait(lambda e: isinstance(e, DeviceGone))
        assert isinstance(gone, DeviceGone)
        assert gone.device.online is False


async def test_a_type_that_nobody_knows_beforehand_is_followed() -> None:
    async with listening() as (heard, responder):
        service = info("odd", "odd-type.local", "127.0.30.2", "_made-up-kind._tcp.local.")
        await (await responder.async_register_service(service, cooperating_responders=True))
        seen = await heard.wait(lambda e: isinstance(e, DeviceSeen) and e.device.host == "odd-type.local")
        assert isinstance(seen, DeviceSeen)
        assert seen.device.services[0].type == "_made-up-kind._tcp"


def test_an_unknown_interface_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownInterface) as unknown:
        choose(("nonesuch0",))
    assert "lo" in unknown.value.hint


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Prüfstand 1.2._http._tcp.local.", ("Prüfstand 1.2", "_http._tcp")),
        ("../../etc._http._tcp.local.", ("../../etc", "_http._tcp")),
        ("_http._tcp.local.", None),
        ("x._http._sctp.local.", None),
        ("x._http._tcp.example.com.", None),
        ("y" * 64 + "._http._tcp.local.", None),
    ],
)
def test_instances_are_split_from_the_right(name: str, expected: tuple[str, str] | None) -> None:
    assert split_instance(name) == expected


@pytest.mark.parametrize("name", ["google.com.", ".local.", "local.", "a" * 260 + ".local."])
def test_hosts_outside_local_are_left_out(name: str) -> None:
    assert host_name(name) is None


def test_service_types_have_two_labels_under_local() -> None:
    assert is_service_type("_http._tcp.local.")
    assert not is_service_type("_printer._sub._http._tcp.local.")
