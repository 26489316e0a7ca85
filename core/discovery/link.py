"""Follow one interface: datagrams in, touched hosts and findings out, questions to send; no sockets, no clock."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from core.discovery.contests import Contests, Outcome
from core.discovery.guard import Guard
from core.discovery.interfaces import Interface
from core.discovery.link_table import LinkTable
from core.discovery.owners import Clash
from core.discovery.packets import AbsenceHeard, Message, Refusal, Source, is_on_link, read
from core.discovery.packets import Link as LinkFacts
from core.discovery.query import AAAA, PTR, SRV, TXT, A, question_packets
from core.discovery.quotas import PacketQuota
from core.discovery.schedule import Schedule
from core.model.network_finding import NetworkFinding

ANSWERS_BY_UNICAST_S = 3.0
LEGACY_TTL_S = 190
"""Answers to a legacy question live 10 s (RFC 6762 section 6.7); they are kept for three rounds of asking."""
_KINDS = {"A": (A,), "AAAA": (AAAA,), "SRV": (SRV,), "TXT": (TXT,), "PTR": (SRV, TXT)}


class HearsUnicast(Protocol):
    """What a socket of the link can hear."""

    shares_port: bool

    @property
    def hears_unicast(self) -> bool:
        """Say whether answers to us alone reach it."""


class Link:
    """The state of one interface."""

    def __init__(
        self,
        interface: Interface,
        wall: Callable[[float], datetime],
        tell: Callable[[NetworkFinding], None],
        is_watched: Callable[[str], bool] = lambda host: False,
        mac_of: Callable[[str], str] = lambda address: "",
    ) -> None:
        self.interface = interface
        self.facts = LinkFacts(interface.prefixes, interface.is_loopback)
        self.table = LinkTable(self._on_clash, mac_of)
        self.schedule = Schedule(self.table, is_watched)
        self.contests, self.guard = Contests(), Guard(interface.name, wall, tell, mac_of)
        self.packets = PacketQuota()
        self.heard_own = self.heard_unicast = self.heard_multicast = self.heard_queries = 0
        self.asked_at = 0.0
        self._hears_unicast = True
        self._own = {str(n.ip) for n in interface.networks}
        self._sent: OrderedDict[bytes, None] = OrderedDict()

    def moved(self, interface: Interface) -> None:
        """The interface has other addresses now."""
        self.interface = interface
        self.facts = LinkFacts(interface.prefixes, interface.is_loopback)
        self._own = {str(n.ip) for n in interface.networks}

    def listens_by(self, sockets: Sequence[HearsUnicast]) -> None:
        """Take in what the link's sockets can hear: with none on port 5353, no announcement; elsewhere no unicast."""
        self.schedule.types.legacy = bool(sockets) and not any(one.shares_port for one in sockets)
        self._hears_unicast = all(one.hears_unicast for one in sockets)

    def is_on_link(self, address: str) -> bool:
        """Say whether an address lies in a network of the interface."""
        return is_on_link(address, self.facts.networks)

    def take(self, octets: bytes, source: Source, now: float) -> set[str]:
        """Take one datagram in; return the hosts that may look different."""
        if source.address in self._own:
            if octets in self._sent:
                self.heard_own += 1
                return set()
        elif not self.packets.admits(source.address, now):
            return set()
        asked_lately = self.schedule.types.legacy or now - self.asked_at < ANSWERS_BY_UNICAST_S
        message = read(octets, source, self.facts, asked_lately=asked_lately)
        if isinstance(message, Refusal):
            self.guard.refused_packet(message, source.address, now)
            return set()
        if message.query:
            return self._take_query(message, now)
        if source.unicast:
            self.heard_unicast += 1
        else:
            self.heard_multicast += 1
        if message.refused or message.shortest_ttl_s is not None:
            self.guard.read_packet(message, now)
        return self._take_records(message, now)

    def tick(self, now: float) -> tuple[list[tuple[bytes, bool]], set[str]]:
        """Return the packets to send, each with whether IPv4 alone is enough, and the hosts that may look different."""
        touched = self.table.expire(now) | self.table.take_evicted()
        for name in self.table.take_doubted():
            self.schedule.confirm(name, (A, AAAA), now)
        touched |= self._settle(now)
        if self.packets.flooding:
            self.packets.settle(now)
            self.guard.floods(self.packets.flooding, now)
        if self.table.names.over:
            self.guard.over_quota(self.table.names.over, now)
            self.table.names.over.clear()
        due = self.schedule.due(now)
        questions = due.questions if self._hears_unicast else [replace(q, unicast=False) for q in due.questions]
        packets = question_packets(questions, due.known)
        if any(q.unicast for q in questions):
            self.asked_at = now
        for packet in packets:
            self._sent[packet] = None
        while len(self._sent) > 512:
            self._sent.popitem(last=False)
        by_ipv4_alone = due.one_family and all(h.ipv4 for h in self.table.hosts.values())
        return [(packet, by_ipv4_alone) for packet in packets], touched

    def next_at(self) -> float:
        """Return when the next tick is wanted at the latest."""
        judged_at = self.contests.next_at()
        scheduled = self.schedule.next_at()
        return scheduled if judged_at is None else min(scheduled, judged_at)

    def confirm(self, name: str, now: float, patience_s: float = 10.0) -> None:
        """Somebody could not reach a host: ask for it, and let it go if it does not answer (RFC 6762 section 10.4)."""
        host = self.table.hosts.get(name)
        if host is None:
            return
        self.table.confirm_soon(name, now, patience_s)
        self.schedule.confirm(name, (A, AAAA), now)
        for key in sorted(host.instances)[:16]:
            self.schedule.confirm(key, (SRV,), now)

    def unconfirm(self, now: float) -> None:
        """Nothing is sure any more: let records run out unless they are heard again, and ask for the hosts."""
        self.table.unconfirm(now)
        self.schedule.refresh.follow_all(tuple(self.table.hosts), now)

    def ask_aloud(self, now: float) -> bool:
        """Ask for a known host's address so that the answer comes by multicast; False where nobody is known."""
        host = next((h for h in self.table.hosts.values() if h.ipv4.is_live(now)), None)
        if host is not None:
            self.schedule.ask_aloud(host.name)
        return host is not None

    def _take_query(self, message: Message, now: float) -> set[str]:
        sender = message.source.address
        if sender not in self._own:
            self.heard_queries += 1
            for kind in message.types:
                self.schedule.types.learn(kind, now, asker=sender)
            if not message.more_follow:
                for question in message.questions:
                    if question.kind == PTR and not question.unicast:
                        self.schedule.types.heard_question(question.name, message.known, now)
        return self.table.announce_arrival(message.records, sender, now) if message.probe else set()

    def _take_records(self, message: Message, now: float) -> set[str]:
        sender = message.source.address
        if self.schedule.types.legacy:
            message.records = [
                r if isinstance(r, AbsenceHeard) or not r.ttl_s else r._replace(ttl_s=max(r.ttl_s, LEGACY_TTL_S))
                for r in message.records
            ]
        for kind, ttl_s in message.types.items():
            self.schedule.types.enumerated(kind, ttl_s, now)
        self.contests.note(message.records, sender, now)
        before = len(self.table.by_type)
        touched = self.table.apply(message.records, sender, now)
        if len(self.table.by_type) != before:
            for kind in self.table.by_type:
                self.schedule.types.learn(f"{kind}.local.", now)
        for key in self.table.take_new_names():  # few: most packets bring none
            self.guard.new_name(key if isinstance(key, str) else key[1], sender, now)
        return touched

    def _on_clash(self, clash: Clash, now: float) -> bool:
        """Have a clash settled; False where it cannot be now."""
        if self.contests.is_open(clash):
            return True
        if not self.contests.begin(clash, now):
            self.guard.over_quota((clash.sender,), now)
            return False
        self.schedule.confirm(clash.owner, _KINDS[clash.kind], now)
        return True

    def _settle(self, now: float) -> set[str]:
        touched: set[str] = set()
        for settled in self.contests.judge(now):
            clash, since = settled.clash, settled.since
            if settled.outcome in (Outcome.REPLACED, Outcome.SAME, Outcome.GAVE_UP) and not clash.goodbye:
                touched |= self.table.drop(clash.owner, clash.kind, lambda c, t=since: c.heard_at < t, now)  # type: ignore[misc]
            elif settled.outcome is Outcome.TAKEN_BACK:
                touched |= self.table.leave(clash.owner, clash.kind, clash.rdata, now)
            if settled.outcome in (Outcome.REPLACED, Outcome.TAKEN_BACK):
                self.table.succeed(clash.owner, tuple(s for s in clash.before if s != clash.sender), clash.sender)
            if settled.outcome is Outcome.DEFENDED and not clash.goodbye:
                own = frozenset(clash.before)
                touched |= self.table.drop(clash.owner, clash.kind, lambda c, s=own: not s & set(c.senders), now)  # type: ignore[misc]
            self.guard.settled(settled, now)
        return touched
