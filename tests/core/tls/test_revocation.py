"""Lists at hand are believed when their CA made them and they are current; what was not looked at is said."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from core.tls.certificate import parse_certificate
from core.tls.revocation import revocation_findings
from tests.rigs.minting import NOW, Minted, mint, mint_ca

ROOT = mint_ca()
ISSUING = mint_ca("Issuing", ROOT)
LEAF = mint("dev01.local", ISSUING, names=("dev01.local",))


def made_by(
    authority: Minted, *revoked: Minted, at: datetime = NOW - timedelta(days=1), signer: Minted | None = None
) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    builder = builder.last_update(at).next_update(at + timedelta(days=7))
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(at)
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    made = builder.sign((signer or authority).key, hashes.SHA256())  # type: ignore[arg-type]
    return made.public_bytes(Encoding.DER)


def told(*lists: bytes, chain: tuple[Minted, ...] = (LEAF, ISSUING, ROOT)) -> list[tuple[str, int | None]]:
    path = [parse_certificate(m.der) for m in chain]
    return [(f.reason.code, f.reason.link) for f in revocation_findings(path, lists, NOW)]


def test_a_revoked_device_is_refused_with_the_reason() -> None:
    path = [parse_certificate(m.der) for m in (LEAF, ISSUING, ROOT)]
    [finding] = revocation_findings(path, [made_by(ISSUING, LEAF)], NOW)
    assert finding.refuses("chromium")
    assert dict(finding.reason.facts) == {"name": "Issuing", "date": "2026-11-20", "why": "keyCompromise"}


def test_a_revoked_issuing_ca_is_found_at_its_link() -> None:
    assert ("revoked", 1) in told(made_by(ROOT, ISSUING))


def test_a_device_that_is_not_on_the_list_is_said_to_be_checked() -> None:
    assert told(made_by(ISSUING)) == [("revocation-checked", 0)]


def test_a_list_that_another_made_or_that_is_old_does_not_count() -> None:
    not_looked = [("revocation-not-checked", None)]
    assert told(made_by(ISSUING, LEAF, signer=ROOT)) == not_looked
    assert told(made_by(ISSUING, LEAF, at=NOW - timedelta(days=30))) == not_looked
    assert told(b"no list") == not_looked
    assert told() == not_looked


def test_a_list_that_is_elsewhere_is_said_to_be_left_alone() -> None:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://ca.example/list")], None, None, None)
    leaf = mint("dev01.local", ISSUING, extra=((x509.CRLDistributionPoints([point]), False),))
    assert told(chain=(leaf, ISSUING, ROOT)) == [("revocation-elsewhere", None)]
