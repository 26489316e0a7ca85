"""Conformance: x509-limbo and BetterTLS as the strict public web would judge them, through the batch form."""

import json
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.app.verify_batch import answers

VECTORS = Path(__file__).resolve().parents[4] / "shared/data/limbo-full.json.xz"
NEEDS_MORE = {"has-crl", "max-chain-depth"}
"""Features that a plain verdict on one visit does not take."""
EXPLAINED = {
    "pathlen::validation-ignores-pathlen-in-leaf": "a CA as leaf: webpki::ca-as-leaf wants the opposite",
    "rfc5280::ca-as-leaf": "a CA as leaf: webpki::ca-as-leaf wants the opposite",
    "rfc5280::aki::cross-signed-root-missing-aki": "an anchor is not asked for its issuer's key: cve-2024-0567",
    "rfc5280::nc::permitted-dns-match-noncritical": "webpki::nc::permitted-dns-match-noncritical wants the opposite",
    "webpki::eku::ee-without-eku": "rfc5280::eku::ee-without-eku wants the opposite",
    "webpki::cn::not-in-san": "the common name is no name for a visit; BetterTLS wants others there accepted",
    "webpki::cn::punycode-not-in-san": "the common name is no name for a visit",
    "webpki::cn::utf8-vs-punycode-mismatch": "the common name is no name for a visit",
    "webpki::san::public-suffix-multi-label-wildcard-san": "no Public Suffix List is shipped",
    "webpki::san::public-suffix-private-namespace-wildcard-san": "no Public Suffix List is shipped",
}


def requests() -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    for case in json.loads(lzma.decompress(VECTORS.read_bytes()))["testcases"]:
        usable = case["validation_kind"] == "SERVER" and case["expected_peer_name"]
        if not usable or NEEDS_MORE & set(case["features"] or ()):
            continue
        yield case, {
            "id": case["id"], "presented": [case["peer_certificate"]], "extra": case["untrusted_intermediates"],
            "roots": case["trusted_certs"], "name": case["expected_peer_name"]["value"],
            "at": case["validation_time"], "clients": ["webpki"],
        }  # fmt: skip


@pytest.mark.skipif(not VECTORS.exists(), reason="not run here: x509-limbo lies beside the project and is absent")
@pytest.mark.timeout(300)
def test_limbo_and_bettertls_agree_but_for_what_is_explained() -> None:
    cases = list(requests())
    lines = (json.dumps(request).encode() for _, request in cases)
    differing: dict[str, str] = {}
    for (case, _), answer in zip(cases, answers(lines), strict=True):
        assert answer["id"] == case["id"]
        assert "error" not in answer, answer
        (verdict,) = answer["verdicts"]  # type: ignore[misc]
        if verdict["trusted"] != (case["expected_result"] == "SUCCESS"):
            differing[str(case["id"])] = str(case["expected_result"])
    agreeing = len(cases) - len(differing)
    sys.stderr.write(f"\nx509-limbo and BetterTLS: {agreeing} of {len(cases)}, {agreeing / len(cases):.2%}\n")
    for identity, expected in differing.items():
        sys.stderr.write(f"  {identity}: {expected} expected; {EXPLAINED.get(identity, 'NOT EXPLAINED')}\n")
    assert agreeing / len(cases) >= 0.997
    assert differing.keys() <= EXPLAINED.keys()
