"""Listen to multicast DNS and tell of devices: records in as they arrive, device events out."""

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from zeroconf import (
    DNSAddress,
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    DNSRecord,
    DNSService,
    DNSText,
    IPVersion,
    NamePartTooLongException,
    RecordUpdate,
    RecordUpdateListener,
    Zeroconf,
)
from zeroconf.asyncio import AsyncZeroconf

from core.discovery.announcements import AddressHeard, Announcements, Heard, LocationHeard, PointerHeard, TextHeard
from core.discovery.interfaces import Interface, choose, interface_of
from core.discovery.service_types import COMMON_TYPES, ENUMERATION
from core.errors import NetworkUnavailable
from core.events import Bus, DeviceChanged, DeviceGone, DeviceSeen, NetworkListening
from core.model.device import Address, Device

log = logging.getLogger(__name__)

_QUERY, _IN = 0x0000, 1
_A, _PTR, _TXT, _AAAA, _SRV = 1, 12, 16, 28, 33
_ROUNDS_S = (0.0, 1.0, 3.0, 9.0, 27.0, 81.0, 243.0, 729.0, 2187.0)
_EVERY_ROUND_S = 3600.0
_TICK_S = 0.5
_BATCH = 40
MAX_TYPES = 500
MAX_KNOWN_TYPES = 100
MAX_DOUBLINGS, LONGEST_WAIT_S = 6, 20
MAX_LABEL, MAX_NAME = 63, 253


class Browser(RecordUpdateListener):
    """Follows every service type of the link and publishes device events on the bus."""

    def __init__(self, bus: Bus, interfaces: tuple[str, ...] = (), now: Callable[[], float] | None = None) -> None:
        super().__init__()
        self._bus = bus
        self._wanted = interfaces
        self._now = now or (lambda: datetime.now(UTC).timestamp())
        self._table = Announcements()
        self._online: dict[str, bool] = {}
        self._types: dict[str, tuple[float, int]] = {}
        self._asked: dict[str, tuple[float, int]] = {}
        self._listening: tuple[Interface, ...] = ()
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self) -> None:
        """Open the sockets and begin to listen.

        Raises: UnknownInterface, or NetworkUnavailable when no interface can carry multicast DNS.
        """
        self._listening = choose(self._wanted)
        addresses = [str(n.ip) for i in self._listening for n in i.networks if n.version == 4]
        scoped = [i.index for i in self._listening if any(n.version == 6 for n in i.networks) and i.index]
        choices: list[str | int] = [*addresses, *(scoped if not all(i.is_loopback for i in self._listening) else [])]
        version = IPVersion.All if any(isinstance(c, int) for c in choices) else IPVersion.V4Only
        try:
            self._zeroconf = AsyncZeroconf(interfaces=choices, ip_version=version)
            await self._zeroconf.zeroconf.async_wait_for_start()
        except OSError as error:
            raise NetworkUnavailable(f"Multicast DNS cannot be opened: {error.strerror or error}.") from error
        self._zeroconf.zeroconf.async_add_listener(self, None)
        self._types = dict.fromkeys((ENUMERATION, *COMMON_TYPES), (self._now(), 0))
        self._bus.publish(NetworkListening(tuple(i.name for i in self._listening)))

    async def run(self) -> None:
        """Ask and expire until cancelled."""
        while True:
            now = self._now()
            self._publish(self._table.expire(now))
            self._ask(now)
            await asyncio.sleep(_TICK_S)

    async def aclose(self) -> None:
        """Close the sockets."""
        if self._zeroconf is not None:
            self._zeroconf.zeroconf.async_remove_listener(self)
            await self._zeroconf.async_close()
            self._zeroconf = None

    def refresh(self) -> None:
        """Ask for everything anew at the next tick."""
        self._types = dict.fromkeys(self._types, (self._now(), 0))
        self._asked.clear()

    def devices(self) -> tuple[Device, ...]:
        """Return every device known now."""
        return self._table.devices(self._now())

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        """Take records as zeroconf hands them over (zeroconf's own callback)."""
        del zc, now
        moment = self._now()
        heard = [h for update in records if (h := self._heard(update.new)) is not None]
        for record in heard:
            if isinstance(record, AddressHeard):
                self._asked.pop(f"{record.host}.", None)
            else:
                self._asked.pop(f"{record.instance}.{record.type}.local.", None)
        self._publish(self._table.apply(heard, moment))

    def _heard(self, record: object) -> Heard | None:
        if not isinstance(record, DNSRecord):
            return None
        ttl = 0.0 if record.is_expired(_monotonic_ms()) else float(record.ttl)
        if isinstance(record, DNSPointer):
            return self._pointer(record, ttl)
        if isinstance(record, DNSAddress):
            return self._address(record, ttl)
        if isinstance(record, DNSService | DNSText):
            split = split_instance(record.name)
            if split is None:
                return None
            instance, kind = split
            if isinstance(record, DNSText):
                return TextHeard(kind, instance, bytes(record.text), ttl)
            host = host_name(record.server)
            return LocationHeard(kind, instance, host, record.port, ttl) if host else None
        return None

    def _pointer(self, record: DNSPointer, ttl: float) -> Heard | None:
        owner = record.name.lower()
        if owner == ENUMERATION:
            self._learn(record.alias.lower())
            return None
        if not owner.endswith((".arpa.", "._dns-sd._udp.local.")) and not owner.startswith("_services."):
            self._learn(owner.partition("._sub.")[2] or owner)
        split = split_instance(record.alias)
        if split is None or "._sub." in owner:
            return None
        return PointerHeard(split[1], split[0], ttl)

    def _address(self, record: DNSAddress, ttl: float) -> Heard | None:
        host = host_name(record.name)
        try:
            ip = ipaddress.ip_address(record.address)
        except ValueError:
            return None
        if host is None or ip.is_multicast or ip.is_unspecified:
            return None
        text = str(ip)
        return AddressHeard(host, Address(text, interface_of(text, record.scope_id, self._listening)), ttl)

    def _learn(self, kind: str) -> None:
        if kind not in self._types and len(self._types) < MAX_TYPES and is_service_type(kind):
            self._types[kind] = (self._now() + 0.02, 0)

    def _publish(self, changed: Iterable[Device]) -> None:
        for device in changed:
            was_online = self._online.get(device.host)
            self._online[device.host] = device.online
            if device.online and not was_online:
                self._bus.publish(DeviceSeen(device))
            elif device.online:
                self._bus.publish(DeviceChanged(device))
            elif was_online:
                self._bus.publish(DeviceGone(device))

    def _ask(self, now: float) -> None:
        due = [kind for kind, (at, _) in self._types.items() if at <= now]
        questions = [DNSQuestion(kind, _PTR, _IN) for kind in due]
        for kind in due:
            done = self._types[kind][1] + 1
            wait = _ROUNDS_S[done] - _ROUNDS_S[done - 1] if done < len(_ROUNDS_S) else _EVERY_ROUND_S
            self._types[kind] = (now + wait, done)
        questions += self._questions_for_missing(now)
        for start in range(0, len(questions), _BATCH):
            self._send(questions[start : start + _BATCH], due)

    def _questions_for_missing(self, now: float) -> list[DNSQuestion]:
        unlocated, unaddressed = self._table.missing(now)
        instances, hosts = self._table.due_for_refresh(now)
        wanted = [(f"{instance}.{kind}.local.", (_SRV, _TXT)) for kind, instance in (*unlocated, *instances)]
        wanted += [(f"{host}.", (_A, _AAAA)) for host in (*unaddressed, *hosts)]
        questions: list[DNSQuestion] = []
        for name, kinds in wanted[:200]:
            at, times = self._asked.get(name, (0.0, 0))
            if now < at:
                continue
            self._asked[name] = (now + float(min(2 ** min(times, MAX_DOUBLINGS), LONGEST_WAIT_S)), times + 1)
            questions += [DNSQuestion(name, kind, _IN) for kind in kinds]
        if len(self._asked) > 10_000:
            self._asked.clear()
        return questions

    def _send(self, questions: list[DNSQuestion], types: list[str]) -> None:
        if self._zeroconf is None or not questions:
            return
        zeroconf = self._zeroconf.zeroconf
        packet = DNSOutgoing(_QUERY, multicast=True)
        for question in questions:
            packet.add_question(question)
        moment = _monotonic_ms()
        for kind in types[:MAX_KNOWN_TYPES]:
            for record in zeroconf.cache.async_all_by_details(kind, _PTR, _IN):
                packet.add_answer_at_time(record, moment)  # known answers, RFC 6762 section 7.1
        try:
            zeroconf.async_send(packet)
        except OSError as error:
            log.warning("A query could not be sent: %s", error)
        except NamePartTooLongException:  # one bad name must not silence the others
            if len(questions) > 1:
                for question in questions:
                    self._send([question], [])


def _monotonic_ms() -> float:
    """Return zeroconf's own time base, milliseconds."""
    from zeroconf._utils.time import current_time_millis  # the value that record.is_expired() compares with

    return float(current_time_millis())


def is_service_type(name: str) -> bool:
    """Say whether `name` reads "_x._tcp.local." or "_x._udp.local."."""
    labels = name.rstrip(".").split(".")
    return (
        _are_labels(labels)
        and len(labels) == 3
        and labels[0].startswith("_")
        and labels[1] in {"_tcp", "_udp"}
        and labels[2] == "local"
    )


def split_instance(name: str) -> tuple[str, str] | None:
    """Return (instance label, type) of a full instance name; the label may itself hold dots. None if it is none."""
    labels = name.rstrip(".").rsplit(".", 3)
    if len(labels) != 4 or not is_service_type(".".join(labels[1:]).lower() + "."):
        return None
    instance = labels[0]
    if not 0 < len(instance.encode()) <= MAX_LABEL:
        return None
    return instance, f"{labels[1]}.{labels[2]}".lower()


def host_name(name: str) -> str | None:
    """Return a host name in lower case without its final dot, or None where it is no name under .local."""
    host = name.rstrip(".").lower()
    if not host.endswith(".local") or len(host.encode()) > MAX_NAME or not _are_labels(host.split(".")):
        return None
    return host


def _are_labels(labels: list[str]) -> bool:
    """Say whether every label has 1 to 63 octets: a decoder may have made them longer than the wire allows."""
    return all(0 < len(label.encode()) <= MAX_LABEL for label in labels)
