"""Nothing from the network breaks a reader: properties by hypothesis, and a short coverage-guided run by atheris."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model.certificate import Presented
from core.tls import fields, parse
from core.tls.answer import AnswerReader, HelloRefused, NotTls
from core.tls.certificate import parse_certificate, try_parse
from core.tls.hello import ClientHello, Offer
from core.tls.verify import ClientRoots, judge
from tests.rigs.minting import NOW, mint, mint_ca
from tests.rigs.odd_servers import server_flight

ROOT = mint_ca()
LEAF = mint("dev01.local", ROOT, names=("dev01.local",))
FLIGHT = server_flight([LEAF.der, ROOT.der])
CLIENTS = [
    ClientRoots(name, name, (ROOT.der,), "a test") for name in ("chromium", "firefox", "openssl", "java", "webpki")
]
SECONDS = 15


def spoiled(good: bytes) -> st.SearchStrategy[bytes]:
    """Return octets near to good ones: some changed, some left out, some put in."""

    def spoil(changes: list[tuple[int, int, int]]) -> bytes:
        octets = bytearray(good)
        for place, kind, value in changes:
            at = place % (len(octets) + 1)
            octets[at : at + kind % 3] = bytes([value]) * (kind // 3)
        return bytes(octets)

    change = st.tuples(st.integers(0, len(good)), st.integers(0, 8), st.integers(0, 255))
    return st.lists(change, max_size=6).map(spoil)


@given(spoiled(FLIGHT), st.lists(st.integers(1, 4000), max_size=8), st.sampled_from([None, Offer.TLS12, Offer.TLS13]))
@settings(max_examples=200, deadline=None)
def test_any_answer_is_read_or_refused(octets: bytes, cuts: list[int], offer: Offer | None) -> None:
    reader = AnswerReader(ClientHello.of(offer, b"dev01.local") if offer else None)
    position = 0
    with suppress(NotTls, HelloRefused):
        for cut in [*cuts, len(octets)]:
            reader.feed(octets[position : position + cut])
            position += cut


@given(spoiled(LEAF.der), st.sampled_from(["dev01.local", "192.168.1.5", "fd00::1", "my_dev.local", "d\u00e9v.local"]))
@settings(max_examples=300, deadline=None)
def test_any_octets_are_shown_and_judged(octets: bytes, host: str) -> None:
    assert fields.certificate_fields(octets)
    shown = (parse.certificate_facts(octets), parse.certificate_facts(ROOT.der))
    presented = Presented(host, "", 443, NOW, shown, "TLSv1.3", key_proved=True)
    signed, read = parse_certificate(LEAF.der).tbs, try_parse(octets)
    for verdict in judge(presented, CLIENTS, (), NOW).verdicts:
        assert verdict.reasons
        assert not verdict.trusted or (read is not None and read.tbs == signed)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_noise_is_no_certificate(octets: bytes) -> None:
    assert fields.certificate_fields(octets)
    assert parse.certificate_facts(octets).problem


@pytest.mark.timeout(120)
@pytest.mark.parametrize("target", ["hello", "certificate", "path"])
def test_a_short_guided_run_finds_nothing(target: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.rigs.fuzzing", target, str(SECONDS), str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    runs = next((line for line in done.stderr.splitlines() if line.startswith("Done ")), "")
    sys.stderr.write(f"\n{target}: {runs}\n")
    assert done.returncode == 0, done.stderr[-3000:]
    assert not list(tmp_path.glob("crash-*"))
