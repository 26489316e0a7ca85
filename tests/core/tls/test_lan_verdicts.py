"""Conformance: our verdicts against those that real browsers gave about 85 LAN certificates."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.model.certificate import Presented
from core.tls import parse
from core.tls.verify import ClientRoots, judge

VECTORS = Path(__file__).resolve().parents[4] / "shared/data/lan-verdicts.json"
MEASURED = {"chromium": "chromium", "firefox:x": "firefox"}
# What the rules do not see: they judge one certificate, while Firefox remembers issuer and serial of another.
KNOWN_TO_DIFFER = {("firefox", "dup-serial-2")}


def pem_to_der(pem: str) -> bytes:
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


def measured_cases():  # type: ignore[no-untyped-def]  # noqa: ANN201
    for collection in json.loads(VECTORS.read_text())["sets"]:
        at = datetime.fromisoformat(collection["at"])
        roots = tuple(pem_to_der(r["pem"]) for r in collection["roots"] if r["in_browsers"])
        for case in collection["cases"]:
            yield at, roots, case


@pytest.mark.skipif(not VECTORS.exists(), reason="the measured verdicts lie beside the project and are not here")
@pytest.mark.filterwarnings("ignore")
def test_browsers_would_say_what_they_said() -> None:
    wrong, dangerous, total = [], [], 0
    for at, roots, case in measured_cases():
        facts = tuple(parse.certificate_facts(pem_to_der(pem)) for pem in case["presented"])
        presented = Presented(case["name"], "", 443, at, facts, "TLSv1.3", key_proved=True)
        clients = [ClientRoots(client, client, roots, "checked in a test") for client in MEASURED]
        for verdict in judge(presented, clients, (), at).verdicts:
            browser = MEASURED[verdict.client]
            said = next(v for name, v in case["measured"].items() if name.startswith(browser))["trusted"]
            if (browser, case["id"]) in KNOWN_TO_DIFFER:
                continue
            total += 1
            if verdict.trusted != said:
                wrong.append((browser, case["id"], said))
                if verdict.trusted:
                    dangerous.append((browser, case["id"]))
    assert total >= 160
    assert dangerous == [], "never trusted where the browser refused"
    assert wrong == []
