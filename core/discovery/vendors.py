"""Name the maker of a network card by the first octets of its MAC address, from IEEE's registry as netaddr has it."""

from contextlib import suppress

MAX_KNOWN = 4_096
_LOCALLY_GIVEN = 0x02


class Vendors:
    """Looks makers up. The first look reads an index for some 50 ms, so the caller chooses the moment."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._wanted: dict[str, None] = {}

    def of(self, mac: str) -> str:
        """Return the maker, "" where it is not known (yet) or the address was made up (random or private)."""
        prefix = mac[:8].lower()
        known = self._known.get(prefix)
        if known is None and len(prefix) == 8 and len(self._wanted) < MAX_KNOWN:
            self._wanted[prefix] = None
        return known or ""

    @property
    def is_waiting(self) -> bool:
        """Say whether there is something to look up."""
        return bool(self._wanted)

    def look_up(self) -> None:
        """Look up what was asked for; blocks for some milliseconds, the first time longer."""
        from netaddr import OUI, NotRegisteredError

        wanted, self._wanted = self._wanted, {}
        if len(self._known) + len(wanted) > MAX_KNOWN:
            self._known.clear()
        for prefix in wanted:
            self._known[prefix] = ""
            with suppress(ValueError, NotRegisteredError, OSError):
                number = int(prefix.replace(":", ""), 16)
                if not (number >> 16) & _LOCALLY_GIVEN:
                    self._known[prefix] = str(OUI(number).registration().org)
