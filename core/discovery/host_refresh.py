"""Keep hosts' addresses fresh: what is watched first, the others as far as a small budget goes; pure.

RFC 6762 section 5.2: at 80, 85, 90 and 95 hundredths of a record's life. A host that was asked four times in vain is
gone; one that nobody had the budget to ask for is only stale.
"""

import heapq
from collections.abc import Callable, Iterable

from core.discovery.owners import Host
from core.discovery.query import AAAA, A

REFRESH_AT, SHORTEST_REFRESH_S = (0.80, 0.85, 0.90, 0.95), 15.0
PER_SECOND, BURST = 4.0, 60.0
FIRST_RETRY_S, LONGEST_RETRY_S = 30.0, 3_600.0
AT_ONCE = 200


class HostRefresh:
    """The hosts of one link, each with the time to look at it again."""

    def __init__(self, hosts: dict[str, Host], is_watched: Callable[[str], bool]) -> None:
        self._hosts, self._is_watched = hosts, is_watched
        self._heap: list[tuple[float, str]] = []
        self._held: dict[str, float] = {}
        self._tokens, self._tokens_at = BURST, 0.0

    def follow(self, name: str, at: float) -> None:
        """Look at a host at a time, or sooner where that was planned."""
        held = self._held.get(name)
        if name in self._hosts and (held is None or at < held):
            self._held[name] = at
            heapq.heappush(self._heap, (at, name))

    def follow_all(self, names: Iterable[str], at: float) -> None:
        """Look at all of them soon: nothing is sure any more."""
        for name in names:
            self.follow(name, at)

    def next_at(self) -> float | None:
        """Return when a host is looked at next."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[tuple[str, tuple[int, ...]]]:
        """Return the hosts to ask for, each with the address types, and count them as asked."""
        self._tokens = min(BURST, self._tokens + max(0.0, now - self._tokens_at) * PER_SECOND)
        self._tokens_at = now
        wanted: list[tuple[str, tuple[int, ...]]] = []
        while self._heap and self._heap[0][0] <= now and len(wanted) < AT_ONCE:
            at, name = heapq.heappop(self._heap)
            if self._held.get(name) != at:
                continue  # planned anew since
            del self._held[name]
            host = self._hosts.get(name)
            if host is None:
                continue
            again, kinds = self._look(host, now)
            if kinds:
                wanted.append((name, kinds))
            if again is not None:
                self.follow(name, max(again, now + 0.1))
        return wanted

    def _look(self, host: Host, now: float) -> tuple[float | None, tuple[int, ...]]:
        """Return when to look again (None: it is over), and what to ask now."""
        live = [c for held in host.sets() for c in held if c.until > now and not c.leaving]
        if not live:
            return self._look_for_lost(host, now)
        first = min(live, key=lambda c: c.until)
        step = host.asked_in_vain
        if step >= len(REFRESH_AT):
            return first.until + 1.0, ()
        due = first.heard_at + max(first.ttl_s * REFRESH_AT[step], 0.0 if step else SHORTEST_REFRESH_S)
        if now + 0.01 < due and first.until - now > 0.2 * first.ttl_s:
            return min(due, first.until + 1.0), ()
        if not self._may_ask(host):
            return min(now + max(1.0, first.ttl_s * 0.05), first.until + 1.0), ()
        host.asked_in_vain += 1
        kinds = tuple(k for k, held in ((A, host.ipv4), (AAAA, host.ipv6)) if held)
        return now + max(1.0, first.ttl_s * 0.05), kinds

    def _look_for_lost(self, host: Host, now: float) -> tuple[float | None, tuple[int, ...]]:
        """Ask less and less often for a host that services still point to and whose addresses ran out."""
        if not host.instances:
            return None, ()
        pause = min(FIRST_RETRY_S * 2 ** min(host.asked_in_vain, 8), LONGEST_RETRY_S)
        ended = max((c.until for held in host.sets() for c in held), default=now - pause)
        if host.asked_in_vain and now < ended + pause and not self._is_watched(host.name):
            return ended + pause, ()
        if not self._may_ask(host):
            return now + pause, ()
        host.asked_in_vain += 1
        return now + pause, (A, AAAA)

    def _may_ask(self, host: Host) -> bool:
        if self._is_watched(host.name):
            return True
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
