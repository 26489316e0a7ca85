"""The last word on the system's verdict: that of its own verifier, which is dear to ask on some systems."""

from dataclasses import replace
from datetime import datetime, timedelta

from core.clock import Clock, utc_now
from core.errors import DotlocalError
from core.model.certificate import Presented
from core.model.verdict import Reason, Verdict
from core.trust.store import TrustStore

FRESH = timedelta(minutes=5)
SILENCE = timedelta(seconds=30)
MOST_KEPT = 20_000


class SystemsWord:
    """Asks the system's verifier about chains that the rules would trust, and keeps each answer for five minutes.

    Windows and macOS answer through a process of their own: asking anew at each look would keep a core busy. What it
    said is told with the moment at which it was asked. One that cannot be asked is left alone for half a minute, so
    that it does not hold up everything else. Blocking, for one worker thread; `forget` may come from another.
    """

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, ...], tuple[datetime, str | None]] = {}
        self._silent: tuple[datetime, DotlocalError] | None = None

    def forget(self) -> None:
        """Ask anew from now on: a store changed, or a person wants to know."""
        self._kept, self._silent = {}, None

    def confirmed(self, verdict: Verdict, presented: Presented, system: TrustStore) -> Verdict:
        """Return the verdict with what the system's own verifier says of it; other clients' verdicts stay."""
        if verdict.client != "os" or not verdict.trusted:
            return by_rules_alone(verdict)
        try:
            asked_at, refused = self._answer(presented, system)
        except DotlocalError as problem:
            reason = Reason("verifier-not-asked", None, (("detail", problem.message.rstrip(".")),))
            return replace(by_rules_alone(verdict), trusted=False, reasons=(reason, *verdict.reasons))
        if refused is None:
            return replace(verdict, checked_at=asked_at)
        reason = Reason("system-verifier", None, (("detail", refused),))
        return replace(verdict, trusted=False, reasons=(reason, *verdict.reasons), checked_at=asked_at)

    def _answer(self, presented: Presented, system: TrustStore) -> tuple[datetime, str | None]:
        """Return when the system's verifier was asked about a chain, and why it refuses it, or None where it accepts.

        Raises: DotlocalError where it cannot be asked.
        """
        key = (presented.host, *(entry.sha256 for entry in presented.chain))
        kept, silent, now = self._kept, self._silent, self._clock()
        if key in kept and _within(kept[key][0], now, FRESH):
            return kept[key]
        if silent is not None and _within(silent[0], now, SILENCE):
            raise silent[1]
        try:
            answer = system.refusal(tuple(entry.der for entry in presented.chain), presented.host)
        except DotlocalError as problem:
            self._silent = (self._clock(), problem)
            raise
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = (now, answer)  # into the one from before asking: what was forgotten meanwhile stays forgotten
        return now, answer


def _within(then: datetime, now: datetime, span: timedelta) -> bool:
    """Say whether a moment lies at most so far back; a clock that was set back makes everything old."""
    return timedelta() <= now - then < span


def by_rules_alone(verdict: Verdict) -> Verdict:
    """Say of the system's verdict that its own verifier was not asked."""
    if verdict.client != "os":
        return verdict
    return replace(verdict, checked="Checked by rules with this store's roots; the system's verifier was not asked")
