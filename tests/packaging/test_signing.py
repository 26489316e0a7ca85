"""Signing for Windows: a key in a file, a key that never leaves its token, a time stamp; each read back."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from build_note import RELEASE_VARIABLE
from bundle import BuildFailed
from cryptography.x509.oid import ExtendedKeyUsageOID
from windows import sign

from tests.rigs.minting import Minted, mint
from tests.rigs.time_stamper import time_stamper

TOKENS = "/usr/lib/softhsm/libsofthsm2.so"
COMPILER = "x86_64-w64-mingw32-gcc"
PIN = "271828"
pytestmark = pytest.mark.skipif(shutil.which("osslsigncode") is None, reason="this system has no osslsigncode")


@pytest.fixture(scope="module")
def signer() -> Minted:
    return mint(
        "Dotlocal Signing",
        begin=datetime.now(UTC) - timedelta(hours=1),
        days=7,
        eku=(ExtendedKeyUsageOID.CODE_SIGNING,),
    )


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a program for Windows that does nothing."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"this system has no {COMPILER}")
    (tmp_path / "nothing.c").write_text("int main(void) { return 0; }\n")
    made = tmp_path / "nothing.exe"
    command = [COMPILER, "-s", "-o", str(made), str(tmp_path / "nothing.c")]
    subprocess.run(command, check=True, capture_output=True)
    return made


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, signer: Minted) -> pytest.MonkeyPatch:
    """Name a certificate and its key in the environment, as a release does, and nothing else that signing heeds."""
    for name in ("MODULE", "PASSWORD_FILE", "TIMESTAMP"):
        monkeypatch.delenv(f"DOTLOCAL_SIGN_{name}", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    chain, key = signer.write(tmp_path / "signer", "signer")
    monkeypatch.setenv("DOTLOCAL_SIGN_CERTIFICATE", str(chain))
    monkeypatch.setenv("DOTLOCAL_SIGN_KEY", str(key))
    return monkeypatch


def verified(file: Path, root: Path, *more: str) -> str:
    """Return what osslsigncode says of a signature by this root."""
    command = ["osslsigncode", "verify", "-CAfile", str(root), *more, "-in", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert "Signature verification: ok" in said, said[-2000:]
    return said


def test_a_program_is_signed_once_and_a_changed_one_is_seen(
    given: pytest.MonkeyPatch, program: Path, tmp_path: Path
) -> None:
    assert not sign.is_signed(program)
    sign.sign(program)
    verified(program, tmp_path / "signer/signer.crt.pem")
    before = program.read_bytes()
    sign.sign(program)
    assert program.read_bytes() == before
    place = before.index(b"This program cannot be run")
    program.write_bytes(before[:place] + b"that" + before[place + 4 :])
    assert not sign.is_signed(program)


@pytest.fixture
def token(given: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Move the key into a token that the environment names, and return the file with the PIN."""
    if shutil.which("softhsm2-util") is None or not Path(TOKENS).exists():
        pytest.skip("this system has no SoftHSM")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    (tmp_path / "pin").write_text(PIN)
    given.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    key = tmp_path / "signer/signer.key.pem"
    for arguments in (
        ("--init-token", "--free", "--label", "release", "--pin", PIN, "--so-pin", PIN),
        ("--import", str(key), "--token", "release", "--label", "signing", "--id", "01", "--pin", PIN),
    ):
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)
    key.unlink()
    given.setenv("DOTLOCAL_SIGN_MODULE", TOKENS)
    given.setenv("DOTLOCAL_SIGN_KEY", "pkcs11:token=release;object=signing;type=private")
    given.setenv("DOTLOCAL_SIGN_PASSWORD_FILE", str(tmp_path / "pin"))
    return tmp_path / "pin"


def test_the_key_may_live_in_a_token(token: Path, program: Path, tmp_path: Path) -> None:
    """As those of bought certificates do: in hardware, reached by PKCS#11; the PIN is in a file and in no argument."""
    sign.sign(program)
    verified(program, tmp_path / "signer/signer.crt.pem")


def test_a_wrong_pin_leaves_the_program_as_it_was(token: Path, program: Path) -> None:
    token.write_text("0000")
    before = program.read_bytes()
    with pytest.raises(BuildFailed, match="osslsigncode ended with"):
        sign.sign(program)
    assert program.read_bytes() == before


def test_a_time_stamp_is_asked_for_and_outlives_the_certificate(
    given: pytest.MonkeyPatch, program: Path, tmp_path: Path
) -> None:
    with time_stamper(tmp_path / "tsa") as authority:
        given.setenv("DOTLOCAL_SIGN_TIMESTAMP", authority.address)
        given.setenv(RELEASE_VARIABLE, "1")
        sign.sign(program)
        assert authority.answered == 1
    root = tmp_path / "signer/signer.crt.pem"
    later = str(int((datetime.now(UTC) + timedelta(days=20)).timestamp()))  # it was valid for a week
    said = verified(program, root, "-TSA-CAfile", str(authority.certificate), "-time", later)
    assert "Timestamp Server Signature verification: ok" in said
    command = ["osslsigncode", "verify", "-CAfile", str(root), "-ignore-timestamp", "-time", later, "-in", str(program)]
    alone = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert "Signature verification: failed" in alone


def test_a_release_without_a_time_stamp_is_refused(given: pytest.MonkeyPatch, program: Path) -> None:
    given.setenv(RELEASE_VARIABLE, "1")
    with pytest.raises(BuildFailed, match="time stamp"):
        sign.sign(program)
    assert not sign.is_signed(program)


def test_a_time_stamp_authority_that_is_away_leaves_the_program_unsigned(
    given: pytest.MonkeyPatch, program: Path
) -> None:
    given.setenv("DOTLOCAL_SIGN_TIMESTAMP", "http://127.0.0.1:9/")
    with pytest.raises(BuildFailed):
        sign.sign(program)
    assert not sign.is_signed(program)
