"""Keep what one link announced: who said what, for how long, and what is missing; pure, time is passed in."""

from collections.abc import Callable, Iterable
from typing import Any

from core.discovery.claims import GRACE_S, AnyClaim, Entry, RecordSet, soonest
from core.discovery.directory import Directory
from core.discovery.owners import Clash, Host, Instance, Key, Owner, owns, same_speaker
from core.discovery.packets import AbsenceHeard, AddressHeard, Heard, LocationHeard, PointerHeard, TextHeard

MAX_SERVICES_OF_HOST, MAX_SUBTYPES = 256, 8
MAX_TXT, ORDINARY_TXT, TXT_BUDGET = 8_900, 1_300, 16 << 20
ARRIVAL_S = 3.0
UNCONFIRMED_S = 10.0
FORGOTTEN_AFTER_S = 300.0
"""How long a host is kept that has neither an address nor a service any more."""
ASKED_ENOUGH = 2
_QUIET = frozenset({Entry.RENEWED, Entry.NOTHING})


class LinkTable:
    """The table of one interface. Times are seconds on one clock, always given by the caller."""

    def __init__(
        self,
        on_clash: Callable[[Clash, float], bool] = lambda clash, now: True,
        mac_of: Callable[[str], str] = lambda address: "",
    ) -> None:
        self._mac_of = mac_of
        self._directory = Directory()
        self.hosts, self.instances = self._directory.hosts, self._directory.instances
        self.by_type, self.names = self._directory.by_type, self._directory.names
        self._incomplete: list[Owner] = []
        self._doubted: list[str] = []
        self._on_clash = on_clash
        self._wheel = self._directory.wheel

    def apply(self, records: Iterable[Heard], sender: str, now: float) -> set[str]:
        """Take records in; return the hosts that may look different now."""
        changed: dict[Owner, None] = {}
        for record in records:
            if isinstance(record, AddressHeard):
                self._take_address(record, sender, now, changed)
            elif isinstance(record, AbsenceHeard):
                host = self.hosts.get(record.host)
                if host is not None:
                    host.absent = record.families
            else:
                self._take_service(record, sender, now, changed)
        touched: set[str] = set()
        for owner in changed:
            self._after(owner, now, touched)
        return touched

    def announce_arrival(self, records: Iterable[Heard], sender: str, now: float) -> set[str]:
        """Take what a probe wishes for as a sign: hosts that nobody knows yet are arriving, for three seconds."""
        arriving = set()
        for record in records:
            name = record.host if isinstance(record, AddressHeard | LocationHeard) else None
            if name is not None and name not in self.hosts and (host := self._directory.make_host(name, sender, now)):
                host.arriving_until = now + ARRIVAL_S
                self._wheel.schedule(name, host.arriving_until)
                arriving.add(name)
        return arriving

    def expire(self, now: float) -> set[str]:
        """Drop what ran out by now; return the hosts that may look different."""
        touched: set[str] = set()
        for owner in self._wheel.due(now):
            if isinstance(owner, str):
                self._check_host(owner, now, touched)
            else:
                self._check_instance(owner, now, touched)
        return touched

    @property
    def has_news(self) -> bool:
        """Say whether something came up that may want questions."""
        return bool(self._incomplete)

    def take_incomplete(self) -> list[Owner]:
        """Return instances and hosts that came up incomplete since the last call; `lacks` says what they lack."""
        found, self._incomplete = self._incomplete, []
        return found

    def take_new_names(self) -> list[Owner]:
        """Return the names that came up since the last call."""
        found, self._directory.new_names = self._directory.new_names, []
        return found

    def take_evicted(self) -> set[str]:
        """Return the hosts that were forgotten, or lost an instance, since the last call."""
        found, self._directory.evicted = self._directory.evicted, set()
        return found

    def take_doubted(self) -> list[str]:
        """Return the hosts whose last service left since the last call: they may be gone as a whole."""
        found, self._doubted = self._doubted, []
        return found

    def lacks(self, owner: Owner, now: float) -> tuple[int, ...]:
        """Return the record types that are missing of an instance that is pointed to, or of a host that is needed."""
        found = self.hosts.get(owner) if isinstance(owner, str) else self.instances.get(owner)
        return found.lacks(now) if found is not None else ()

    def unconfirm(self, now: float) -> None:
        """Let every record run out soon unless it is heard again: after a wake or on another network."""
        for instance in self.instances.values():
            self._doubt(instance.key, instance.sets(), now + UNCONFIRMED_S)
        for host in self.hosts.values():
            self._doubt(host.name, host.sets(), now + UNCONFIRMED_S)

    def confirm_soon(self, name: str, now: float, patience_s: float) -> None:
        """Let a host's addresses run out unless they are heard again (RFC 6762 section 10.4); it is gone then."""
        host = self.hosts.get(name)
        if host is not None:
            host.asked_in_vain = max(host.asked_in_vain, ASKED_ENOUGH)
            self._doubt(name, host.sets(), now + patience_s)

    def record_set(self, owner: Owner, kind: str) -> RecordSet[Any]:
        """Return the claims of one owner and kind ("A", "AAAA", "PTR", "SRV", "TXT"); empty where there are none."""
        if isinstance(owner, str):
            host = self.hosts.get(owner)
            return RecordSet() if host is None else host.ipv4 if kind == "A" else host.ipv6
        instance = self.instances.get(owner)
        if instance is None:
            return RecordSet()
        return instance.pointers if kind == "PTR" else instance.locations if kind == "SRV" else instance.texts

    def drop(self, owner: Owner, kind: str, unwanted: Callable[[AnyClaim], bool], now: float) -> set[str]:
        """Drop claims of a record set, but never the last one; return the hosts concerned."""
        touched = self._hosts_of(owner)
        held = self.record_set(owner, kind)
        before = sum(len(c.rdata) for c in held) if kind == "TXT" else 0
        held.drop(unwanted, keep_last=True)
        self._directory.txt_octets += (sum(len(c.rdata) for c in held) if kind == "TXT" else 0) - before
        self._move(owner, touched)
        self._wheel.schedule(owner, now)
        return touched

    def leave(self, owner: Owner, kind: str, rdata: object, now: float) -> set[str]:
        """Let one record leave at once: a goodbye that nobody spoke against."""
        claim = self.record_set(owner, kind).find(rdata)
        if claim is not None:
            claim.until, claim.leaving = min(claim.until, now), True
        self._wheel.schedule(owner, now)
        return self._hosts_of(owner)

    def succeed(self, owner: Owner, old: tuple[str, ...], new: str) -> None:
        """Let a sender that took the place of silent ones stand alone behind what it repeats of theirs."""
        for name in self._hosts_of(owner):
            host = self.hosts.get(name)
            for one in (host, *(self.instances.get(k) for k in host.instances)) if host is not None else ():
                for held in one.sets() if one is not None else ():
                    for claim in held:
                        if new in claim.senders:
                            claim.senders = tuple(s for s in claim.senders if s not in old)

    def _owns(self, sender: str, claim: AnyClaim, names: Iterable[str]) -> bool:
        return owns(claim, sender, lambda one, other: same_speaker(self.hosts, names, self._mac_of, one, other))

    def _doubt(self, owner: Owner, sets: Iterable[RecordSet[Any]], until: float) -> None:
        for held in sets:
            for claim in held:
                claim.until = min(claim.until, until)
        self._wheel.schedule(owner, until)

    def _take_address(self, record: AddressHeard, sender: str, now: float, changed: dict[Owner, None]) -> None:
        name, packed, ttl_s, flush = record
        host = self.hosts.get(name)
        if host is None and ttl_s:
            host = self._directory.make_host(name, sender, now)
        if host is None:
            return
        held = host.ipv4 if len(packed) == 4 else host.ipv6
        if ttl_s:
            entry = held.enter(
                packed, ttl_s, sender, now, lambda c: self._owns(sender, c, (name,)), flush=flush
            )  # fmt: skip
            host.last_seen, host.asked_in_vain = now, 0
            if host.bereft_at:
                changed[name] = None
            if host.arriving_until:
                host.arriving_until = 0.0
                changed[name] = None
        else:
            entry = held.take_back(packed, sender, now, lambda c: self._owns(sender, c, (name,)))
        if entry not in _QUIET:
            changed[name] = None
            self._mind_strangers(entry, name, "A" if held is host.ipv4 else "AAAA", sender, packed, now)

    def _take_service(
        self, record: PointerHeard | LocationHeard | TextHeard, sender: str, now: float, changed: dict[Owner, None]
    ) -> None:
        key = (record.type, record.instance.lower())
        instance = self.instances.get(key)
        if instance is None and record.ttl_s:
            instance = self._directory.make_instance(key, record.instance, sender, now)
        if instance is None:
            return
        hosts = instance.hosts

        def is_owner(claim: AnyClaim) -> bool:
            return self._owns(sender, claim, hosts())

        rdata: object = b""
        if isinstance(record, PointerHeard):
            name, entry = "PTR", self._enter_pointer(instance, record, sender, now, is_owner)
        elif isinstance(record, TextHeard):
            name, rdata = "TXT", record.data
            entry = self._enter_text(instance, record, sender, now, is_owner)
        else:
            name, rdata = "SRV", (record.host, record.port)
            entry = self._enter_location(instance, record, sender, now, is_owner)
        if entry in _QUIET:
            if name == "PTR" and not instance.locations:
                self._incomplete.append(key)  # it was asked for in vain before; its pointer is fresh again
            return
        changed[key] = None
        self._mind_strangers(entry, key, name, sender, rdata, now)

    @staticmethod
    def _enter_pointer(
        instance: Instance, record: PointerHeard, sender: str, now: float, is_owner: Callable[[AnyClaim], bool]
    ) -> Entry:
        if record.subtype:
            if record.subtype in instance.subtypes or len(instance.subtypes) >= MAX_SUBTYPES or not record.ttl_s:
                return Entry.NOTHING
            instance.subtypes = (*instance.subtypes, record.subtype)
            return Entry.NEW
        if record.ttl_s:
            return instance.pointers.enter(b"", record.ttl_s, sender, now, is_owner, flush=False)
        return instance.pointers.take_back(b"", sender, now, is_owner)

    def _enter_text(
        self, instance: Instance, record: TextHeard, sender: str, now: float, is_owner: Callable[[AnyClaim], bool]
    ) -> Entry:
        octets = record.data[: MAX_TXT if self._directory.txt_octets < TXT_BUDGET else ORDINARY_TXT]
        if not record.ttl_s:
            return instance.texts.take_back(octets, sender, now, is_owner)
        before = len(instance.texts)
        entry = instance.texts.enter(octets, record.ttl_s, sender, now, is_owner, flush=record.flush)
        self._directory.txt_octets += len(octets) * (len(instance.texts) - before)
        return entry

    def _enter_location(
        self,
        instance: Instance,
        record: LocationHeard,
        sender: str,
        now: float,
        is_owner: Callable[[AnyClaim], bool],
    ) -> Entry:
        place = (record.host, record.port)
        if not record.ttl_s:
            return instance.locations.take_back(place, sender, now, is_owner)
        host = self.hosts.get(record.host) or self._directory.make_host(record.host, sender, now)
        if host is None or (instance.key not in host.instances and len(host.instances) >= MAX_SERVICES_OF_HOST):
            return Entry.NOTHING
        host.last_seen = now
        host.instances.add(instance.key)
        return instance.locations.enter(place, record.ttl_s, sender, now, is_owner, flush=record.flush)

    def _mind_strangers(self, entry: Entry, owner: Owner, kind: str, sender: str, rdata: object, now: float) -> None:
        """Have it settled where a stranger speaks; what cannot be settled now is not taken in at all."""
        if entry is not Entry.CLASH and entry is not Entry.FOREIGN_GOODBYE:
            return
        goodbye = entry is Entry.FOREIGN_GOODBYE
        held = self.record_set(owner, kind)
        claim = held.find(rdata)
        before = (claim.senders if claim is not None else ()) if goodbye else held.senders(now, claim)
        others = tuple(s for s in before if s != sender)
        if not others:
            return
        if not self._on_clash(Clash(owner, kind, sender, others, rdata, goodbye), now) and not goodbye and claim:
            held.remove(claim)

    def _after(self, owner: Owner, now: float, touched: set[str]) -> None:
        """Draw the consequences once a packet is in: when to look again, what is missing, who is touched."""
        if isinstance(owner, str):
            host = self.hosts[owner]
            touched.add(owner)
            self._wheel.schedule(owner, soonest(host.sets(), now))
            self._incomplete.append(owner)
            return
        instance = self.instances.get(owner)
        if instance is None:
            return
        self._wheel.schedule(owner, soonest(instance.sets(), now))
        hosts = instance.hosts()
        touched |= hosts
        self._mind_services(hosts, now)
        if not (instance.locations and instance.texts):
            self._incomplete.append(owner)
        self._incomplete += [name for name in hosts if (h := self.hosts.get(name)) and not (h.ipv4 and h.ipv6)]

    def _mind_services(self, hosts: set[str], now: float) -> None:
        """Note when a host's last service leaves, and when one is there again."""
        for name in hosts:
            host = self.hosts.get(name)
            if host is None:
                continue
            if any(i.is_listed(now) for key in host.instances if (i := self.instances.get(key)) is not None):
                host.bereft_at = 0.0
            elif not host.bereft_at and self._had_pointers(host):
                host.bereft_at = now
                self._wheel.schedule(name, now + GRACE_S)
                self._doubted.append(name)

    def _had_pointers(self, host: Host) -> bool:
        return any(i.pointers for key in host.instances if (i := self.instances.get(key)) is not None)

    def _hosts_of(self, owner: Owner) -> set[str]:
        if isinstance(owner, str):
            return {owner}
        instance = self.instances.get(owner)
        return instance.hosts() if instance is not None else set()

    def _move(self, owner: Owner, names: Iterable[str]) -> None:
        """Let hosts know that an instance does not live on them any more."""
        if isinstance(owner, str):
            return
        here = self._hosts_of(owner)
        for name in names:
            host = self.hosts.get(name)
            if host is not None and name not in here:
                host.instances.discard(owner)

    def _check_host(self, name: str, now: float, touched: set[str]) -> None:
        host = self.hosts.get(name)
        if host is None:
            return
        touched.add(name)
        live = [c.until for held in host.sets() for c in held if c.until > now]
        for held in host.sets():
            if held.is_live(now):
                held.drop(lambda claim: claim.until <= now, keep_last=False)
            elif live:  # one family's silence says nothing of the other: its last address stays, unless taken back
                held.drop(lambda claim: claim.leaving, keep_last=False)
                held.drop(lambda claim: True, keep_last=True)
            else:
                held.drop(lambda claim: True, keep_last=True)
        if live:
            self._wheel.schedule(name, min(live))
        elif not host.instances and now >= self._last_end(host) + FORGOTTEN_AFTER_S:
            self._directory.forget_host(name)
        else:
            self._wheel.schedule(name, now + FORGOTTEN_AFTER_S)

    @staticmethod
    def _last_end(host: Host) -> float:
        return max((c.until for held in host.sets() for c in held), default=host.arriving_until)

    def _check_instance(self, key: Key, now: float, touched: set[str]) -> None:
        instance = self.instances.get(key)
        if instance is None:
            return
        hosts = instance.hosts()
        touched |= hosts
        self._mind_services(hosts, now)
        before = instance.txt_octets()
        instance.pointers.drop(lambda claim: claim.until <= now, keep_last=False)
        listed = bool(instance.pointers)
        instance.locations.drop(lambda claim: claim.until <= now, keep_last=listed)
        instance.texts.drop(lambda claim: claim.until <= now, keep_last=listed)
        self._directory.txt_octets += instance.txt_octets() - before
        self._move(key, hosts)
        if not listed and not instance.locations:
            self._directory.forget_instance(instance)
        else:
            self._wheel.schedule(key, soonest(instance.sets(), now))
