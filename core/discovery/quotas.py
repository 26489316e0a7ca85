"""Bound what each sender may fill, so that none of them crowds out another; pure, time is passed in."""

from collections import OrderedDict

MAX_NAMES_OF_SENDER = 2_000
PACKETS_PER_S, PATIENCE_S, SAMPLE = 200, 5.0, 10
MAX_SENDERS = 20_000


class NameQuota:
    """Counts the names (hosts and instances) that each sender brought in."""

    def __init__(self, limit: int = MAX_NAMES_OF_SENDER) -> None:
        self._limit = limit
        self._held: dict[str, int] = {}
        self.over: set[str] = set()
        """Senders that wanted more than they may, since somebody looked."""

    def take(self, sender: str) -> bool:
        """Count one more name; False where the sender has had its share."""
        held = self._held.get(sender, 0)
        if held >= self._limit:
            if len(self.over) < MAX_SENDERS:
                self.over.add(sender)
            return False
        self._held[sender] = held + 1
        return True

    def give_back(self, sender: str) -> None:
        """Count one name less."""
        held = self._held.get(sender, 0) - 1
        if held > 0:
            self._held[sender] = held
        else:
            self._held.pop(sender, None)

    def held(self, sender: str) -> int:
        """Return how many names a sender brought in."""
        return self._held.get(sender, 0)


class PacketQuota:
    """Lets a sender say what it likes for a while, and one packet of ten once it has flooded for five seconds.

    The very first packets of a sender are never dropped, so a flood cannot keep a device from being seen.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, list[float]] = OrderedDict()
        self.flooding: set[str] = set()

    def settle(self, now: float) -> None:
        """Take senders that fell silent off the list of those that flood."""
        for sender in tuple(self.flooding):
            state = self._seen.get(sender)
            if state is None or now - state[0] >= 2 * PATIENCE_S:
                self.flooding.discard(sender)

    def admits(self, sender: str, now: float) -> bool:
        """Count one packet and say whether it is to be read."""
        state = self._seen.get(sender)
        if state is None or now - state[0] >= PATIENCE_S or now < state[0]:
            over = state is not None and state[1] > PACKETS_PER_S * PATIENCE_S and now - state[0] < 2 * PATIENCE_S
            self._seen[sender] = [now, 1, 1.0 if over else 0.0]
            self._seen.move_to_end(sender)
            while len(self._seen) > MAX_SENDERS:
                self.flooding.discard(self._seen.popitem(last=False)[0])
            if not over:
                self.flooding.discard(sender)
            return True
        state[1] += 1
        if state[2] or state[1] > PACKETS_PER_S * PATIENCE_S:
            self.flooding.add(sender)
            return state[1] % SAMPLE == 0
        return True
