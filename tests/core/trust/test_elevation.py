"""Tools run without a shell and with a time-out; the elevated helper takes one certificate and nothing else."""

import base64
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from core.errors import ElevationRefused, ToolFailed
from core.trust import elevation, helper
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


def change(verb: str, root: Root, store: str = "os") -> elevation.Elevated:
    return elevation.Elevated(verb, store, root.sha256, root.der)


@pytest.fixture
def root() -> Root:
    return Root.from_bytes(mint_ca().der, "test")


def test_without_pkexec_the_way_out_is_named(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ElevationRefused) as refused:
        elevation.run_elevated((change("install", root),))
    assert "sudo dotlocal trust install --store os --root" in refused.value.hint


def pkexec(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "pkexec"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(("code", "said"), [(126, "cancelled"), (127, "No administrator")])
def test_a_cancelled_prompt_is_told_apart(
    code: int, said: str, root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pkexec(tmp_path, f"exit {code}", monkeypatch)
    with pytest.raises(ElevationRefused, match=said):
        elevation.run_elevated((change("install", root),))


def test_one_prompt_carries_every_change_with_fingerprints_and_no_path(
    root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pkexec(tmp_path, f'printf "%s\\n" "$@" >> {tmp_path}/argv\ncat > {tmp_path}/stdin\necho "{{}}"', monkeypatch)
    other = Root.from_bytes(mint_ca("Other").der, "test")
    assert elevation.run_elevated((change("remove", root), change("remove", other, "java:x"))) == {}
    argv = (tmp_path / "argv").read_text().splitlines()
    assert argv[argv.index("apply") :] == ["apply", root.sha256, other.sha256]
    request = json.loads((tmp_path / "stdin").read_bytes())
    assert [(e["verb"], e["store"]) for e in request] == [("remove", "os"), ("remove", "java:x")]
    assert not any("/" in entry["store"] for entry in request)


def test_the_helpers_problems_come_back_by_store(root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pkexec(tmp_path, 'cat > /dev/null; echo \'{"os": "the disk is full"}\'', monkeypatch)
    assert elevation.run_elevated((change("install", root),)) == {"os": "the disk is full"}


def run_helper(*arguments: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-S", str(Path(helper.__file__)), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=30)


def request(root: Root, **fields: str) -> bytes:
    entry = {"verb": "install", "store": "os", "sha256": root.sha256,
             "certificate": base64.b64encode(root.der).decode()}  # fmt: skip
    return json.dumps([{**entry, **fields}]).encode()


def test_the_helper_refuses_a_certificate_that_was_not_shown(root: Root) -> None:
    shown = Root.from_bytes(mint_ca().der, "test")
    done = run_helper("apply", shown.sha256, stdin=request(root))
    assert done.returncode == 2
    assert b"not the one that was named" in done.stderr
    other = base64.b64encode(shown.der).decode()
    assert run_helper("apply", root.sha256, stdin=request(root, certificate=other)).returncode == 2


@pytest.mark.parametrize("arguments", [(), ("apply",), ("install", "0" * 64), ("apply", "/etc/shadow"),
                                       ("apply", "0" * 64, "--request")])  # fmt: skip
def test_the_helper_takes_nothing_else(arguments: tuple[str, ...], root: Root) -> None:
    assert run_helper(*arguments, stdin=request(root)).returncode == 2


@pytest.mark.parametrize("fields", [{"verb": "run"}, {"store": "../etc/passwd"}, {"store": "a b"}, {"path": "/etc"}])
def test_the_helper_refuses_odd_requests(fields: dict[str, str], root: Root) -> None:
    assert run_helper("apply", root.sha256, stdin=request(root, **fields)).returncode == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"[1]", b"\xff\x00", b"[" * 100_000, b"x" * 300_000])
def test_the_helper_survives_garbage(content: bytes, root: Root) -> None:
    done = run_helper("apply", root.sha256, stdin=content)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_the_helper_finds_stores_itself_and_names_those_it_does_not_know(root: Root) -> None:
    done = run_helper("apply", root.sha256, stdin=request(root, store="java:no-such-java"))
    assert json.loads(done.stdout) == {"java:no-such-java": "no store of this machine has the id java:no-such-java"}


def test_the_request_may_come_as_an_argument_where_no_pipe_can_be_had(root: Root) -> None:
    command = elevation.command_in_one_line((change("install", root, "java:none"),))
    done = run_helper(*command[command.index("apply") :], stdin=b"")
    assert (done.returncode, done.stdout) == (3, b"")


def test_a_request_in_an_argument_fits_into_what_windows_passes_on() -> None:
    key = rsa.generate_private_key(65537, 2048)
    large = Root.from_bytes(mint_ca(key=key).der, "test")
    stores = ("os-machine", *(f"java:temurin-{n}" for n in range(5)))
    assert len(elevation.portions(tuple(change("install", large, store) for store in stores), in_one_line=True)) == 1
    roots = [Root.from_bytes(mint_ca(f"Root {n}").der, "test") for n in range(5)]
    several = tuple(change("remove", each) for each in roots)
    commands = [elevation.command_in_one_line(part) for part in elevation.portions(several, in_one_line=True)]
    assert 1 < len(commands) <= len(roots)
    assert elevation.portions(several, in_one_line=False) == [several]
    assert elevation.portions((), in_one_line=True) == []
    many = tuple(change("install", roots[0], f"java:{n}") for n in range(elevation.MOST_AT_ONCE + 1))
    assert [len(part) for part in elevation.portions(many, in_one_line=False)] == [32, 33]
    assert elevation.MOST_AT_ONCE == helper.MAX_CHANGES
    assert all(len(subprocess.list2cmdline(c)) <= elevation.LONGEST_LINE for c in commands)
    named = [fingerprint for c in commands for fingerprint in c if len(fingerprint) == 64]
    assert named == [each.sha256 for each in roots]


@pytest.mark.parametrize("asked", ["", "AAAA", "!"])
def test_the_helper_survives_garbage_in_an_argument(asked: str, root: Root) -> None:
    done = run_helper("apply", root.sha256, "--request", asked, stdin=b"")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("padding", "code"), [(1_000, 3), (9_000_000, 2)])
def test_the_helper_unpacks_no_more_than_it_reads(padding: int, code: int, root: Root) -> None:
    """With little around it the same request is carried out, and fails: there is no such store."""
    asked = base64.b64encode(zlib.compress(b" " * padding + request(root, store="java:none"))).decode()
    assert run_helper("apply", root.sha256, "--request", asked, stdin=b"").returncode == code
