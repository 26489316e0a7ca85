"""The interfaces of Windows: which are up, what people call them, and how a link-local address names one."""

import ctypes
import socket
import sys

import pytest

if sys.platform == "win32":
    from core.discovery import interfaces, windows_adapters


def test_the_adapters_that_are_up_are_told_and_loopback_is_none_of_them() -> None:
    adapters, usable = windows_adapters.adapters(), windows_adapters.usable()
    assert adapters
    assert usable is not None
    there = interfaces.all_interfaces()
    named = {(index, adapter.name) for adapter in adapters for index in adapter.indexes}
    assert {(one.index, one.name) for one in there} <= named, "what ifaddr reads of the same call"
    loopback = [one for one in there if one.is_loopback]
    assert loopback
    assert not {one.index for one in loopback} & usable
    assert all(one.index in usable for one in interfaces.usual(there))


def test_an_interface_has_the_name_of_its_connection_and_its_makers(monkeypatch: pytest.MonkeyPatch) -> None:
    one = interfaces.all_interfaces()[0]
    assert one.is_called(one.name)
    assert one.is_called(one.also)
    assert one.is_called(str(one.networks[0].ip))
    assert not one.is_called("")
    assert one.zone == str(one.index)
    monkeypatch.setattr(interfaces, "_zones", (0.0, {}))
    scoped = interfaces.scoped("fe80::1", one.name)
    assert scoped == f"fe80::1%{one.index}"
    assert socket.getaddrinfo(scoped, 443, flags=socket.AI_NUMERICHOST)[0][4][3] == one.index
    assert interfaces.scoped("10.0.0.1", one.name) == "10.0.0.1"


def test_windows_that_does_not_say_excludes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def GetAdaptersAddresses(self, *_: object) -> int:
            return 232

    monkeypatch.setattr(ctypes.windll, "iphlpapi", Refusing(), raising=False)
    assert windows_adapters.usable() is None
