"""Count what each interface carries: the difference of its sockets' counters between two looks."""

import time
from collections.abc import Iterable

from core.discovery.sockets import LinkSocket
from core.model.link_traffic import LinkTraffic


class TrafficMeter:
    """Keeps the last counts; a socket that was opened anew begins at nothing."""

    def __init__(self) -> None:
        self._counts: dict[LinkSocket, tuple[int, int]] = {}
        self._looked_at = time.monotonic()

    def since_last(self, sockets: Iterable[LinkSocket]) -> tuple[LinkTraffic, ...]:
        """Return the traffic of each interface since the last look, in the order of the sockets."""
        now = time.monotonic()
        seconds, self._looked_at = now - self._looked_at, now
        counts: dict[LinkSocket, tuple[int, int]] = {}
        links: dict[str, list[LinkSocket]] = {}
        for opened in sockets:
            counts[opened] = (opened.received, opened.sent)
            links.setdefault(opened.interface.name, []).append(opened)
        before, self._counts = self._counts, counts
        return tuple(
            LinkTraffic(
                name,
                received=sum(counts[s][0] - before.get(s, (0, 0))[0] for s in opened),
                sent=sum(counts[s][1] - before.get(s, (0, 0))[1] for s in opened),
                seconds=seconds,
                families=tuple(s.family for s in opened),
                addresses=tuple(str(n.ip) for n in opened[0].interface.networks),
                shares_port=all(s.shares_port for s in opened),
            )
            for name, opened in links.items()
        )
