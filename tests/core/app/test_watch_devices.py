"""Devices are followed and judged: one connection at a time, hostile names and ports included."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSService, IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from core.app.core import Core, CoreConfig
from core.events import ChainJudged, DeviceSeen, Event
from core.model.authority import IssueRequest
from core.model.plan import Action
from core.secrets import SessionPassphrase
from core.settings import NetworkSettings, Settings
from core.trust.registry import Machine
from tests.rigs import odd_servers as odd
from tests.rigs.minting import mint


@asynccontextmanager
async def watching(folder: Path, timeout_s: float = 1.0) -> AsyncIterator[tuple[Core, list[Event], AsyncZeroconf]]:
    settings = Settings(network=NetworkSettings(interfaces=("127.0.0.1",), probe_timeout_s=timeout_s))
    machine = Machine.private(folder / "home", "Test computer")
    core = Core(CoreConfig(folder / "state", settings, machine, SessionPassphrase("test")))
    events: list[Event] = []
    core.bus.subscribe(events.append)
    responder = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    async with asyncio.TaskGroup() as tasks, core:
        await core.start(tasks)
        await responder.zeroconf.async_wait_for_start()
        try:
            yield core, events, responder
        finally:
            await responder.async_close()


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  many events of many kinds: looking is simplest
            await asyncio.sleep(0.02)


async def announce(responder: AsyncZeroconf, name: str, host: str, port: int, kind: str = "_https._tcp.local.") -> None:
    info = ServiceInfo(kind, f"{name}.{kind}", addresses=[socket.inet_aton("127.0.0.1")], port=port, server=f"{host}.")
    await (await responder.async_register_service(info, cooperating_responders=True))


def announce_raw(responder: AsyncZeroconf, name: str, host: str) -> None:
    """Send an announcement that no decent responder would send."""
    kind, instance = "_made._tcp.local.", f"{name}._made._tcp.local."
    packet = DNSOutgoing(0x8400, multicast=True)
    packet.add_answer_at_time(DNSPointer(kind, 12, 1, 120, instance), 0)
    packet.add_answer_at_time(DNSService(instance, 33, 1, 120, 0, 0, 1, f"{host}."), 0)
    packet.add_answer_at_time(DNSAddress(f"{host}.", 1, 1, 120, socket.inet_aton("127.0.0.1")), 0)
    responder.zeroconf.async_send(packet)


def raw_response(*records: bytes) -> bytes:
    return struct.pack(">HHHHHH", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)


def raw_record(owner: list[bytes], kind: int, data: bytes) -> bytes:
    return raw_name(owner) + struct.pack(">HHIH", kind, 1, 120, len(data)) + data


def raw_name(labels: list[bytes]) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def shout(packet: bytes) -> None:
    """Send a packet as a responder on loopback would, whatever is in it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sender.bind(("127.0.0.1", 5353))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sender.sendto(packet, ("224.0.0.251", 5353))


def judged(events: list[Event], host: str) -> list[ChainJudged]:
    return [e for e in events if isinstance(e, ChainJudged) and e.host == host]


async def test_a_change_of_trust_is_judged_at_once_without_a_new_connection(tmp_path: Path) -> None:
    connections = 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read()

    async with watching(tmp_path) as (core, events, responder):
        await core.authority.create("Workshop")
        await core.authority.issue(IssueRequest(("watched.local",), ("127.0.0.1",), tmp_path / "out"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "out/watched.crt.pem", tmp_path / "out/watched.key.pem")
        async with odd.serving(counting, context) as port:
            await announce(responder, "watched", "watched.local", port)
            await until(lambda: bool(judged(events, "watched.local")))
            first = judged(events, "watched.local")[-1]
            assert {v.client: v.trusted for v in first.verdicts} == {"os": False, "chromium": False, "site": True}
            await core.trust.apply(Action.INSTALL)
            await until(lambda: all(v.trusted for v in judged(events, "watched.local")[-1].verdicts))
            await core.trust.apply(Action.REMOVE, ("chromium",))
            await until(lambda: not all(v.trusted for v in judged(events, "watched.local")[-1].verdicts))
            assert connections == 1


async def test_hostile_names_are_carried_as_they_are_and_stop_nothing(tmp_path: Path) -> None:
    names = ["<b>Trusted</b>", "line\nbreak", "\u202egnp", "/etc/passwd", "a" * 63]
    async with watching(tmp_path) as (_, events, responder):
        for number, name in enumerate(names):
            announce_raw(responder, name, f"hostile{number}.local")
        await until(lambda: sum(isinstance(e, DeviceSeen) for e in events) >= len(names))
        seen = {e.device.host: e.device.services[0].instance for e in events if isinstance(e, DeviceSeen)}
    assert {seen[f"hostile{n}.local"] for n in range(len(names))} == set(names)


async def test_a_silent_device_a_liar_and_a_good_one_each_get_their_own_row(tmp_path: Path) -> None:
    leaf = mint("good.local", names=("good.local",))
    async with (
        odd.serving(odd.silent) as mute, odd.serving(odd.saying(b"\x16\x03\x01garbage")) as liar,
        odd.serving(odd.stay, odd.tls_context(tmp_path, leaf)) as good,
        watching(tmp_path) as (core, events, responder),
    ):  # fmt: skip
        for name, port in (("mute", mute), ("liar", liar), ("good", good)):
            await announce(responder, name, f"{name}.local", port)
        await until(lambda: all(judged(events, f"{n}.local") for n in ("mute", "liar", "good")))
        await core.devices.settled()
        rows = {device.host: verdict for device, verdict in core.devices.devices()}
    assert rows["mute.local"] is not None
    assert rows["mute.local"].presented.failure == "no-answer"
    assert rows["liar.local"] is not None
    assert rows["liar.local"].presented.failure in {"handshake-refused", "not-tls", "no-answer"}
    assert rows["good.local"] is not None
    assert rows["good.local"].presented.chain[0].der == leaf.der


async def test_never_two_connections_to_one_device_at_once(tmp_path: Path) -> None:
    open_now = most = 0

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        try:
            await reader.read(1)
            await asyncio.sleep(0.2)
        finally:
            open_now -= 1

    async with odd.serving(slow) as port, watching(tmp_path) as (core, _, responder):
        await announce(responder, "one", "one.local", port)
        await until(lambda: open_now > 0)
        for _ in range(5):
            core.devices.check_again("one.local")
            await asyncio.sleep(0.05)
        await core.devices.settled()
    assert most == 1


SERVICE = [b"_https", b"_tcp", b"local"]
EVIL_HOSTS = [
    [b"\xff" * 40, b"local"],  # longer than a label may be, once decoded
    [b"caf\xc3\xa9\xe2\x80\xae", b"local"],  # a right-to-left override beside an accent: IDNA refuses it
    [b"nul\x00here", b"local"],
    [b"new\nline", b"local"],
]


async def test_hostile_packets_end_nothing(tmp_path: Path) -> None:
    leaf = mint("good.local", names=("good.local",))
    context = odd.tls_context(tmp_path, leaf)
    async with odd.serving(odd.stay, context) as port, watching(tmp_path) as (core, events, responder):
        for number, host in enumerate(EVIL_HOSTS):
            instance = [f"evil{number}".encode(), *SERVICE]
            location = struct.pack(">HHH", 0, 0, port) + raw_name(host)
            shout(raw_response(
                raw_record(SERVICE, 12, raw_name(instance)), raw_record(instance, 33, location),
                raw_record(host, 1, socket.inet_aton("127.0.0.1")),
            ))  # fmt: skip
        shout(raw_response(raw_record([b"_services", b"_dns-sd", b"_udp", b"local"], 12,
                                      raw_name([b"_" + b"\xff" * 40, b"_tcp", b"local"]))))  # fmt: skip
        shout(b"\x00" * 3)
        shout(raw_response(b"\xc0\x0c" * 400))
        await asyncio.sleep(1.5)
        await announce(responder, "good", "good.local", port)
        await until(lambda: bool(judged(events, "good.local")))
        await core.devices.settled()
    assert judged(events, "good.local")[-1].presented.chain[0].der == leaf.der


async def test_a_device_that_stops_serving_tls_loses_its_verdict(tmp_path: Path) -> None:
    leaf = mint("moving.local", names=("moving.local",))
    context = odd.tls_context(tmp_path, leaf)
    async with odd.serving(odd.stay, context) as port, watching(tmp_path) as (core, events, responder):
        kind = "_https._tcp.local."
        info = ServiceInfo(
            kind, f"m.{kind}", addresses=[socket.inet_aton("127.0.0.1")], port=port, server="moving.local."
        )
        await (await responder.async_register_service(info, cooperating_responders=True))
        await until(lambda: bool(judged(events, "moving.local")))
        await asyncio.sleep(2)  # this responder repeats its announcement, also after a goodbye
        plain = "_mqtt._tcp.local."
        other = ServiceInfo(
            plain, f"m.{plain}", addresses=[socket.inet_aton("127.0.0.1")], port=1883, server="moving.local."
        )
        await (await responder.async_unregister_service(info))
        await (await responder.async_register_service(other, cooperating_responders=True))
        await until(lambda: any(d.host == "moving.local" and d.online and not j for d, j in core.devices.devices()))
