"""Prove trust in the real browsers: each opens a page on this computer under the root, unseen, and judges."""

from collections.abc import Sequence
from pathlib import Path

from core.authority import authority as site
from core.authority.brief import BriefIssuer
from core.clock import Clock
from core.errors import DotlocalError
from core.model.verdict import Reason, Verdict
from core.secrets import Passphrases
from core.trust.proof import browser
from core.trust.proof.listener import Credential, Listener
from core.trust.store import TrustStore

LOOPBACK = "127.0.0.1"
_PAGE = b"<!doctype html><title>Dotlocal</title><p>This browser trusts the root."


def open_issuer(folder: Path, passphrases: Passphrases, clock: Clock) -> BriefIssuer:
    """Open the issuing CA for some certificates that live for a day at most. Blocking.

    Raises: AuthorityMissing, StateCorrupt, PassphraseWrong, KeychainMissing.
    """
    return site.open_authority(folder / "authority").brief_issuer(passphrases, clock)


def prove(stores: Sequence[TrustStore], issuer: BriefIssuer, clock: Clock) -> tuple[Verdict, ...]:
    """Let the browser of each store open a page; stores that no browser reads are left out. Blocking."""
    return tuple(_verdict(store, issuer, clock) for store in stores if store.kind in {"firefox", "chromium"})


def _verdict(store: TrustStore, issuer: BriefIssuer, clock: Clock) -> Verdict:
    client, facts = f"browser:{store.id}", (("store", store.label),)
    try:
        chain, key = issuer.mint(LOOPBACK)
        with Listener(LOOPBACK, Credential(chain, key), _PAGE) as listener:
            seen = browser.visit(store, listener)
    except (DotlocalError, OSError) as problem:
        reason = Reason("no-verifier", None, (*facts, ("detail", str(problem))))
        return Verdict(client, False, (reason,), "nothing: the browser could not be asked", clock())
    checked = "The real browser opened a page on this computer with a copy of this store"
    if seen.trusted:
        return Verdict(client, True, (), checked, clock())
    if seen.trusted is None:
        reason = Reason("no-verifier", None, (*facts, ("detail", seen.said)))
        return Verdict(client, False, (reason,), "nothing: the browser did not answer", clock())
    reason = Reason("browser-refused", None, (*facts, ("detail", seen.said)))
    return Verdict(client, False, (reason,), "The real browser was shown a page on this computer", clock())
