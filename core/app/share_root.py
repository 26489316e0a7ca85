"""Share the root with phones and tablets: one page on the local network for minutes, and proof of who trusts it."""

import asyncio
import ipaddress
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from core.app.prove_in_browser import open_issuer
from core.app.workers import Worker
from core.authority.brief import BriefIssuer
from core.clock import Clock
from core.discovery.interfaces import choose
from core.errors import BadAddress, NetworkUnavailable
from core.model.certificate import fingerprint
from core.model.handoff import Shared
from core.secrets import Passphrases
from core.trust.handoff import phone
from core.trust.handoff.server import HandoffServer, Served
from core.trust.proof.listener import Credential, Visit
from core.trust.store import Root

MINUTES, MOST_MINUTES = 10, 60


class Share:
    """One hand-over; an async context manager."""

    def __init__(self, server: HandoffServer, shared: Shared, worker: Worker) -> None:
        self._server, self._worker = server, worker
        self.shared = shared
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the page. Twice is harmless."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._server.close)

    async def until_over(self) -> None:
        """Return when its minutes are over, and the page is closed."""
        try:
            await asyncio.sleep(self.shared.minutes * 60)
        finally:
            await self.aclose()


async def share(
    folder: Path, passphrases: Passphrases, clock: Clock, worker: Worker, *, address: str, interfaces: tuple[str, ...],
    minutes: int, told: Callable[[Visit], None],
) -> Share:  # fmt: skip
    """Open the page on one address of this computer; `told` hears of each check, on the calling loop.

    Raises: AuthorityMissing, PassphraseWrong, KeychainMissing, BadAddress, OutsideLimits, NetworkUnavailable.
    """
    chosen = checked_address(address) if address else lan_address(interfaces)
    issuer = await worker.run(lambda: open_issuer(folder, passphrases, clock))
    loop = asyncio.get_running_loop()
    root = Root.from_bytes(issuer.root, "the authority")
    _mint(issuer, chosen)  # an address outside the limits is told before anything is open
    profile = phone.profile(root.der, root.name)
    files = {
        "/": Served("text/html; charset=utf-8", phone.page(root.name, root.sha256)),
        "/dotlocal-root.crt": Served(phone.CERTIFICATE_TYPE, root.der, "dotlocal-root.crt"),
        "/dotlocal-root.mobileconfig": Served(phone.PROFILE_TYPE, issuer.sign(profile), "dotlocal-root.mobileconfig"),
    }
    try:
        server = HandoffServer(
            chosen, 0, files, lambda: _mint(issuer, chosen), phone.trusted_page(),
            lambda visit: _tell(loop, told, visit),
        )  # fmt: skip
    except OSError as error:
        raise NetworkUnavailable(f"{chosen} cannot be listened on: {error.strerror or error}.") from error
    server.start()
    minutes = max(1, min(minutes, MOST_MINUTES))
    return Share(server, Shared(server.url, root.sha256, fingerprint(root.sha256), root.name, minutes, True), worker)


def checked_address(text: str) -> str:
    """Return an address that may be listened on. Raises: BadAddress."""
    try:
        ip = ipaddress.ip_address(text)
    except ValueError as error:
        raise BadAddress(f"{text!r} is not an IP address.") from error
    if ip.is_unspecified or ip.is_global:
        raise BadAddress(f"{text} is not an address of a local network.", hint="Name one of this computer's own.")
    return str(ip)


def lan_address(interfaces: tuple[str, ...]) -> str:
    """Return this computer's address on the network of its devices. Raises: NetworkUnavailable."""
    for interface in choose(interfaces):
        for network in interface.networks:
            if network.version == 4 and not network.ip.is_global:
                return str(network.ip)
    raise NetworkUnavailable("No interface has a private IPv4 address.", hint="Name one with --address.")


def _mint(issuer: BriefIssuer, address: str) -> Credential:
    chain, key = issuer.mint(address)
    return Credential(chain, key)


def _tell(loop: asyncio.AbstractEventLoop, told: Callable[[Visit], None], visit: Visit) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(told, visit)
