"""Every field is in words; what cannot be read is shown as far as it goes."""

from ipaddress import ip_address, ip_network

from cryptography import x509

from core.tls.fields import certificate_fields
from tests.rigs.minting import mint, mint_ca


def words(der: bytes) -> dict[str, str]:
    return {field.name: field.value for field in certificate_fields(der)}


def test_a_device_certificate_in_words() -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    names = ("dev01.local", x509.IPAddress(ip_address("192.168.1.5")))
    told = words(mint("dev01.local", mint_ca(), names=names, extra=((odd, True), (feature, False))).der)
    assert told["Alternative names"] == "DNS dev01.local, IP 192.168.1.5"
    assert told["Key usage, critical"] == "digital signature"
    assert told["Extended key usage"] == "server authentication"
    assert told["1.3.6.1.4.1.99999.1, critical"] == "05:00"
    assert told["TLS features"] == "status request (must staple)"
    assert told["Public key"] == "ECDSA P-256"
    assert len(told["Public-key pin"]) == 44
    assert told["SHA-256 fingerprint"].count(":") == 31


def test_a_ca_in_words() -> None:
    limits = x509.NameConstraints([x509.DNSName("local"), x509.IPAddress(ip_network("10.0.0.0/8"))], None)
    told = words(mint_ca(constraints=limits, path_length=1).der)
    assert told["Basic constraints, critical"] == "a CA, 1 CAs below it"
    assert told["Name constraints"] == "permitted: DNS local, IP 10.0.0.0/8"


def test_octets_that_are_no_certificate_are_outlined() -> None:
    told = certificate_fields(mint("dev01.local").der[:200])
    assert told[0].name == "Problem"
    outline = [f.value for f in told if f.name == "As far as it can be read"]
    assert any("tag 0x02" in line for line in outline)
    assert len(outline) > 5
