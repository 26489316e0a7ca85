"""`inspect`, `verify` and `explain` as people and scripts use them."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs7, pkcs12

from tests.core.cli.test_cli import Cli
from tests.rigs.minting import Minted, mint, mint_ca

HOST = "dev01.local"
NOW = datetime.now(UTC)
ROOT = mint_ca(begin=NOW)
ISSUING = mint_ca("Issuing", ROOT, begin=NOW)
LEAF = mint(HOST, ISSUING, names=(HOST,), begin=NOW, days=90)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


def written(folder: Path, form: str) -> Path:
    file = folder / f"chain.{form}"
    chain = [LEAF.certificate, ISSUING.certificate]
    if form == "pem":
        file.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in chain))
    elif form == "der":
        file.write_bytes(LEAF.der)
    elif form == "p7b":
        file.write_bytes(pkcs7.serialize_certificates(list(reversed(chain)), Encoding.DER))
    else:
        file.write_bytes(pkcs12.serialize_key_and_certificates(b"x", LEAF.key, chain[0], chain[1:], NoEncryption()))  # type: ignore[arg-type]
    return file


def root_file(folder: Path, root: Minted = ROOT) -> str:
    file = folder / "root.pem"
    file.write_bytes(root.certificate.public_bytes(Encoding.PEM))
    return str(file)


@pytest.mark.parametrize("form", ["pem", "der", "p7b", "p12"])
def test_a_file_of_each_form_is_read_device_first(cli: Cli, form: str) -> None:
    told = cli.json("inspect", str(written(cli.folder, form)), expect=1)
    chain = told["presented_chain"]
    assert chain[0]["subject"] == f"CN={HOST}"  # type: ignore[index]
    assert told["host"] == HOST
    assert len(chain) == (1 if form == "der" else 2)  # type: ignore[arg-type]


def test_what_was_not_asked_is_not_claimed(cli: Cli) -> None:
    told = cli.json("inspect", str(written(cli.folder, "pem")), "--at", "2027-01-01", expect=1)
    [system] = [v for v in told["verdicts"] if v["client"] == "os"]  # type: ignore[attr-defined]
    assert "was not asked" in system["checked"]


def test_a_chain_from_stdin_with_every_field(cli: Cli) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core.cli.main", "inspect", "-", "--fields"], env=cli.environment, check=False,
        input=written(cli.folder, "pem").read_bytes(), capture_output=True,
    )  # fmt: skip
    text = done.stdout.decode()
    assert "Key usage, critical: digital signature" in text
    assert "Public-key pin:" in text
    assert "nobody showed that they have its key" in text


def test_a_protected_file_and_one_that_is_none_are_told_apart(cli: Cli) -> None:
    locked = cli.folder / "locked.p12"
    locked.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", LEAF.key, LEAF.certificate, None, BestAvailableEncryption(b"pw"))  # type: ignore[arg-type]
    )
    assert "protected by a password" in cli("inspect", str(locked), expect=2).stderr
    (cli.folder / "none.pem").write_text("nothing")
    assert "holds no certificate" in cli("inspect", str(cli.folder / "none.pem"), expect=2).stderr
    assert "No such file" in cli("inspect", "missing.pem", expect=2).stderr


def test_verify_judges_by_the_given_roots_alone(cli: Cli) -> None:
    chain, root = str(written(cli.folder, "pem")), root_file(cli.folder)
    told = cli.json("verify", chain, "--name", HOST, "--root", root)
    assert [v["client"] for v in told["verdicts"]] == ["chromium", "firefox", "openssl", "java", "webpki"]  # type: ignore[attr-defined]
    assert all(v["trusted"] for v in told["verdicts"])  # type: ignore[attr-defined]
    assert not any(v["trusted"] for v in cli.json("verify", chain, "--name", HOST, expect=1)["verdicts"])  # type: ignore[attr-defined]
    late = cli.json("verify", chain, "--name", HOST, "--root", root, "--at", "2031-01-01", "--client", "java", expect=1)
    assert late["verdicts"][0]["reasons"][0]["code"] == "expired"  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("verify", "chain.pem"), "--name"),
        (("verify", "--name", HOST), "name a file"),
        (("verify", "CHAIN", "--name", HOST, "--client", "netscape"), "no client"),
        (("verify", "CHAIN", "--name", HOST, "--at", "soon"), "not a time"),
        (("inspect",), "name one target"),
        (("inspect", "dev01.local", "--all"), "name one target"),
        (("inspect", "gopher://dev01.local"), "not a scheme with TLS"),
        (("inspect", "dev01.local", "--starttls", "gopher"), "no STARTTLS"),
        (("explain", "name-mismach"), "name-mismatch"),
        (("explain", "expired", "--language", "xx"), "xx"),
    ],
)
def test_what_cannot_be_done_is_said(cli: Cli, arguments: tuple[str, ...], says: str) -> None:
    chain = str(written(cli.folder, "pem"))
    assert says in cli(*(chain if word == "CHAIN" else word for word in arguments), expect=2).stderr


def test_the_stream_of_requests_answers_line_by_line(cli: Cli) -> None:
    chain = [c.certificate.public_bytes(Encoding.PEM).decode() for c in (LEAF, ISSUING)]
    root = ROOT.certificate.public_bytes(Encoding.PEM).decode()
    process = subprocess.Popen(
        [sys.executable, "-m", "core.cli.main", "verify", "--batch", "-"], env=cli.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    for identity, line in (
        (1, {"id": 1, "presented": chain, "roots": [root], "name": HOST, "clients": ["chromium"]}), (None, "garbage"),
        (3, {"id": 3, "presented": chain, "roots": [], "name": HOST, "clients": ["chromium"]}),
    ):  # fmt: skip
        process.stdin.write((json.dumps(line) + "\n").encode())
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert answer["id"] == identity
        assert ("error" in answer) is (identity is None)
        if identity is not None:
            assert answer["verdicts"][0]["trusted"] is (identity == 1)
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def test_explain_tells_one_reason_or_all(cli: Cli) -> None:
    assert "Das Zertifikat gilt" in cli("explain", "name-mismatch", "--language", "de").stdout
    everything = cli.json("explain")
    assert len(everything["reasons"]) > 60  # type: ignore[arg-type]


def test_inspect_saves_chains_under_fingerprints(cli: Cli) -> None:
    cli("inspect", str(written(cli.folder, "pem")), "--save", str(cli.folder / "out"), expect=1)
    [file] = (cli.folder / "out").iterdir()
    assert file.name.endswith(".chain.pem")
    assert file.read_text().count("BEGIN CERTIFICATE") == 2


def test_every_device_of_the_sample_is_inspected(cli: Cli) -> None:
    sample = subprocess.Popen(
        [sys.executable, "-m", "core.cli.main", "demo", "--headless", "--seconds", "25", "--json"],
        env=cli.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = cli.json("inspect", "--all", "--seconds", "10", expect=1)
    finally:
        sample.terminate()
        sample.wait(30)
    hosts = {d["host"] for d in told["devices"]}  # type: ignore[attr-defined]
    assert {"boiler-gw.local", "hvac-main.local"} <= hosts
