"""Tools run without a shell and with a time-out; the elevated helper takes one certificate and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ElevationRefused, ToolFailed
from core.trust import elevation
from core.trust.backends.linux import helper
from core.trust.store import Root
from tests.rigs.minting import mint_ca


def test_a_failing_tool_keeps_argv_exit_code_and_words() -> None:
    with pytest.raises(ToolFailed) as failed:
        elevation.run_tool(("sh", "-c", "echo no such thing >&2; exit 9"))
    assert (failed.value.exit_code, failed.value.stderr.strip()) == (9, "no such thing")
    assert failed.value.argv[0] == "sh"


def test_a_tool_that_hangs_is_ended() -> None:
    with pytest.raises(ToolFailed, match="did not end in time"):
        elevation.run_tool(("sleep", "30"), timeout_s=0.2)


def test_a_missing_tool_is_named() -> None:
    with pytest.raises(ToolFailed, match="no-such-program"):
        elevation.run_tool(("no-such-program",))


def test_tools_do_not_inherit_variables_that_redirect_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/tmp/evil")
    monkeypatch.setenv("LD_PRELOAD", "")
    assert b"SSL_CERT_FILE" not in elevation.run_tool(("env",)).stdout


def test_without_pkexec_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ElevationRefused) as refused:
        elevation.run_elevated("install", "0" * 64, b"")
    assert "sudo dotlocal trust install --store os --root" in refused.value.hint


@pytest.mark.parametrize(("code", "said"), [(126, "cancelled"), (127, "No administrator")])
def test_a_cancelled_prompt_is_told_apart(
    code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pkexec = tmp_path / "pkexec"
    pkexec.write_text(f"#!/bin/sh\nexit {code}\n")
    pkexec.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ElevationRefused, match=said):
        elevation.run_elevated("install", "0" * 64, b"")


def test_the_elevated_command_carries_the_fingerprint_and_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pkexec = tmp_path / "pkexec"
    pkexec.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/argv\ncat > {tmp_path}/stdin\n')
    pkexec.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    root = Root.from_bytes(mint_ca().der, "test")
    elevation.run_elevated("remove", root.sha256, root.pem)
    argv = (tmp_path / "argv").read_text().splitlines()
    assert argv[-2:] == ["remove", root.sha256]
    assert (tmp_path / "stdin").read_bytes() == root.pem


def run_helper(*arguments: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-S", str(Path(helper.__file__)), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=30)


def test_the_helper_refuses_a_certificate_that_was_not_named() -> None:
    shown, other = (Root.from_bytes(mint_ca().der, "test") for _ in range(2))
    done = run_helper("install", shown.sha256, stdin=other.pem)
    assert done.returncode == 2
    assert b"not the one that was named" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("install",), ("delete", "0" * 64), ("install", "a", "/etc/shadow")])
def test_the_helper_takes_nothing_else(arguments: tuple[str, ...]) -> None:
    assert run_helper(*arguments, stdin=b"").returncode == 2
