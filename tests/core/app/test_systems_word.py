"""The system's own verifier has the last word; it is asked seldom, and its silence is no refusal."""

from datetime import datetime, timedelta
from typing import cast

import pytest

from core.app.judge_chain import ChainJudge
from core.app.systems_word import FRESH, SILENCE, SystemsWord
from core.errors import StoreUnavailable
from core.model.certificate import Presented
from core.model.verdict import Verdict
from core.tls import parse
from core.trust.store import TrustStore
from tests.rigs.minting import NOW, mint, mint_ca

ROOT = mint_ca()
LEAF = mint("plc01.local", ROOT, names=("plc01.local",))


class Store:
    """A system's store as Windows and macOS have it, whose verifier says what it is told to."""

    id, label, kind, counts, optional, verifier = "os", "System store", "os", True, False, "Windows"

    def __init__(self) -> None:
        self.asked, self.answer, self.roots = 0, cast("str | None", None), [ROOT.der]
        self.silent = False

    def trusted_roots(self) -> tuple[bytes, ...]:
        return tuple(self.roots)

    def refusal(self, chain: tuple[bytes, ...], visited: str) -> str | None:
        self.asked += 1
        if self.silent:
            raise StoreUnavailable("no-answer", "Windows's own question was not answered.")
        return self.answer


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def now() -> list[datetime]:
    return [NOW]


@pytest.fixture
def judge(store: Store, now: list[datetime]) -> ChainJudge:
    return ChainJudge(lambda: (cast(TrustStore, store),), tuple, lambda: now[0])


def presented() -> Presented:
    facts = tuple(map(parse.certificate_facts, (LEAF.der, ROOT.der)))
    return Presented("plc01.local", "192.168.1.5", 443, NOW, facts, "TLSv1.3", key_proved=True)


def verdict(judge: ChainJudge) -> Verdict:
    return judge.judge(presented()).verdicts[0]


def test_it_is_asked_once_for_each_chain_until_something_changes(judge: ChainJudge, store: Store) -> None:
    assert [verdict(judge).trusted for _ in range(5)] == [True] * 5
    assert store.asked == 1
    judge.forget_roots()
    assert verdict(judge).trusted
    assert store.asked == 2
    judge.ask_anew()
    assert verdict(judge).trusted
    assert store.asked == 3


def test_roots_that_change_behind_our_back_let_it_be_asked_anew(judge: ChainJudge, store: Store) -> None:
    verdict(judge)
    store.roots.append(mint_ca("Another").der)
    judge._kept = None  # as after some seconds
    verdict(judge)
    assert store.asked == 2


def test_a_refusal_counts_and_is_kept_too(judge: ChainJudge, store: Store) -> None:
    store.answer = "the chain ends in a distrusted root"
    for _ in range(3):
        said = verdict(judge)
        assert (said.trusted, said.reasons[0].code) == (False, "system-verifier")
        assert dict(said.reasons[0].facts)["detail"] == store.answer
    assert store.asked == 1


def test_silence_is_no_refusal_and_no_trust(judge: ChainJudge, store: Store, now: list[datetime]) -> None:
    store.silent = True
    said = verdict(judge)
    assert (said.trusted, said.is_known, said.reasons[0].code) == (False, False, "verifier-not-asked")
    assert "was not asked" in said.checked
    store.silent = False
    assert not verdict(judge).is_known, "it is left alone for a moment, so that it holds nothing up"
    assert store.asked == 1
    now[0] += SILENCE
    assert verdict(judge).trusted
    store.silent = True
    judge.forget_roots()
    assert not verdict(judge).is_known
    store.silent = False
    judge.forget_roots()
    assert verdict(judge).trusted, "a person who wants to know waits for nothing"


def test_an_answer_is_told_with_the_moment_of_asking_and_grows_old(
    judge: ChainJudge, store: Store, now: list[datetime]
) -> None:
    for after, times, asked_at in (
        (timedelta(), 1, NOW),
        (FRESH - timedelta(seconds=1), 1, NOW),
        (FRESH, 2, NOW + FRESH),
        (-timedelta(hours=1), 3, NOW - timedelta(hours=1)),  # the clock was set back
    ):
        now[0] = NOW + after
        said = verdict(judge)
        assert (said.trusted, said.checked_at) == (True, asked_at)
        assert store.asked == times


def test_only_what_the_rules_would_trust_is_asked_about(store: Store) -> None:
    word = SystemsWord()
    for other in (Verdict("chromium", True, (), "x", NOW), Verdict("os", False, (), "x", NOW + timedelta(days=1))):
        word.confirmed(other, presented(), cast(TrustStore, store))
    assert store.asked == 0
