"""Whom to connect to and how gently."""

import time
from dataclasses import replace

import pytest

from core.app.probe_policy import BURST, FIRST_RETRY_S, LONGEST_RETRY_S, ProbePolicy
from core.model.device import Address, Device, Service
from core.model.tls_target import TlsTarget, announces_tls, tls_target
from core.settings import NetworkSettings
from tests.rigs.minting import NOW

SETTINGS = NetworkSettings()


def device(*services: Service, addresses: tuple[Address, ...] = (Address("192.168.1.5", "eth0"),)) -> Device:
    return Device("plc01.local", "PLC", addresses, services, online=True, first_seen=NOW, last_seen=NOW)


HTTPS = Service("_https._tcp", "PLC", 443)


@pytest.mark.parametrize(
    ("services", "where"),
    [
        ((Service("_http._tcp", "x", 80), HTTPS), TlsTarget(443)),
        ((Service("_http._tcp", "x", 80),), None),
        ((Service("_ipps._tcp", "x", 631), Service("_http._tcp", "x", 8443)), TlsTarget(631)),
        ((Service("_imap._tcp", "x", 143),), TlsTarget(143, "imap")),
        ((Service("_coaps._udp", "x", 5684),), TlsTarget(5684, dtls=True)),
        ((Service("_uscans._tcp", "x", 443), Service("_http._tcp", "x", 80)), TlsTarget(443)),
        ((Service("_opcua-tls._tcp", "x", 4843),), TlsTarget(4843)),
        ((Service("_ldaps._tcp", "x", 636),), TlsTarget(636)),
        ((Service("_axis-video._tcp", "x", 443), Service("_http._tcp", "x", 80)), TlsTarget(443)),
        ((Service("_ssh._tcp", "x", 443), Service("_https._tcp", "x", 8443)), TlsTarget(8443)),
        ((Service("_opcua-tls._tcp", "x", 4843), Service("_https._tcp", "x", 8443)), TlsTarget(8443)),
        ((Service("_https._tcp", "x", 8443), Service("_http._tcp", "x", 443)), TlsTarget(443)),
        ((Service("_coap._udp", "x", 443),), None),
        ((Service("_mqtt._tcp", "x", 1883),), None),
        ((Service("_https._tcp", "x", 0),), None),
    ],
)
def test_the_port_is_chosen_by_the_type_of_service(services: tuple[Service, ...], where: TlsTarget | None) -> None:
    assert tls_target(services) == where


def test_what_a_type_says_of_itself() -> None:
    assert announces_tls(HTTPS)
    assert announces_tls(Service("_COAPS._udp", "x", 5684))
    assert not announces_tls(Service("_http._tcp", "x", 443))


def test_every_tcp_service_is_tried_only_when_asked_for() -> None:
    plain = (Service("_mqtt._tcp", "x", 1883), Service("_osc._udp", "x", 9000))
    assert tls_target(plain, every_tcp=True) == TlsTarget(1883)
    wide = ProbePolicy(replace(SETTINGS, probe_services="all"))
    assert wide.target(device(*plain)) is not None
    assert ProbePolicy(SETTINGS).target(device(*plain)) is None


def test_a_device_can_be_left_in_peace() -> None:
    assert ProbePolicy(replace(SETTINGS, never_probe=("PLC01.local.",))).target(device(HTTPS)) is None
    assert ProbePolicy(replace(SETTINGS, never_probe_on=("eth0",))).target(device(HTTPS)) is None
    assert ProbePolicy(replace(SETTINGS, probe=False)).target(device(HTTPS)) is None


def test_addresses_come_in_the_order_to_try_them() -> None:
    addresses = (Address("fe80::1", "eth0"), Address("2001:db8::1", "eth0"), Address("10.0.0.1", "eth1"))
    target = ProbePolicy(replace(SETTINGS, never_probe_on=("wlan0",))).target(device(HTTPS, addresses=addresses))
    assert target is not None
    assert target.addresses == ("10.0.0.1", "2001:db8::1", "fe80::1%eth0")


def test_patience_doubles_with_each_failure_and_ends_with_a_success() -> None:
    policy = ProbePolicy(SETTINGS)
    waits = []
    for _ in range(9):
        policy.told("plc01.local", failed=True)
        waits.append(policy.patience_s("plc01.local"))
    assert waits[:3] == [FIRST_RETRY_S, 2 * FIRST_RETRY_S, 4 * FIRST_RETRY_S]
    assert waits[-1] == LONGEST_RETRY_S
    policy.told("plc01.local", failed=False)
    assert policy.patience_s("plc01.local") == FIRST_RETRY_S


async def test_a_subnet_is_not_asked_faster_than_its_rate() -> None:
    policy = ProbePolicy(replace(SETTINGS, probes_per_second=1000, probes_per_subnet=20))
    begun = time.monotonic()
    for number in range(BURST + 4):
        await policy.turn(f"192.168.1.{number}")
    took = time.monotonic() - begun
    assert took >= 4 / 20 * 0.9
    await policy.turn("192.168.2.1")
    assert time.monotonic() - begun < took + 0.1
