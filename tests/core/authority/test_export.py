"""The forms that devices take, read back by the tools that devices' people use."""

import re
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from core.authority import authority, export, profiles
from core.clock import utc_now
from core.errors import InputProblem
from core.model.authority import IssueRequest
from core.secrets import SessionPassphrase

SECRET = SessionPassphrase("for this test alone")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = authority.create(tmp_path / "authority", "Workshop", profiles.Limits(), SECRET, utc_now())
    formats = ("pem", "der", "p12", "esp32")
    request = IssueRequest(("dev01",), (), tmp_path / "out", formats, p12_password="open sesame")
    issued = site.issue(request, SECRET, utc_now())
    assert {f.name for f in issued.files} == set(export.file_names("dev01", formats))
    return tmp_path / "out"


def test_the_pem_key_belongs_to_the_certificate(folder: Path) -> None:
    leaf = x509.load_pem_x509_certificates((folder / "dev01.crt.pem").read_bytes())[0]
    key = serialization.load_pem_private_key((folder / "dev01.key.pem").read_bytes(), None)
    assert key.public_key() == leaf.public_key()


def test_der_files_hold_the_same(folder: Path) -> None:
    leaf = x509.load_pem_x509_certificates((folder / "dev01.crt.pem").read_bytes())[0]
    assert x509.load_der_x509_certificate((folder / "dev01.crt.der").read_bytes()) == leaf
    key = serialization.load_der_private_key((folder / "dev01.key.der").read_bytes(), None)
    assert key.public_key() == leaf.public_key()


def test_openssl_opens_the_pkcs12_with_its_password_alone(folder: Path) -> None:
    def open_with(password: str) -> int:
        command = ["openssl", "pkcs12", "-in", str(folder / "dev01.p12"), "-passin", f"pass:{password}", "-nokeys"]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert open_with("open sesame") == 0
    assert open_with("wrong") != 0
    _, leaf, chain = pkcs12.load_key_and_certificates((folder / "dev01.p12").read_bytes(), b"open sesame")
    assert leaf is not None
    assert len(chain) == 1


def test_the_esp32_header_compiles_and_holds_the_chain_and_the_key(folder: Path, tmp_path: Path) -> None:
    header = (folder / "dev01_server_cert.h").read_text()
    program = tmp_path / "check.c"
    program.write_text(
        f'#include <stdio.h>\n#include "{folder / "dev01_server_cert.h"}"\n'
        "int main(void) { if (server_cert_pem[server_cert_pem_len - 1] || server_key_pem[server_key_pem_len - 1])"
        ' return 1; fputs((const char *)server_cert_pem, stdout); fputs("---\\n", stdout);'
        " fputs((const char *)server_key_pem, stdout); return 0; }\n"
    )
    subprocess.run(["cc", "-Wall", "-Werror", "-o", str(tmp_path / "check"), str(program)], check=True)
    printed = subprocess.run([str(tmp_path / "check")], capture_output=True, text=True, check=True).stdout
    assert printed == (folder / "dev01.crt.pem").read_text() + "---\n" + (folder / "dev01.key.pem").read_text()
    assert re.search(r"#pragma once", header)


def test_formats_are_checked() -> None:
    with pytest.raises(InputProblem, match="jks"):
        export.check_formats(["pem", "jks"])
    with pytest.raises(InputProblem):
        export.check_formats([])


def test_a_pkcs12_without_a_password_is_refused(tmp_path: Path) -> None:
    site = authority.create(tmp_path / "authority", "Workshop", profiles.Limits(), SECRET, utc_now())
    with pytest.raises(InputProblem, match="password"):
        site.issue(IssueRequest(("dev01",), (), tmp_path / "out", ("p12",)), SECRET, utc_now())
    assert not (tmp_path / "out").exists()


def test_a_subject_cannot_end_the_comment_of_the_header() -> None:
    assert "*/" not in export._comment("CN=*/ #include </etc/passwd> /*\n")
