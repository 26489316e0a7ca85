"""Create the site authority, show it, issue with it, hand out its public root."""

from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from core.app.workers import Worker
from core.authority import authority as site
from core.authority import profiles
from core.clock import Clock, utc_now
from core.errors import DotlocalError, FileExists, StateUnwritable
from core.model.authority import AuthorityView, Issued, IssueRequest, LedgerEntry
from core.secrets import Passphrases
from core.tls.parse import certificate_facts


class AuthorityDesk:
    """The authority of one state folder, for the window and the command line."""

    def __init__(self, folder: Path, passphrases: Passphrases, worker: Worker, clock: Clock = utc_now) -> None:
        self._folder = folder / "authority"
        self._passphrases = passphrases
        self._worker = worker
        self._clock = clock

    def certificates(self) -> tuple[bytes, ...]:
        """Return root and issuing CA as DER, root first; empty where there is no readable authority. Blocking."""
        try:
            authority = site.open_authority(self._folder)
        except DotlocalError:
            return ()
        return authority.root.public_bytes(Encoding.DER), authority.issuing.public_bytes(Encoding.DER)

    def revocation_lists(self) -> tuple[bytes, ...]:
        """Return the authority's revocation lists as DER, any `*.crl` file of its folder. Blocking."""
        found = []
        for file in sorted(self._folder.glob("*.crl")):
            with suppress(OSError):
                found.append(file.read_bytes())
        return tuple(found)

    def issued_here(self) -> frozenset[str]:
        """Return the SHA-256 of every certificate that was issued here, in hex; none where that is not readable.

        Blocking.
        """
        try:
            entries, _ = site.open_authority(self._folder).issued()
        except DotlocalError:
            return frozenset()
        return frozenset(entry.sha256 for entry in entries)

    async def view(self) -> AuthorityView | None:
        """Return the public side, or None where there is no authority yet.

        Raises: StateCorrupt.
        """

        def read() -> AuthorityView | None:
            return _view(site.open_authority(self._folder)) if site.exists(self._folder) else None

        return await self._worker.run(read)

    async def needs_new_passphrase(self) -> bool:
        """Say whether a person has to choose a passphrase: there is no keychain and no file."""
        return await self._worker.run(lambda: not self._passphrases.has_unattended_place())

    async def create(
        self, name: str, permit_networks: tuple[str, ...] = (), passphrases: Passphrases | None = None
    ) -> AuthorityView:
        """Make the authority.

        Raises: InputProblem, BadAddress, AuthorityExists, KeychainMissing, StateUnwritable.
        """
        limits = profiles.Limits().with_networks(permit_networks)
        places = passphrases or self._passphrases
        return await self._worker.run(lambda: _view(site.create(self._folder, name, limits, places, self._clock())))

    def with_typed(self, typed: str) -> Passphrases:
        """Return the passphrase places with `typed` as the person's answer."""
        return self._passphrases.asking(lambda _: typed)

    async def issue(self, request: IssueRequest, passphrases: Passphrases | None = None) -> Issued:
        """Issue a device certificate and write its files.

        Raises: AuthorityMissing, BadName, BadAddress, OutsideLimits, FileExists, PassphraseWrong, KeychainMissing,
        StateUnwritable.
        """
        places = passphrases or self._passphrases
        return await self._worker.run(lambda: site.open_authority(self._folder).issue(request, places, self._clock()))

    async def issued(self) -> tuple[tuple[LedgerEntry, ...], tuple[DotlocalError, ...]]:
        """Return what was issued, newest first, and the ledger lines that cannot be read."""

        def read() -> tuple[tuple[LedgerEntry, ...], tuple[DotlocalError, ...]]:
            if not site.exists(self._folder):
                return (), ()
            entries, problems = site.open_authority(self._folder).issued()
            return tuple(reversed(entries)), problems

        return await self._worker.run(read)

    async def export_root(self, file: Path) -> None:
        """Write the public root as PEM to a file that does not exist yet; never a key.

        Raises: AuthorityMissing, FileExists, StateUnwritable.
        """

        def write() -> None:
            pem = site.open_authority(self._folder).root.public_bytes(Encoding.PEM)
            try:
                with file.open("xb") as stream:
                    stream.write(pem)
            except FileExistsError:
                raise FileExists(f"{file} is there already. Nothing was overwritten.") from None
            except OSError as error:
                raise StateUnwritable(f"{file} cannot be written: {error.strerror or error}.", hint="") from error

        await self._worker.run(write)


def _view(authority: site.Authority) -> AuthorityView:
    return AuthorityView(
        name=authority.name,
        root=certificate_facts(authority.root.public_bytes(Encoding.DER)),
        issuing=certificate_facts(authority.issuing.public_bytes(Encoding.DER)),
        permitted_names=authority.limits.names,
        permitted_networks=tuple(str(n) for n in authority.limits.networks),
        key_kept_in=authority.kept_in,
        probe_chain=tuple(c.public_bytes(Encoding.DER) for c in authority.probe),
    )
