"""Create, issue, refuse, keep secret."""

import json
import stat
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.authority import authority, keys, ledger, profiles
from core.clock import utc_now
from core.errors import (
    AuthorityExists,
    AuthorityMissing,
    BadAddress,
    BadName,
    FileExists,
    InputProblem,
    KeychainMissing,
    OutsideLimits,
    PassphraseWrong,
    StateCorrupt,
    StateUnwritable,
)
from core.model.authority import IssueRequest
from core.secrets import Passphrases, SessionPassphrase

SECRET = SessionPassphrase("a passphrase of this test")


@pytest.fixture
def site(tmp_path: Path) -> authority.Authority:
    return authority.create(tmp_path / "state/authority", "Workshop", profiles.Limits(), SECRET, utc_now())


def request(folder: Path, *names: str, **fields: object) -> IssueRequest:
    values: dict[str, object] = {"addresses": (), "formats": ("pem",), **fields}
    return IssueRequest(names or ("dev01",), folder=folder, **values)  # type: ignore[arg-type]


def issue(site: authority.Authority, folder: Path, *names: str, **fields: object):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return site.issue(request(folder, *names, **fields), SECRET, utc_now())


def extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.Extension:  # type: ignore[type-arg]
    return certificate.extensions.get_extension_for_class(kind)


def test_both_cas_are_limited_alike_and_not_critically(site: authority.Authority) -> None:
    for certificate, depth in ((site.root, 1), (site.issuing, 0)):
        limits = extension(certificate, x509.NameConstraints)
        assert limits.critical is False
        permitted = limits.value.permitted_subtrees
        assert x509.DNSName("local") in permitted
        assert {str(p.value) for p in permitted if isinstance(p, x509.IPAddress)} == set(profiles.PERMITTED_NETWORKS)
        basic = extension(certificate, x509.BasicConstraints)
        assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, depth)
        assert extension(certificate, x509.KeyUsage).value.key_cert_sign
    assert site.root.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert site.root.subject != site.issuing.subject


def test_two_authorities_of_one_site_have_names_of_their_own(tmp_path: Path) -> None:
    made = [authority.create(tmp_path / n, "Workshop", profiles.Limits(), SECRET, utc_now()) for n in "ab"]
    assert made[0].root.subject != made[1].root.subject


def test_a_device_certificate_has_the_profile_that_every_client_takes(
    site: authority.Authority, tmp_path: Path
) -> None:
    issued = issue(site, tmp_path / "out", "dev01", "panel.local", addresses=("192.168.1.5", "fd12::6"))
    leaf = x509.load_pem_x509_certificates((tmp_path / "out/dev01.crt.pem").read_bytes())[0]
    names = extension(leaf, x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["dev01.local", "panel.local"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.5", "fd12::6"]
    assert extension(leaf, x509.BasicConstraints).value.ca is False
    assert extension(leaf, x509.ExtendedKeyUsage).value == x509.ExtendedKeyUsage([x509.OID_SERVER_AUTH])
    lifetime = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert lifetime == timedelta(days=397)
    assert issued.entry.names == ("dev01.local", "panel.local", "192.168.1.5", "fd12::6")


@pytest.mark.parametrize("from_root", [False, True])
def test_openssl_accepts_what_was_issued_by_its_strict_rules(
    site: authority.Authority, tmp_path: Path, from_root: bool
) -> None:
    issue(site, tmp_path / "out", from_root=from_root)
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "dev01.local",
               "-CAfile", str(site.folder / "root.crt.pem"), "-untrusted", str(tmp_path / "out/dev01.crt.pem"),
               str(tmp_path / "out/dev01.crt.pem")]  # fmt: skip
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    sent = x509.load_pem_x509_certificates((tmp_path / "out/dev01.crt.pem").read_bytes())
    assert len(sent) == (1 if from_root else 2)
    assert site.root not in sent


@pytest.mark.parametrize(
    ("names", "addresses"),
    [
        (("google.com",), ()), (("dev01.local.evil.com",), ()), (("dev01", "www.example.com"), ()),
        (("dev01",), ("8.8.8.8",)), (("dev01",), ("2001:db8::1",)), (("dev01",), ("100.64.0.9",)),
    ],
)  # fmt: skip
def test_what_the_limits_would_refuse_later_is_refused_now(
    site: authority.Authority, tmp_path: Path, names: tuple[str, ...], addresses: tuple[str, ...]
) -> None:
    with pytest.raises(OutsideLimits):
        issue(site, tmp_path / "out", *names, addresses=addresses)
    assert not (tmp_path / "out").exists()
    assert site.issued() == ((), ())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "dev 01",
        "../../etc/passwd",
        "dev01\n.local",
        "-dev.local",
        "a" * 64 + ".local",
        "дев.local",
        "*.local",
        "a..local",
    ],
)
def test_names_that_no_browser_can_visit_are_refused(site: authority.Authority, tmp_path: Path, name: str) -> None:
    with pytest.raises((BadName, InputProblem)):
        issue(site, tmp_path / "out", name)
    assert not (tmp_path / "out").exists()


def test_an_address_that_is_none_is_named(site: authority.Authority, tmp_path: Path) -> None:
    with pytest.raises(BadAddress, match=r"300\.1\.1\.1"):
        issue(site, tmp_path / "out", addresses=("300.1.1.1",))


@pytest.mark.parametrize("days", [0, -1, 826])
def test_lifetimes_that_apple_refuses_are_refused(site: authority.Authority, tmp_path: Path, days: int) -> None:
    with pytest.raises(OutsideLimits):
        issue(site, tmp_path / "out", days=days)


def test_a_device_never_outlives_its_issuer(site: authority.Authority, tmp_path: Path) -> None:
    late = site.issuing.not_valid_after_utc - timedelta(days=30)
    issued = site.issue(request(tmp_path / "out"), SECRET, late)
    assert issued.entry.not_after == site.issuing.not_valid_after_utc


def test_more_ranges_can_be_permitted_before_creation(tmp_path: Path) -> None:
    limits = profiles.Limits().with_networks(("100.64.0.0/10",))
    site = authority.create(tmp_path / "a", "Tailnet", limits, SECRET, utc_now())
    assert issue(site, tmp_path / "out", addresses=("100.64.0.9",)).entry.names[-1] == "100.64.0.9"
    with pytest.raises(BadAddress):
        profiles.Limits().with_networks(("100.64.0.1/10",))


def test_existing_files_are_never_overwritten_and_nothing_is_issued(site: authority.Authority, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/dev01.key.pem").write_text("precious")
    with pytest.raises(FileExists):
        issue(site, tmp_path / "out")
    assert (tmp_path / "out/dev01.key.pem").read_text() == "precious"
    assert [f.name for f in (tmp_path / "out").iterdir()] == ["dev01.key.pem"]
    assert site.issued() == ((), ())


def test_a_link_in_place_of_a_file_is_not_followed(site: authority.Authority, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/dev01.key.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExists):
        issue(site, tmp_path / "out")
    assert not (tmp_path / "elsewhere").exists()


def test_key_files_belong_to_their_owner_alone(site: authority.Authority, tmp_path: Path) -> None:
    issued = issue(site, tmp_path / "out", formats=("pem", "der", "p12", "esp32"), p12_password="x")
    for file in issued.files:
        mode = stat.S_IMODE(file.stat().st_mode)
        public = file.name.endswith((".crt.pem", ".crt.der", ".chain.der"))
        assert mode & 0o077 == (0o044 if public else 0), file.name
    for file in site.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 or file.name == ledger.FILE_NAME


def test_no_key_of_the_authority_stands_in_clear(site: authority.Authority, tmp_path: Path) -> None:
    signers = [keys.unseal(site.folder / name, "a passphrase of this test") for name in ("root.p12", "issuing.p12")]
    secrets = [s.key.private_numbers().private_value.to_bytes(32, "big") for s in signers]
    content = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    assert all(secret not in content for secret in secrets)
    assert b"a passphrase of this test" not in content
    assert b"PRIVATE KEY" not in content


def test_a_wrong_passphrase_is_told_apart_from_a_broken_file(site: authority.Authority, tmp_path: Path) -> None:
    with pytest.raises(PassphraseWrong):
        site.issue(request(tmp_path / "out"), SessionPassphrase("wrong"), utc_now())
    (site.folder / "issuing.p12").write_bytes(b"garbage")
    with pytest.raises(StateCorrupt, match=r"issuing\.p12"):
        issue(site, tmp_path / "out")


def test_without_a_keychain_and_without_a_person_nothing_is_created(tmp_path: Path) -> None:
    with pytest.raises(KeychainMissing):
        authority.create(tmp_path / "a", "Workshop", profiles.Limits(), Passphrases(), utc_now())
    assert list(tmp_path.iterdir()) == []


def test_a_second_authority_is_refused_and_the_first_stays(site: authority.Authority) -> None:
    with pytest.raises(AuthorityExists):
        authority.create(site.folder, "Other", profiles.Limits(), SECRET, utc_now())
    assert authority.open_authority(site.folder).root == site.root


def test_no_authority_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(AuthorityMissing) as missing:
        authority.open_authority(tmp_path)
    assert "dotlocal ca create" in missing.value.hint


@pytest.mark.parametrize(
    ("content", "said"),
    [("{not json", "authority.json"), ('{"name": "x"}', "key_kept_in"), ("[]", "authority.json")],
)
def test_a_corrupt_state_file_is_named_with_its_field(site: authority.Authority, content: str, said: str) -> None:
    (site.folder / "authority.json").write_text(content)
    with pytest.raises(StateCorrupt, match=said):
        authority.open_authority(site.folder)


def test_a_corrupt_ledger_line_hides_no_other(site: authority.Authority, tmp_path: Path) -> None:
    issue(site, tmp_path / "one")
    with (site.folder / ledger.FILE_NAME).open("a") as stream:
        stream.write('{"serial": "1"}\nnot json\n[]\n')
    issue(site, tmp_path / "two")
    entries, problems = site.issued()
    assert len(entries) == 2
    assert [p.facts["line"] for p in problems] == [2, 3, 4]
    assert "'sha256' is missing" in problems[0].message


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file-in-the-way"
    blocked.write_text("")
    with pytest.raises(StateUnwritable, match="file-in-the-way"):
        authority.create(blocked / "authority", "Workshop", profiles.Limits(), SECRET, utc_now())


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "bell\x07"])
def test_site_names_are_checked(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputProblem):
        authority.create(tmp_path / "a", name, profiles.Limits(), SECRET, utc_now())


def test_the_probe_certificate_has_no_key_anywhere(site: authority.Authority) -> None:
    assert site.probe[0].public_bytes(Encoding.PEM) in (site.folder / "probe.crt.pem").read_bytes()
    assert sorted(f.name for f in site.folder.iterdir()) == [
        "authority.json", "issuing.crt.pem", "issuing.p12", "probe.crt.pem", "root.crt.pem", "root.p12",
    ]  # fmt: skip
    assert "PRIVATE" not in json.dumps((site.folder / "authority.json").read_text())


def test_a_torn_ledger_line_does_not_swallow_the_next_entry(site: authority.Authority, tmp_path: Path) -> None:
    issue(site, tmp_path / "one")
    file = site.folder / ledger.FILE_NAME
    file.write_bytes(file.read_bytes() + b'{"serial": "torn')
    issue(site, tmp_path / "two")
    entries, problems = site.issued()
    assert (len(entries), len(problems)) == (2, 1)


def test_the_longest_lifetime_stays_within_what_apple_takes(site: authority.Authority, tmp_path: Path) -> None:
    issue(site, tmp_path / "out", days=825)
    leaf = x509.load_pem_x509_certificates((tmp_path / "out/dev01.crt.pem").read_bytes())[0]
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=825)


def test_nothing_is_given_out_that_is_not_on_record(site: authority.Authority, tmp_path: Path) -> None:
    (site.folder / ledger.FILE_NAME).mkdir()
    with pytest.raises(StateUnwritable):
        issue(site, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
