"""Conformance: our verdicts against those that real browsers gave about 85 LAN certificates, through the batch form."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.app.verify_batch import answers

VECTORS = Path(__file__).resolve().parents[4] / "shared/data/lan-verdicts.json"
BROWSERS = ("chromium", "firefox")


def measured() -> Iterator[tuple[dict[str, bool], dict[str, object]]]:
    for collection in json.loads(VECTORS.read_text())["sets"]:
        roots = [r["pem"] for r in collection["roots"] if r["in_browsers"]]
        for case in collection["cases"]:
            said = {browser: case["measured"][browser]["trusted"] for browser in BROWSERS}
            yield said, {
                "id": case["id"], "presented": case["presented"], "roots": roots, "name": case["name"],
                "at": collection["at"], "clients": list(BROWSERS),
            }  # fmt: skip


@pytest.mark.skipif(not VECTORS.exists(), reason="not run here: the measured verdicts lie beside the project")
@pytest.mark.timeout(120)
def test_browsers_would_say_what_they_said() -> None:
    cases = list(measured())
    assert len(cases) == 85
    wrong = []
    for (said, request), answer in zip(
        cases, answers(json.dumps(request).encode() for _, request in cases), strict=True
    ):
        found = {v["client"]: v["trusted"] for v in answer["verdicts"]}  # type: ignore[attr-defined]
        wrong += [(request["id"], browser, said[browser]) for browser in BROWSERS if found[browser] != said[browser]]
    assert wrong == []
