"""Remember what falls due when, in quarters of a second, cheaply for ten thousand names; pure, time is passed in."""

from collections.abc import Hashable
from typing import Generic, TypeVar

PER_SECOND = 4
K = TypeVar("K", bound=Hashable)


class ExpiryWheel(Generic[K]):
    """Each key stands in the wheel once, at its soonest time; asking for a later one changes nothing."""

    def __init__(self) -> None:
        self._slots: dict[int, set[K]] = {}
        self._due: dict[K, int] = {}

    def schedule(self, key: K, at: float) -> None:
        """Have a key come out once `at` is over."""
        slot = int(at * PER_SECOND) + 1
        held = self._due.get(key)
        if held is not None and held <= slot:
            return
        if held is not None:
            self._leave(key, held)
        self._due[key] = slot
        self._slots.setdefault(slot, set()).add(key)

    def forget(self, key: K) -> None:
        """Take a key out."""
        held = self._due.pop(key, None)
        if held is not None:
            self._leave(key, held)

    def due(self, now: float) -> list[K]:
        """Take out and return every key whose time is over."""
        found: list[K] = []
        for slot in sorted(s for s in self._slots if s <= now * PER_SECOND):
            for key in self._slots.pop(slot):
                del self._due[key]
                found.append(key)
        return found

    def _leave(self, key: K, slot: int) -> None:
        keys = self._slots.get(slot)
        if keys is not None:
            keys.discard(key)
            if not keys:
                del self._slots[slot]
