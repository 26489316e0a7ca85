"""The last word on the system's verdict: that of its own verifier, which is dear to ask on some systems."""

import time
from collections.abc import Callable
from dataclasses import replace

from core.errors import DotlocalError
from core.model.certificate import Presented
from core.model.verdict import Reason, Verdict
from core.trust.store import TrustStore

FRESH_S = 600.0
MOST_KEPT = 20_000


class SystemsWord:
    """Asks the system's verifier about chains that the rules would trust, and keeps each answer for some minutes.

    Windows and macOS answer through a process of their own: asking anew at each look would keep a core busy.
    Blocking, for one worker thread; `forget` may come from another.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, ...], tuple[float, str | None]] = {}

    def forget(self) -> None:
        """Ask anew from now on: a store changed, or a person wants to know."""
        self._kept = {}

    def confirmed(self, verdict: Verdict, presented: Presented, system: TrustStore) -> Verdict:
        """Return the verdict with what the system's own verifier says of it; other clients' verdicts stay."""
        if verdict.client != "os" or not verdict.trusted:
            return by_rules_alone(verdict)
        try:
            refused = self._answer(presented, system)
        except DotlocalError as problem:
            reason = Reason("verifier-not-asked", None, (("detail", problem.message.rstrip(".")),))
            return replace(by_rules_alone(verdict), trusted=False, reasons=(reason, *verdict.reasons))
        if refused is None:
            return verdict
        reason = Reason("system-verifier", None, (("detail", refused),))
        return replace(verdict, trusted=False, reasons=(reason, *verdict.reasons))

    def _answer(self, presented: Presented, system: TrustStore) -> str | None:
        """Return why the system's verifier refuses a chain, or None where it accepts it.

        Raises: DotlocalError where it cannot be asked; that is not kept.
        """
        key = (presented.host, *(entry.sha256 for entry in presented.chain))
        kept, now = self._kept, self._clock()
        if key in kept and now - kept[key][0] < FRESH_S:
            return kept[key][1]
        answer = system.refusal(tuple(entry.der for entry in presented.chain), presented.host)
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = (now, answer)  # into the one from before asking: what was forgotten meanwhile stays forgotten
        return answer


def by_rules_alone(verdict: Verdict) -> Verdict:
    """Say of the system's verdict that its own verifier was not asked."""
    if verdict.client != "os":
        return verdict
    return replace(verdict, checked="Checked by rules with this store's roots; the system's verifier was not asked")
