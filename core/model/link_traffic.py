"""What one interface carries of multicast DNS."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkTraffic:
    """Packets of one interface since the last count; `families` holds 4, 6 or both; `seconds` is how long that was.

    `shares_port` is False where another program keeps port 5353 for itself.
    """

    interface: str
    received: int
    sent: int
    seconds: float
    families: tuple[int, ...]
    addresses: tuple[str, ...] = ()
    shares_port: bool = True

    @property
    def rate(self) -> float:
        """Return received packets a second."""
        return self.received / self.seconds if self.seconds > 0 else 0.0
