"""OpenSSL's own verdict on captured bytes, with the roots of a bundle."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.tls.system_verifier import refusal
from tests.rigs.minting import Minted, mint, mint_ca

BEGIN = datetime.now(UTC) - timedelta(days=2)
ROOT = mint_ca(begin=BEGIN)
LEAF = mint("dev01.local", ROOT, begin=BEGIN, names=("dev01.local", x509.IPAddress(ip_address("10.0.0.5"))))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "bundle.crt"
    file.write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    return file


def ask(bundle: Path, *chain: Minted, host: str = "dev01.local") -> str | None:
    return refusal([c.der for c in chain], host, bundle, is_address=host[0].isdigit())


def test_a_sound_chain_is_accepted_by_name_and_by_address(bundle: Path) -> None:
    assert ask(bundle, LEAF) is None
    assert ask(bundle, LEAF, host="10.0.0.5") is None


def test_refusals_are_quoted_with_code_and_depth(bundle: Path) -> None:
    assert "hostname mismatch (error 62" in str(ask(bundle, LEAF, host="other.local"))
    assert "IP address mismatch" in str(ask(bundle, LEAF, host="10.0.0.6"))
    expired = mint("dev01.local", ROOT, names=("dev01.local",), begin=BEGIN, days=1)
    assert "expired" in str(ask(bundle, expired))
    assert "error 18" in str(ask(bundle, mint("dev01.local", names=("dev01.local",), begin=BEGIN)))


def test_a_name_outside_the_constraints_is_refused(tmp_path: Path) -> None:
    limits = x509.NameConstraints([x509.DNSName("local")], None)
    root = mint_ca("Limited", begin=BEGIN, constraints=limits)
    bundle = tmp_path / "b.crt"
    bundle.write_bytes(root.certificate.public_bytes(Encoding.PEM))
    rogue = mint("google.com", root, names=("google.com",), begin=BEGIN)
    assert "permitted subtree" in str(ask(bundle, rogue, host="google.com"))


def test_a_certificate_without_alternative_names_is_refused(bundle: Path) -> None:
    assert "hostname mismatch" in str(ask(bundle, mint("dev01.local", ROOT, begin=BEGIN)))


def test_garbage_is_refused_and_does_no_harm(bundle: Path) -> None:
    assert refusal([b"garbage", LEAF.der], "dev01.local", bundle, is_address=False) is not None
    assert refusal([], "dev01.local", bundle, is_address=False) is not None


def test_a_bundle_that_is_no_bundle_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.crt"
    broken.write_text("nothing here")
    with pytest.raises(OSError, match="cannot be loaded"):
        ask(broken, LEAF)


def test_it_can_be_asked_many_times(bundle: Path) -> None:
    for _ in range(300):
        assert ask(bundle, LEAF) is None
