"""An independent linter reads every kind of certificate that the product issues."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.authority import authority, profiles
from core.clock import utc_now
from core.model.authority import IssueRequest
from core.secrets import SessionPassphrase

SECRET = SessionPassphrase("for this test alone")
# Constraints are not critical because Mbed TLS cannot load a CA with critical ones; "local" is a single label, which
# RFC 5280 allows in a constraint.
ALLOWED_ON_CAS = {
    "pkix.certificate_name_constraints_extension_not_critical",
    "pkix.invalid_domain_name_syntax",
}


def lint(file: Path) -> set[str]:
    program = Path(sys.executable).with_name("lint_pkix_cert")
    command = [str(program), "lint", "-s", "ERROR", "-f", "JSON", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found = json.loads(done.stdout)
    return {d["code"] for result in found["results"] for d in result["finding_descriptions"]}


@pytest.fixture
def site(tmp_path: Path) -> authority.Authority:
    return authority.create(tmp_path / "authority", "Workshop", profiles.Limits(), SECRET, utc_now())


@pytest.mark.parametrize("name", ["root.crt.pem", "issuing.crt.pem"])
def test_the_cas_deviate_only_where_we_mean_to(site: authority.Authority, name: str) -> None:
    assert lint(site.folder / name) == ALLOWED_ON_CAS


@pytest.mark.parametrize("from_root", [False, True])
def test_device_certificates_are_without_a_finding(site: authority.Authority, tmp_path: Path, from_root: bool) -> None:
    request = IssueRequest(("dev01",), ("192.168.1.5",), tmp_path / "out", ("der",), from_root=from_root)
    site.issue(request, SECRET, utc_now())
    assert lint(tmp_path / "out/dev01.crt.der") == set()
