"""Judge captured chains with the roots that this machine's stores hold now."""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.app.ask_revocation import RevocationTold
from core.app.systems_word import SystemsWord, by_rules_alone
from core.clock import Clock, utc_now
from core.errors import DotlocalError, StateUnwritable
from core.inventory.identity import Identities
from core.model.certificate import Presented
from core.tls import system_verifier
from core.tls.across import Neighbourhood
from core.tls.certificate import try_parse
from core.tls.hostnames import as_address
from core.tls.rules.finding import Finding, note
from core.tls.verify import MOST_ENTRIES, ClientRoots, Judgement, judge
from core.trust import children
from core.trust.store import TrustStore

ROOTS_FRESH_S = 20.0


class ChainJudge:
    """Reads the stores' roots (kept for some seconds) and judges; blocking, for one worker thread."""

    def __init__(
        self,
        stores: Callable[[], Sequence[TrustStore]],
        site: Callable[[], tuple[bytes, ...]],
        clock: Clock = utc_now,
        *,
        identities: Identities | None = None,
        lists: Callable[[], tuple[bytes, ...]] = tuple,
        issued: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._stores = stores
        self._site, self._lists, self._issued = site, lists, issued
        self._clock = clock
        self._identities = identities
        self._neighbours, self._lock = Neighbourhood(), threading.Lock()
        self._word, self._system_roots = SystemsWord(clock), frozenset[bytes]()
        self._kept: tuple[float, tuple[ClientRoots, ...], TrustStore | None] | None = None

    def forget_roots(self) -> None:
        """Read the stores, and ask the system's verifier, anew at the next judgement: something changed."""
        self._kept = None
        self._word.forget()

    def ask_anew(self) -> None:
        """Ask the system's verifier anew at the next judgement: a person wants to know how it is now."""
        self._word.forget()

    def forget_device(self, host: str) -> None:
        """Leave a device that went away out of what is said across devices."""
        with self._lock:
            self._neighbours.forget(host)

    def roots(self) -> tuple[ClientRoots, ...]:
        """Return every client with the roots it trusts now."""
        return self._read()[0]

    def judge(
        self,
        presented: Presented,
        at: datetime | None = None,
        *,
        remember: bool = True,
        device: str = "",
        told: RevocationTold | None = None,
    ) -> Judgement:
        """Return the verdict of every client about a captured chain, as of `at` instead of now.

        Without `remember` the chain is nobody's on this network, such as one from a file. `device` tells apart what
        shares a host name on two networks. `told` is what was
        fetched about revocation, where the person allowed that.
        """
        clients, system = self._read()
        site, now = self._site(), at or self._clock()
        beside = [
            *(self._across(presented, device or presented.host) if remember else ()),
            *_clock_findings(site, self._clock()),
        ]
        with self._lock:
            known = (*site, *self._neighbours.authorities())
        told = told or RevocationTold()
        judgement = judge(
            presented, clients, known, now, beside=beside, revoked=(*self._lists(), *told.lists), answers=told.answers
        )
        if system is None or presented.failure:
            return judgement
        if at is not None:  # the system's verifier judges by its own clock
            return replace(judgement, verdicts=tuple(map(by_rules_alone, judgement.verdicts)))
        verdicts = tuple(self._word.confirmed(v, presented, system) for v in judgement.verdicts)
        return replace(judgement, verdicts=verdicts)

    def _across(self, presented: Presented, device: str) -> list[Finding]:
        """Return what other devices, and this one at other times, say of the chain."""
        entries = [try_parse(entry.der) for entry in presented.chain[:MOST_ENTRIES]]
        with self._lock:
            if presented.chain:
                self._neighbours.remember(device, entries)
            found = self._neighbours.findings(device)
        leaf = entries[0] if entries else None
        if leaf is not None and self._identities is not None and presented.key_proved:
            place, key = f"{device}:{presented.port}", hashlib.sha256(leaf.spki).hexdigest()
            change = self._identities.met(place, key, presented.seen_at)
            if change is not None and presented.chain[0].sha256 in self._issued():
                with suppress(StateUnwritable):  # it shows what was issued for it here: nobody need ask
                    self._identities.decide(place, key, accept=True)
            elif change is not None:
                old, new = change.old[:16], change.new[:16]
                found.append(note("key-changed", 0, date=f"{change.old_seen_at:%Y-%m-%d}", old=old, new=new))
        return found

    def _read(self) -> tuple[tuple[ClientRoots, ...], TrustStore | None]:
        now = time.monotonic()
        kept = self._kept  # read once: another thread may forget it
        if kept is not None and now - kept[0] < ROOTS_FRESH_S:
            return kept[1], kept[2]
        clients: list[ClientRoots] = []
        system: TrustStore | None = None
        with children.kept_warm():
            stores = [(store, *_roots_of(store)) for store in self._stores() if _is_a_client(store)]
        for store, roots, problem in stores:
            if store.id == "os" and not problem:
                system = store
                if frozenset(roots) != self._system_roots:  # also changed behind our back
                    self._system_roots = frozenset(roots)
                    self._word.forget()
            clients.append(ClientRoots(store.id, store.label, roots, _checked(store), problem, store.kind))
        site = self._site()
        if site:
            checked = "Checked against your own root alone"
            clients.append(ClientRoots("site", "your own root", site[:1], checked))
        self._kept = (now, tuple(clients), system)
        return tuple(clients), system


def _clock_findings(site: tuple[bytes, ...], now: datetime) -> list[Finding]:
    """Return whether this computer's clock stands before its own root was made: then every date here is in doubt."""
    root = try_parse(site[0]) if site else None
    begin = root.not_before if root is not None else None
    if begin is None or now >= begin:
        return []
    return [note("this-clock-wrong", None, now=f"{now:%Y-%m-%d}", date=f"{begin:%Y-%m-%d}")]


def _is_a_client(store: TrustStore) -> bool:
    """Say whether somebody visits devices with this store: a policy, say, shows in the profiles."""
    return store.kind in {"os", "firefox", "chromium"} and store.counts and not store.optional


def _roots_of(store: TrustStore) -> tuple[tuple[bytes, ...], str]:
    try:
        return store.trusted_roots(), ""
    except (DotlocalError, OSError) as unavailable:
        return (), str(unavailable)


def _checked(store: TrustStore) -> str:
    if store.kind == "firefox":
        return "Checked by Firefox's rules with this profile's own roots, not by a visit"
    if store.kind == "chromium":
        return "Checked by Chromium's rules with the roots of its database, not by a visit"
    return f"Checked by {store.verifier.rstrip(',')}"


def system_refusal(chain: tuple[bytes, ...], visited: str, bundle: Path) -> str | None:
    """Ask OpenSSL about a chain, for the system store's proof; without a visited host only the path counts."""
    if not visited:
        return system_verifier.refusal(chain, "", bundle, is_address=False, purpose=False)
    return system_verifier.refusal(chain, visited, bundle, is_address=as_address(visited) is not None)
