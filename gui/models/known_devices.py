"""Merge core events into one record a device; no Qt."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from core.events import (
    ChainJudged,
    CheckStarted,
    DeviceChanged,
    DeviceForgotten,
    DeviceGone,
    DeviceNoted,
    DeviceSeen,
    DevicesRemembered,
    Event,
    WatchingAnew,
)
from core.model.device import Device, Presence
from core.model.device_notes import DeviceNotes
from gui.models.device_record import DeviceRecord, make_record


class KnownDevices:
    """Every device that was heard of, with what is known of its chain, as records."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.records: dict[str, DeviceRecord] = {}
        self.every_tcp = False
        """Whether every TCP service is asked for TLS, as a setting can want: none is without before it was asked."""
        self._clock = clock
        self._devices: dict[str, Device] = {}
        self._judged: dict[str, ChainJudged] = {}
        self._notes: dict[str, DeviceNotes] = {}
        """Of the devices that are kept on disk: they stay when the network forgets them."""
        self._checking: set[str] = set()

    def take(self, events: list[Event]) -> tuple[dict[str, DeviceRecord | None], dict[str, DeviceRecord]]:
        """Merge a batch. Return the changed devices with their record from before, and those that are forgotten."""
        touched: dict[str, None] = {}
        forgotten: set[str] = set()
        for event in events:
            for host in self._merge(event, forgotten):
                touched[host] = None
                forgotten.discard(host)
            if isinstance(event, DeviceForgotten) and event.host in forgotten:
                touched.pop(event.host, None)
        gone = {}
        for host in forgotten - touched.keys():
            record = self.records.pop(host, None)
            self._devices.pop(host, None)
            self._judged.pop(host, None)
            self._checking.discard(host)
            if record is not None:
                gone[host] = record
        return self.renew(touched), gone

    def renew(self, hosts: Iterable[str]) -> dict[str, DeviceRecord | None]:
        """Make records anew, as of now; return what each was before."""
        now = self._clock()
        changed: dict[str, DeviceRecord | None] = {}
        for host in hosts:
            device = self._devices.get(host)
            if device is None:
                continue
            changed[host] = self.records.get(host)
            self.records[host] = make_record(
                device, self._judged.get(host), self._notes.get(host), checking=host in self._checking, now=now,
                every_tcp=self.every_tcp,
            )  # fmt: skip
        return changed

    def _merge(self, event: Event, forgotten: set[str]) -> tuple[str, ...]:
        """Take one event; return the devices it is about."""
        if isinstance(event, DeviceSeen | DeviceChanged | DeviceGone):
            self._devices[event.device.id] = event.device
            self._drop_stale(event)
            return (event.device.id,)
        if isinstance(event, ChainJudged):
            self._checking.discard(event.host)
            self._judged[event.host] = event
            return (event.host,)
        if isinstance(event, CheckStarted):
            self._checking.add(event.host)
            return (event.host,)
        if isinstance(event, DeviceNoted):
            self._notes[event.notes.device] = event.notes
            return (event.notes.device,)
        if isinstance(event, DevicesRemembered):
            new = [device for device in event.devices if device.id not in self._devices]
            self._devices.update({device.id: device for device in new})
            self._notes.update({notes.device: notes for notes in event.notes})
            return tuple(self._notes) if self.records else tuple(device.id for device in new)
        if isinstance(event, WatchingAnew):
            online = [device for device in self._devices.values() if device.online]
            self._devices.update({d.id: replace(d, online=False, presence=Presence.GONE) for d in online})
            self._checking.clear()
            return tuple(device.id for device in online)
        if isinstance(event, DeviceForgotten) and event.host not in self._notes:
            forgotten.add(event.host)
        return ()

    def _drop_stale(self, event: DeviceSeen | DeviceChanged | DeviceGone) -> None:
        """Forget a judgement that is no longer about what the device offers; a returned device is judged anew."""
        device = event.device
        judged = self._judged.get(device.id)
        if judged is None or isinstance(event, DeviceGone):
            return
        presented = judged.presented
        addresses = {a.address for a in device.addresses}
        same_place = presented.address.partition("%")[0] in addresses
        same_port = presented.port in {s.port for s in device.services}
        if isinstance(event, DeviceSeen) or not (same_place and same_port):
            del self._judged[device.id]
