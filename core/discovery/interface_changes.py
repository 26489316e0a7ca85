"""Notice that an interface came, went or has another address: netlink on Linux, a look every two seconds elsewhere."""

import socket
import sys
from contextlib import suppress

LOOK_EVERY_S, SETTLE_S = 2.0, 0.3
JUMP_S = 10.0
_LINK, _IPV4_ADDRESS, _IPV6_ADDRESS = 0x1, 0x10, 0x100  # RTMGRP_*, linux/rtnetlink.h


class InterfaceChanges:
    """Says when to look at the interfaces again. Use `fileno` in a selector where it is not None."""

    def __init__(self, now: float) -> None:
        self._socket: socket.socket | None = None
        if sys.platform.startswith("linux"):
            with suppress(OSError):
                self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
                self._socket.setblocking(False)
                self._socket.bind((0, _LINK | _IPV4_ADDRESS | _IPV6_ADDRESS))
        self._look_at = now + LOOK_EVERY_S
        self._noticed = False

    @property
    def socket(self) -> socket.socket | None:
        """Return what becomes readable at a change; None where the system has nothing of the kind."""
        return self._socket

    def notice(self, now: float) -> None:
        """Something was heard: read it off and look once it has settled."""
        with suppress(OSError):
            while self._socket is not None and self._socket.recv(65_536):
                pass
        if not self._noticed:
            self._noticed = True
            self._look_at = now + SETTLE_S

    def due(self, now: float) -> bool:
        """Say whether it is time to look; an address that is still being checked is looked at again later."""
        if now < self._look_at:
            return False
        self._noticed = False
        self._look_at = now + (LOOK_EVERY_S if self._socket is None else 5 * LOOK_EVERY_S)
        return True

    def next_at(self) -> float:
        """Return when to look next."""
        return self._look_at

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()


class SleepWatch:
    """Notices that this computer slept: the wall clock went on while the monotonic one stood still.

    On Windows the monotonic one goes on too: there a turn that took far longer than a turn waits tells of it.
    """

    def __init__(self, wall: float, monotonic: float, *, counts_sleep: bool = sys.platform == "win32") -> None:
        self._ahead, self._last, self._counts_sleep = wall - monotonic, monotonic, counts_sleep

    def woke(self, wall: float, monotonic: float) -> bool:
        """Say whether the clocks have jumped since the last call, which is never long ago."""
        ahead, since = wall - monotonic, monotonic - self._last
        jumped = abs(ahead - self._ahead) > JUMP_S or (self._counts_sleep and since > JUMP_S)
        self._ahead, self._last = ahead, monotonic
        return jumped
