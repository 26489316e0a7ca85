"""Follow every link on a thread of its own: drain sockets first, read in slices, ask what is due, tell of changes.

The thread owns sockets, tables and schedules. Others speak to it through `call`; it speaks through `deliver`, which it
calls on its own thread.
"""

import logging
import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.discovery.board import Board, Change
from core.discovery.health import Health
from core.discovery.interface_changes import InterfaceChanges, SleepWatch
from core.discovery.interfaces import Interface, present
from core.discovery.link import Link
from core.discovery.neighbours import Neighbours
from core.discovery.sockets import Datagram, LinkSocket
from core.discovery.vendors import Vendors
from core.model.device import Device
from core.model.network_finding import FindingCode, NetworkFinding, Weight

log = logging.getLogger(__name__)

TICK_S = 0.033
SLICE_S, AT_ONCE = 0.001, 16
LONGEST_HOLD_S = 0.1
QUEUE_OCTETS = 64 << 20
SEND_AT_ONCE, SEND_PAUSE_S = 24, 0.005
FIRST_QUESTION_S = 0.02
"""RFC 6762 section 5.2 has the first question wait 20 to 120 ms, so that many that wake at once do not ask at once;
this is the shortest of it, always."""
LONGEST_WAIT_S = 0.5
MOST_FAILURES = 20
MANY = 2
FAMILY_RETRY_S = 120.0


@dataclass(slots=True)
class Batch:
    """What one tick brought: changes in order, findings, and the interfaces where these changed."""

    changes: list[Change] = field(default_factory=list)
    findings: list[NetworkFinding] = field(default_factory=list)
    interfaces: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.changes or self.findings or self.interfaces is not None)


class Engine:
    """The discovery of one core. start() and close() belong to one thread; the other calls to any."""

    def __init__(
        self, deliver: Callable[[Batch], None], wanted: tuple[str, ...] = (), types: Iterable[str] = ()
    ) -> None:
        self._deliver, self._wanted, self._types = deliver, wanted, tuple(types)
        self._links: dict[str, Link] = {}
        self._sockets: dict[str, list[LinkSocket]] = {}
        self._selector = selectors.DefaultSelector()
        self._queue: deque[Datagram] = deque()
        self._queued_octets = 0
        self._outbox: deque[tuple[str, bytes, bool]] = deque()
        self._touched: set[str] = set()
        self._batch = Batch()
        self._calls: deque[Callable[[], None]] = deque()
        self._wake_end, self._wake_start = socket.socketpair()
        self._watched: set[str] = set()
        self._neighbours, self._vendors = Neighbours(), Vendors()
        self._board = Board(self._links, self._wall, self._neighbours.mac_of, self._vendors.of)
        self._health = Health(self._wall, self._find)
        self._thread: threading.Thread | None = None
        self._failed: dict[tuple[str, int], float] = {}
        self._restarted_at = 0.0
        self._closing = False
        self._shown_at = self._ticked_at = 0.0
        self._epoch = time.time() - time.monotonic()

    def start(self, interfaces: tuple[Interface, ...]) -> None:
        """Open the sockets and begin.

        Raises: OSError where not one interface can be opened.
        """
        now = time.monotonic()
        self._wake_end.setblocking(False)
        self._selector.register(self._wake_end, selectors.EVENT_READ, None)
        problem: OSError | None = None
        for interface in interfaces:
            problem = self._open(interface, now) or problem
        if not any(self._sockets.values()) and interfaces:
            self.close()
            raise problem or OSError("no interface could be opened")
        self._thread = threading.Thread(target=self._run, name="discovery", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and close the sockets."""
        self._closing = True
        if self._thread is not None:
            self._wake()
            self._thread.join(5)
            self._thread = None
        for sockets in self._sockets.values():
            for opened in sockets:
                opened.close()
        self._sockets.clear()
        self._selector.close()
        self._wake_end.close()
        self._wake_start.close()

    def call(self, work: Callable[[], None]) -> None:
        """Have something done on the engine's thread."""
        self._calls.append(work)
        self._wake()

    def refresh(self) -> None:
        """Ask for everything anew."""
        self.call(lambda: self._restart(time.monotonic()))

    def watch(self, hosts: frozenset[str]) -> None:
        """Follow these hosts closely and no others: somebody looks at them."""

        def change() -> None:
            self._watched = set(hosts)
            for link in self._links.values():
                for host in hosts:
                    link.schedule.refresh.follow(host, time.monotonic())

        self.call(change)

    def confirm(self, host: str) -> None:
        """A host could not be reached: ask for it, and let it go if it stays silent (RFC 6762 section 10.4)."""

        def ask() -> None:
            for link in self._links.values():
                link.confirm(host, time.monotonic())

        self.call(ask)

    def types(self) -> tuple[str, ...]:
        """Return the service types that are known, to be remembered."""
        return tuple(dict.fromkeys(k for link in tuple(self._links.values()) for k in tuple(link.table.by_type)))

    def sockets(self) -> tuple[LinkSocket, ...]:
        """Return the sockets that are open, for their counters."""
        return tuple(opened for some in tuple(self._sockets.values()) for opened in tuple(some))

    def _wall(self, moment: float) -> datetime:
        return datetime.fromtimestamp(moment + self._epoch, UTC)

    def _wake(self) -> None:
        with suppress(OSError):
            self._wake_start.send(b"\0")

    def _find(self, finding: NetworkFinding) -> None:
        self._batch.findings.append(finding)

    def _open(self, interface: Interface, now: float) -> OSError | None:
        """Open an interface's sockets and begin to ask on it; return why where a family could not be opened."""
        problem = None
        opened = []
        for family in interface.families:
            try:
                opened.append(LinkSocket(interface, family))
            except OSError as error:
                problem = error
                self._failed[interface.name, family] = now + FAMILY_RETRY_S
                log.info("%s, IPv%d: %s", interface.name, family, error)
        for one in opened:
            self._selector.register(one.fileno(), selectors.EVENT_READ, one)
            self._health.opened(one, now)
        self._sockets[interface.name] = opened
        link = self._links.get(interface.name)
        if link is None:
            link = self._links[interface.name] = Link(
                interface, self._wall, self._find, lambda host: host in self._watched, self._neighbours.mac_of
            )
        else:
            link.moved(interface)
        link.listens_by(opened)
        link.schedule.types.start(self._types, now + FIRST_QUESTION_S)
        return problem

    def _shut(self, name: str) -> None:
        for opened in self._sockets.pop(name, []):
            with suppress(KeyError, ValueError):
                self._selector.unregister(opened.fileno())
            opened.close()

    def _restart(self, now: float) -> None:
        if now - self._restarted_at < 1.0:  # RFC 6762 section 5.2: a second between two questions at least
            return
        self._restarted_at = now
        for link in self._links.values():
            link.schedule.types.start((), now)

    def _run(self) -> None:
        changes = InterfaceChanges(time.monotonic())
        if changes.socket is not None:
            self._selector.register(changes.socket, selectors.EVENT_READ, changes)
        sleep = SleepWatch(time.time(), time.monotonic())
        failures = 0
        while not self._closing and failures < MOST_FAILURES:
            try:
                self._turn(changes, sleep)
                failures = 0
            except Exception:
                failures += 1
                log.exception("A turn of discovery failed")  # the border of the thread: the next turn may go well
        changes.close()
        if not self._closing:
            stopped = NetworkFinding(FindingCode.STOPPED, Weight.ALARM, "", "", self._wall(time.monotonic()))
            self._deliver(Batch(findings=[stopped], interfaces=()))

    def _turn(self, changes: InterfaceChanges, sleep: SleepWatch) -> None:
        """Wait, drain, read a slice, and tick when it is time."""
        now = time.monotonic()
        tick_at = self._next_tick(now)
        self._drain(0.0 if self._queue else max(0.0, min(tick_at - now, LONGEST_WAIT_S)))
        now = time.monotonic()
        if changes.due(now):
            self._look_at_interfaces(now)
        if sleep.woke(time.time(), now):
            self._woke(now)
        self._read_slice(now + SLICE_S)
        if now >= tick_at or self._calls:
            self._ticked_at = time.monotonic()
            self._tick(self._ticked_at)

    def _next_tick(self, now: float) -> float:
        """Return when the next tick is wanted: soon where something changed, else when the next question is due."""
        wanted = min((link.next_at() for link in self._links.values()), default=now + LONGEST_WAIT_S)
        if self._touched or self._batch or self._queue or any(link.table.has_news for link in self._links.values()):
            left_over = self._touched and not self._queue and self._ticked_at == self._shown_at
            wanted = min(wanted, self._ticked_at + (0.0 if left_over else TICK_S))
        if self._outbox:
            wanted = min(wanted, self._ticked_at + SEND_PAUSE_S)
        return min(max(wanted, self._ticked_at + 0.001), now + LONGEST_WAIT_S)

    def _drain(self, timeout_s: float) -> None:
        """Take everything off the sockets into our own memory, where there is room."""
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                with suppress(OSError):
                    self._wake_end.recv(4_096)
            elif isinstance(key.data, InterfaceChanges):
                key.data.notice(time.monotonic())
            else:
                self._drain_socket(key.data)

    def _drain_socket(self, opened: LinkSocket) -> None:
        before = opened.dropped
        try:
            for datagram in opened.receive():
                self._queue.append(datagram)
                self._queued_octets += len(datagram.octets)
        except OSError as error:
            self._health.receive_failed(opened, error, time.monotonic())
            return
        lost = opened.dropped - before
        while self._queued_octets > QUEUE_OCTETS:
            self._queued_octets -= len(self._queue.popleft().octets)
            lost += 1
        if lost:
            now = time.monotonic()
            self._health.dropped(opened, lost, now)
            if (link := self._links.get(opened.interface.name)) is not None:
                link.schedule.types.lost(now)

    def _read_slice(self, until: float) -> None:
        """Read queued datagrams, in the order they came, until the slice is over."""
        queue, links, touched = self._queue, self._links, self._touched
        while queue:
            octets, source = queue.popleft()
            self._queued_octets -= len(octets)
            link = links.get(source.interface)
            now = time.monotonic()
            if link is not None:
                try:
                    touched |= link.take(octets, source, now)
                except Exception:
                    log.exception("A datagram of %d octets could not be taken in", len(octets))  # one stops no other
            if now >= until:
                return

    def _tick(self, now: float) -> None:
        while self._calls:
            self._calls.popleft()()
        for name, link in self._links.items():
            packets, touched = link.tick(now)
            self._touched |= touched
            if name in self._sockets:
                self._outbox.extend((name, packet, alone) for packet, alone in packets)
        self._send(now)
        self._health.judge(self._links.values(), now)
        self._touched |= self._board.unsettled(now)
        self._show(now)
        if self._batch:
            batch, self._batch = self._batch, Batch()
            self._deliver(batch)
        elif not self._queue:
            self._name_makers(now)

    def _show(self, now: float) -> None:
        """Put together what changed, a slice at a time; while a flood of answers comes in, reading goes first."""
        if self._queue and now - self._shown_at < LONGEST_HOLD_S:
            return
        until = now + SLICE_S
        while self._touched and time.monotonic() < until:
            hosts = {self._touched.pop() for _ in range(min(AT_ONCE, len(self._touched)))}
            self._batch.changes += self._board.update(hosts, now)
        self._shown_at = now

    def _name_makers(self, now: float) -> None:
        """In a quiet moment: read the system's neighbour table, look makers up, and show both."""
        if self._neighbours.refresh(now, wanted=bool(self._links)):
            for link in self._links.values():
                link.guard.neighbours(self._neighbours.table, now)
            self._touched |= {d.host for d in self._board.devices() if self._is_news(d)}
            self._tell_of_speakers(now)
        if self._vendors.is_waiting:
            self._vendors.look_up()
            self._touched |= {
                d.host for d in self._board.devices() if d.mac and not d.vendor and self._vendors.of(d.mac)
            }

    def _tell_of_speakers(self, now: float) -> None:
        """Tell of senders that speak for several devices which live elsewhere: reflectors, proxies, border routers."""
        for name, link in self._links.items():
            for sender, count in Counter(self._board.speakers(name)).items():
                if count >= MANY:
                    link.guard.speaks_for_many(sender, count, now)

    def _is_news(self, device: Device) -> bool:
        return any(self._neighbours.mac_of(a.address) not in ("", device.mac) for a in device.addresses)

    def _send(self, now: float) -> None:
        for _ in range(min(SEND_AT_ONCE, len(self._outbox))):
            name, packet, ipv4_alone = self._outbox.popleft()
            sockets = self._sockets.get(name, ())
            for opened in sockets:
                if (ipv4_alone and opened.family == 6 and len(sockets) > 1) or not self._health.may_send(opened, now):
                    continue
                try:
                    opened.send(packet)
                    self._health.sent(opened, now)
                except OSError as error:
                    self._health.send_failed(opened, error, now)
                    if (again := self._health.silent_until(sockets, now)) is not None:
                        self._links[name].schedule.types.start((), again)  # what was asked went nowhere

    def _look_at_interfaces(self, now: float) -> None:
        """Follow what came, went and moved; a link that moved is asked anew, one that went leaves its devices gone."""
        there = {i.name: i for i in present(self._wanted)}
        changed = False
        for name in [n for n in self._links if n not in there]:
            self._shut(name)
            link = self._links.pop(name)
            self._health.forget(name, now)
            self._touched |= set(link.table.hosts)
            changed = True
        for name, interface in there.items():
            held, opened = self._links.get(name), self._sockets.get(name, [])
            wanted = [f for f in interface.families if now >= self._failed.get((name, f), 0.0)]
            if held is not None and held.interface == interface and {o.family for o in opened} >= set(wanted):
                continue
            self._shut(name)
            if held is not None and not _same_networks(held.interface, interface):
                self._touched |= set(held.table.hosts)
                del self._links[name]
            self._open(interface, now)
            changed = True
        if changed:
            self._health.interfaces_changed(now)
            self._batch.interfaces = tuple(self._sockets)

    def _woke(self, now: float) -> None:
        """After a sleep: nothing is sure any more, everything is asked anew."""
        self._epoch = time.time() - now
        for name in tuple(self._sockets):
            self._shut(name)
        for link in self._links.values():
            link.unconfirm(now)
        self._look_at_interfaces(now)


def _same_networks(one: Interface, other: Interface) -> bool:
    """Say whether an interface that changed is still on a network that it was on before."""
    mine = {n for n in one.prefixes if not n.is_link_local}
    theirs = {n for n in other.prefixes if not n.is_link_local}
    return bool(mine & theirs) or not mine or not theirs
