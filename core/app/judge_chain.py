"""Judge captured chains with the roots that this machine's stores hold now."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.clock import Clock, utc_now
from core.errors import DotlocalError
from core.model.certificate import Presented
from core.model.verdict import Reason, Verdict
from core.tls import system_verifier
from core.tls.hostnames import as_address
from core.tls.verify import ClientRoots, Judgement, judge
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
    ) -> None:
        self._stores = stores
        self._site = site
        self._clock = clock
        self._kept: tuple[float, tuple[ClientRoots, ...], TrustStore | None] | None = None

    def forget_roots(self) -> None:
        """Read the stores anew at the next judgement: something changed."""
        self._kept = None

    def roots(self) -> tuple[ClientRoots, ...]:
        """Return every client with the roots it trusts now."""
        return self._read()[0]

    def judge(self, presented: Presented) -> Judgement:
        """Return the verdict of every client about a captured chain."""
        clients, system = self._read()
        known = self._site()
        judgement = judge(presented, clients, known, self._clock())
        if system is None or presented.failure:
            return judgement
        verdicts = tuple(_confirmed(v, presented, system) for v in judgement.verdicts)
        return replace(judgement, verdicts=verdicts)

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
            clients.append(ClientRoots(store.id, store.label, roots, _checked(store), problem, store.kind))
        site = self._site()
        if site:
            checked = "Checked against your own root alone"
            clients.append(ClientRoots("site", "your own root", site[:1], checked))
        self._kept = (now, tuple(clients), system)
        return tuple(clients), system


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


def _confirmed(verdict: Verdict, presented: Presented, system: TrustStore) -> Verdict:
    """Let the system's own verifier have the last word on the system's verdict."""
    if verdict.client != "os" or not verdict.trusted:
        return verdict
    try:
        refused = system.refusal(tuple(entry.der for entry in presented.chain), presented.host)
    except DotlocalError as problem:
        refused = f"it could not be asked: {problem.message}"
    if refused is None:
        return verdict
    reason = Reason("system-verifier", None, (("detail", refused),))
    return replace(verdict, trusted=False, reasons=(reason, *verdict.reasons))


def system_refusal(chain: tuple[bytes, ...], visited: str, bundle: Path) -> str | None:
    """Ask OpenSSL about a chain, for the system store's proof; without a visited host only the path counts."""
    if not visited:
        return system_verifier.refusal(chain, "", bundle, is_address=False, purpose=False)
    return system_verifier.refusal(chain, visited, bundle, is_address=as_address(visited) is not None)
