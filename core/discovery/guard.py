"""Turn what the link shows into findings: two senders for one name, strangers' goodbyes, floods, odd records; pure."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import ip_address

from core.discovery.contests import FLAPS, Outcome, Settled
from core.discovery.names import has_controls
from core.discovery.owners import Owner
from core.discovery.packets import MAX_TTL_S, Message, Refusal
from core.model.network_finding import Evidence, FindingCode, NetworkFinding, Weight

SHORTEST_TTL_S = 5
TOLD_AGAIN_S = 60.0
MAX_TOLD = 4_000
RETURNS, RETURNS_WINDOW_S = 4, 120.0
_PACKET_FINDINGS = {
    Refusal.OFF_LINK: (FindingCode.OFF_LINK_SENDER, Weight.ALARM),
    Refusal.OFF_LINK_QUERY: (FindingCode.MALFORMED, Weight.HINT),
    Refusal.UNASKED: (FindingCode.UNASKED_ANSWER, Weight.NOTICE),
    Refusal.BROKEN: (FindingCode.MALFORMED, Weight.HINT),
    Refusal.SHORT: (FindingCode.MALFORMED, Weight.HINT),
    Refusal.LONG: (FindingCode.MALFORMED, Weight.HINT),
    Refusal.PORT: (FindingCode.MALFORMED, Weight.HINT),
    Refusal.OPCODE: (FindingCode.MALFORMED, Weight.HINT),
    Refusal.ADDRESS: (FindingCode.FORBIDDEN_ADDRESS, Weight.NOTICE),
    Refusal.NAME: (FindingCode.ODD_NAME, Weight.HINT),
    Refusal.TARGET: (FindingCode.ODD_NAME, Weight.HINT),
    Refusal.CLASS: (FindingCode.MALFORMED, Weight.HINT),
}


class Guard:
    """Watches one link and tells each thing once a minute at most."""

    def __init__(
        self,
        interface: str,
        wall: Callable[[float], datetime],
        tell: Callable[[NetworkFinding], None],
        mac_of: Callable[[str], str] = lambda address: "",
    ) -> None:
        self._interface, self._wall, self._tell, self._mac_of = interface, wall, tell, mac_of
        self._told: OrderedDict[tuple[FindingCode, str], float] = OrderedDict()
        self._returns: OrderedDict[str, list[float]] = OrderedDict()
        self._macs: OrderedDict[str, str] = OrderedDict()
        self.refused: Counter[Refusal] = Counter()

    def refused_packet(self, refusal: Refusal, sender: str, now: float) -> None:
        """A datagram was not listened to."""
        self.refused[refusal] += 1
        self._packet_finding(refusal, sender, now)

    def read_packet(self, message: Message, now: float) -> None:
        """A response was read: tell of what was left out of it and of what is odd in it."""
        sender = message.source.address
        for refusal in message.refused:
            self.refused[refusal] += message.refused[refusal]
            self._packet_finding(refusal, sender, now)
        if message.longest_ttl_s is not None and message.longest_ttl_s > MAX_TTL_S:
            self._odd_ttl(sender, message.longest_ttl_s, now)
        elif message.shortest_ttl_s is not None and message.shortest_ttl_s < SHORTEST_TTL_S:
            self._odd_ttl(sender, message.shortest_ttl_s, now)

    def new_name(self, name: str, sender: str, now: float) -> None:
        """A name came up for the first time."""
        if has_controls(name):
            self._say(FindingCode.ODD_NAME, Weight.NOTICE, name, now, (self._evidence(sender, name, now),),
                      (("why", "it holds control characters"),))  # fmt: skip

    def floods(self, senders: Iterable[str], now: float) -> None:
        """These senders send more than the link can bear; one packet of ten is read."""
        for sender in senders:
            self._say(FindingCode.SENDER_FLOODS, Weight.ALARM, sender, now, (self._evidence(sender, "", now),))

    def over_quota(self, senders: Iterable[str], now: float) -> None:
        """These senders brought in more names than one sender may."""
        for sender in senders:
            self._say(FindingCode.SENDER_OVER_QUOTA, Weight.NOTICE, sender, now, (self._evidence(sender, "", now),))

    def speaks_for_many(self, sender: str, hosts: int, now: float) -> None:
        """A sender speaks for hosts that live elsewhere: a reflector, a sleep proxy, a border router."""
        facts = (("count", str(hosts)),)
        self._say(FindingCode.SPEAKS_FOR_MANY, Weight.HINT, sender, now, (self._evidence(sender, "", now),), facts)

    def settled(self, contest: Settled, now: float) -> None:
        """A contest is over: tell of it where two senders stand against each other."""
        clash, outcome = contest.clash, contest.outcome
        name, at = full_name(clash.owner), contest.since
        old = tuple(
            self._evidence(s, self._words(contest, s), now if s in dict(contest.said) else None) for s in clash.before
        )
        stranger = "goodbye" if clash.goodbye else self._words(contest, clash.sender) or rdata_text(clash.rdata)
        evidence = (*old, self._evidence(clash.sender, stranger, at))
        facts = (("record", clash.kind), ("outcome", outcome.name.lower()))
        if clash.goodbye and outcome is Outcome.DEFENDED:
            self._say(FindingCode.FOREIGN_GOODBYE, Weight.ALARM, name, now, evidence, facts)
        elif outcome in {Outcome.BOTH, Outcome.DEFENDED} and not clash.goodbye:
            code = FindingCode.SERVICE_REDIRECTED if clash.kind == "SRV" else FindingCode.TWO_SENDERS
            self._say(code, Weight.ALARM, name, now, evidence, facts)
        elif outcome is Outcome.GAVE_UP:
            self._say(FindingCode.NAME_GIVEN_UP, Weight.ALARM, name, now, evidence, facts)
        if contest.flaps >= FLAPS:
            more = (*facts, ("times", str(contest.flaps)))
            self._say(FindingCode.FLAPPING, Weight.ALARM, name, now, evidence, more)

    def came_back(self, host: str, sender: str, now: float) -> None:
        """A host returned after a goodbye or an absence."""
        times = [t for t in self._returns.pop(host, []) if t > now - RETURNS_WINDOW_S]
        times.append(now)
        self._returns[host] = times
        while len(self._returns) > MAX_TOLD:
            self._returns.popitem(last=False)
        if len(times) >= RETURNS:
            facts = (("record", "host"), ("times", str(len(times))))
            self._say(FindingCode.FLAPPING, Weight.NOTICE, host, now, (self._evidence(sender, "", now),), facts)

    def neighbours(self, table: dict[str, str], now: float) -> None:
        """Compare the system's neighbour table with what it held before: one address, two MAC addresses."""
        for address, mac in table.items():
            before = self._macs.pop(address, mac)
            self._macs[address] = mac
            if before != mac:
                evidence = (Evidence(address, "", None, before), Evidence(address, "", self._wall(now), mac))
                self._say(FindingCode.ONE_ADDRESS_TWO_MACS, Weight.NOTICE, address, now, evidence)
        while len(self._macs) > MAX_TOLD:
            self._macs.popitem(last=False)

    def _packet_finding(self, refusal: Refusal, sender: str, now: float) -> None:
        code, weight = _PACKET_FINDINGS[refusal]
        facts = (("why", refusal.value),)
        self._say(code, weight, sender, now, (self._evidence(sender, refusal.value, now),), facts)

    def _odd_ttl(self, sender: str, ttl_s: int, now: float) -> None:
        facts = (("seconds", str(ttl_s)),)
        evidence = (self._evidence(sender, f"TTL {ttl_s} s", now),)
        self._say(FindingCode.ODD_TTL, Weight.HINT, sender, now, evidence, facts)

    def _words(self, contest: Settled, sender: str) -> str:
        return ", ".join(rdata_text(r) for r in dict(contest.said).get(sender, ()))

    def _evidence(self, sender: str, said: str, at: float | None) -> Evidence:
        return Evidence(sender, said, None if at is None else self._wall(at), self._mac_of(sender))

    def _say(
        self,
        code: FindingCode,
        weight: Weight,
        subject: str,
        now: float,
        evidence: tuple[Evidence, ...] = (),
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        key = (code, subject)
        last = self._told.get(key)
        if last is not None and now - last < TOLD_AGAIN_S:
            return
        self._told[key] = now
        self._told.move_to_end(key)
        while len(self._told) > MAX_TOLD:
            self._told.popitem(last=False)
        self._tell(NetworkFinding(code, weight, subject, self._interface, self._wall(now), evidence, facts))


def full_name(owner: Owner) -> str:
    """Return a host's name, or an instance's with its type."""
    return owner if isinstance(owner, str) else f"{owner[1]}.{owner[0]}.local"


def rdata_text(rdata: object) -> str:
    """Return what a record says in short: an address, host and port, or how long a text is."""
    if isinstance(rdata, bytes):
        if len(rdata) in (4, 16):
            return str(ip_address(rdata))
        return f"{len(rdata)} octets of TXT" if rdata else ""
    if isinstance(rdata, tuple) and len(rdata) == 2:
        return f"{rdata[0]}:{rdata[1]}"
    return ""
