"""The chain view's items: every node and link, with what was verified."""

from datetime import timedelta

from core.events import ChainJudged
from gui.models.path_model import PathItem, build_path
from gui.theme.tokens import Tone
from tests.rigs.minting import NOW, mint, mint_ca
from tests.rigs.records import judged, silent

HOST = "dev01.local"
ROOT = mint_ca("Site Root")
ISSUING = mint_ca("Site Issuing", ROOT, path_length=0)
LEAF = mint(HOST, ISSUING, names=(HOST,))
TRUSTING = {"os": (ROOT,), "chromium": (ROOT,)}


def told(path: ChainJudged) -> list[tuple[str, str, Tone]]:
    return [(item.title, item.badge, item.tone) for item in build_path(path)]


def links(path: ChainJudged) -> list[PathItem]:
    return [item for item in build_path(path) if item.is_link]


def test_a_trusted_chain_goes_from_this_computer_to_the_device() -> None:
    titles = [t for t, _, _ in told(judged(HOST, (LEAF, ISSUING), TRUSTING))]
    assert titles == [
        "This computer", "Root is in every store here", "Site Root", "Signature verified", "Site Issuing",
        "Signature verified · name matches · dates fine", HOST,
    ]  # fmt: skip


def test_every_item_can_be_read_aloud() -> None:
    for item in build_path(judged(HOST, (LEAF, ISSUING), TRUSTING)):
        assert item.spoken


def test_a_missing_root_is_shown_at_its_link_and_its_node() -> None:
    path = judged(HOST, (LEAF, ISSUING, ROOT), {"os": (), "chromium": ()})
    assert links(path)[0].tone is Tone.WARN
    assert ("Site Root", "Not installed", Tone.WARN) in told(path)


def test_one_store_without_the_root_is_named() -> None:
    path = judged(HOST, (LEAF, ISSUING), {"os": (ROOT,), "chromium": ()})
    assert links(path)[0].title == "Missing in Chromium"


def test_an_issuer_that_nobody_knows_is_a_dashed_node() -> None:
    items = build_path(judged(HOST, (LEAF,), {"os": ()}))
    [ghost] = [i for i in items if i.detail == "Issuer not presented"]
    assert (ghost.title, ghost.dashed) == ("Site Issuing", True)
    assert "nobody here knows" in [i for i in items if i.is_link][1].title


def test_a_wrong_name_and_bad_dates_are_not_called_fine() -> None:
    bad = mint("x.local", ISSUING, names=("x.local",), begin=NOW - timedelta(days=500), days=397)
    path = judged(HOST, (bad, ISSUING), TRUSTING)
    assert links(path)[-1].title == "Signature verified"
    assert told(path)[-1][2] is Tone.BAD


def test_a_name_outside_the_limits_is_shown_at_the_link() -> None:
    from cryptography import x509

    limited = mint_ca("Limited", ROOT, constraints=x509.NameConstraints([x509.DNSName("local")], None))
    rogue = mint("google.com", limited, names=(HOST, "google.com"))
    path = judged(HOST, (rogue, limited), TRUSTING)
    assert "may not issue for google.com" in links(path)[-1].title


def test_no_chain_gives_no_path() -> None:
    assert build_path(silent(HOST)) == ()
