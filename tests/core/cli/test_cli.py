"""The command line as scripts see it: documents, exit codes, errors on stderr."""

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import output
from tests.rigs.minting import mint, mint_ca


class Cli:
    """Runs the real program with a state folder and a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        (folder / "state").mkdir()
        (folder / "state/settings.toml").write_text('[network]\ninterfaces = ["lo"]\n')
        (folder / "passphrase").write_text("correct horse battery staple\n")
        self.environment = {
            **os.environ, "HOME": str(self.home), "DOTLOCAL_HOME": str(folder / "state"),
            "DOTLOCAL_PASSPHRASE_FILE": str(folder / "passphrase"), "COLUMNS": "200",
        }  # fmt: skip

    def __call__(self, *arguments: str, expect: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "core.cli.main", *arguments], capture_output=True, text=True, check=False,
            env={**self.environment, **environment}, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str, expect: int = 0) -> dict[str, object]:
        return json.loads(self(*arguments, "--json", expect=expect).stdout)  # type: ignore[no-any-return]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


def test_the_authority_from_creation_to_export(cli: Cli) -> None:
    created = cli.json("ca", "create", "--name", "Workshop", "--permit-ip", "100.64.0.0/10")
    assert created["schema"] == "dotlocal.ca/1"
    out = cli.folder / "out"
    issued = cli.json("issue", "dev01", "--ip", "100.64.0.9", "--format", "pem,der,esp32", "--out", str(out))
    assert issued["schema"] == "dotlocal.issue/1"
    assert set(issued) >= {"files", "sha256", "serial", "not_after"}
    assert all(Path(file).exists() for file in issued["files"])  # type: ignore[attr-defined]
    shown = cli.json("ca", "show")
    assert [e["names"] for e in shown["issued"]] == [["dev01.local", "100.64.0.9"]]  # type: ignore[attr-defined]
    assert "100.64.0.0/10" in shown["permitted_networks"]  # type: ignore[operator]
    cli("ca", "export", "--out", str(cli.folder / "root.pem"))
    text = (cli.folder / "root.pem").read_text()
    assert text.startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in text
    cli("ca", "export", "--out", str(cli.folder / "root.pem"), expect=2)


def test_a_generated_p12_password_goes_to_the_person_and_not_into_the_document(cli: Cli) -> None:
    cli("ca", "create", "--name", "Workshop")
    done = cli("issue", "dev01", "--format", "p12", "--out", str(cli.folder / "out"), "--json")
    password = done.stderr.split("shown this once: ")[1].split()[0]
    assert password not in done.stdout
    opened = subprocess.run(
        ["openssl", "pkcs12", "-in", str(cli.folder / "out/dev01.p12"), "-passin", f"pass:{password}", "-nokeys"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert opened.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ca", "show"), 3, "There is no authority yet"),
        (("issue", "dev01", "--out", "x"), 3, "dotlocal ca create"),
        (("issue",), 2, "Missing argument"),
        (("trust", "install"), 3, "no authority"),
        (("trust", "status", "--store", "windows"), 2, "windows"),
        (("trust", "install", "--root", "/nonexistent.pem"), 2, "/nonexistent.pem"),
        (("inspect", "bad host"), 2, "bad host"),
        (("inspect", "dev01.local:99999"), 2, "99999"),
        (("devices", "--interface", "nonesuch0", "--seconds", "1"), 2, "nonesuch0"),
        (("no-such-command",), 2, "no-such-command"),
        (("ca", "create", "--name", ""), 2, "name"),
    ],
)
def test_errors_say_what_happened_on_stderr(cli: Cli, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = cli(*arguments, expect=code)
    assert said in done.stderr
    assert done.stdout == ""


def test_names_outside_the_limits_are_refused_with_the_value(cli: Cli) -> None:
    cli("ca", "create", "--name", "Workshop")
    done = cli("issue", "google.com", "--out", str(cli.folder / "out"), expect=2)
    assert "google.com" in done.stderr
    assert ".local" in done.stderr


def test_no_keychain_and_no_file_is_a_clear_error(cli: Cli) -> None:
    done = cli("ca", "create", "--name", "Workshop", expect=3, DOTLOCAL_PASSPHRASE_FILE="")
    assert "DOTLOCAL_PASSPHRASE_FILE" in done.stderr
    assert not (cli.folder / "state/authority").exists()


def test_a_corrupt_state_file_is_named(cli: Cli) -> None:
    (cli.folder / "state/settings.toml").write_text("[network\n")
    assert "settings.toml" in cli("devices", expect=3).stderr


def test_every_trust_command_lists_the_stores(cli: Cli) -> None:
    root = mint_ca("Foreign")
    chain, _ = root.write(cli.folder, "foreign")
    fields = {
        "id",
        "kind",
        "label",
        "location",
        "available",
        "reason",
        "installed",
        "trusted",
        "detail",
        "follows",
        "optional",
    }
    status = cli.json("trust", "status", "--store", "chromium", "--root", str(chain), expect=1)
    assert status["schema"] == "dotlocal.trust/1"
    assert [set(s) for s in status["stores"]] == [fields]  # type: ignore[attr-defined]
    for command, code in (("plan", 0), ("install", 0), ("verify", 0), ("status", 0), ("remove", 0)):
        document = cli.json("trust", command, "--store", "chromium", "--root", str(chain), expect=code)
        assert [s["id"] for s in document["stores"]] == ["chromium"]  # type: ignore[attr-defined]
        assert fields <= set(document["stores"][0])  # type: ignore[index]


def test_a_device_certificate_is_refused_as_a_root(cli: Cli) -> None:
    chain, _ = mint("dev01.local", names=("dev01.local",)).write(cli.folder, "leaf")
    assert "may not sign" in cli("trust", "install", "--root", str(chain), "--store", "chromium", expect=2).stderr


def test_inspect_of_a_closed_port_gives_a_document_with_the_reason(cli: Cli) -> None:
    found = cli.json("inspect", "127.0.0.1:1", expect=1)
    assert found["presented_chain"] == []
    assert {r["code"] for v in found["verdicts"] for r in v["reasons"]} == {"refused"}  # type: ignore[attr-defined]


def test_the_demo_lists_real_devices_in_their_states(cli: Cli) -> None:
    found = cli.json("demo", "--headless", "--seconds", "4")
    assert found["schema"] == "dotlocal.demo/1"
    devices = {d["host"]: d for d in found["devices"]}  # type: ignore[attr-defined]
    assert len(devices) >= 12

    def states(host: str) -> set[str]:
        certificate = devices[host]["certificate"]
        reasons = [r for v in certificate["verdicts"] for r in v["reasons"] if r["severity"] == "stop"]
        return {r["code"] for r in reasons} or {"trusted"}

    assert states("boiler-gw.local") == {"trusted"}
    assert states("meter-bridge.local") == {"expired"}
    assert states("hvac-main.local") == {"name-mismatch"}
    assert states("label-5c.local") == {"self-signed"}
    assert states("mediawall.local") == {"unknown-issuer"}
    assert states("nas-staging.local") == {"missing-intermediate"}
    assert devices["plug-b4.local"]["certificate"] is None
    assert devices["plug-b4.local"]["connection"]["code"] == "not-tls"
    assert devices["scale-2.local"]["connection"]["code"] == "no-answer"
    assert not (cli.folder / "state/authority").exists(), "the sample keeps to its own folder"


def test_watch_prints_one_event_a_line_at_once(cli: Cli) -> None:
    import asyncio
    import socket

    from zeroconf import IPVersion, ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

    async def run() -> list[dict[str, object]]:
        responder = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "core.cli.main", "devices", "--watch", "--json", "--no-probe",
            stdout=subprocess.PIPE, env=cli.environment,
        )  # fmt: skip
        try:
            info = ServiceInfo(
                "_http._tcp.local.", "watch me._http._tcp.local.", addresses=[socket.inet_aton("127.0.0.9")], port=80,
                properties={b"a": b"", b"b": None, b"c": b"\xff"}, server="watchme.local.",
            )  # fmt: skip
            await (await responder.async_register_service(info, cooperating_responders=True))
            lines = []
            assert process.stdout is not None
            async with asyncio.timeout(20):
                lines.append(json.loads(await process.stdout.readline()))
                await (await responder.async_unregister_service(info))
                while lines[-1]["event"] != "device_gone":
                    lines.append(json.loads(await process.stdout.readline()))
            return lines
        finally:
            process.kill()
            await process.wait()
            await responder.async_close()
            process._transport.close()  # type: ignore[attr-defined]

    lines = asyncio.run(run())
    assert lines[0]["event"] == "device_seen"
    device = lines[0]["device"]
    assert device["services"][0]["instance"] == "watch me"  # type: ignore[index]
    assert device["services"][0]["txt"] == {"a": "", "b": None, "c": {"hex": "ff"}}  # type: ignore[index]
    assert lines[-1]["device"]["online"] is False  # type: ignore[index]


def test_a_reader_that_has_seen_enough_ends_the_watch(cli: Cli) -> None:
    import subprocess as processes

    pipeline = f"{sys.executable} -m core.cli.main devices --watch --json --interface lo | head -1"
    sample = processes.Popen(
        [sys.executable, "-m", "core.cli.main", "demo", "--headless", "--seconds", "6", "--json"],
        env=cli.environment, stdout=processes.DEVNULL, stderr=processes.DEVNULL,
    )  # fmt: skip
    try:
        done = processes.run(
            ["bash", "-c", pipeline], env=cli.environment, capture_output=True, text=True, timeout=40, check=False
        )
    finally:
        sample.wait(60)
    assert json.loads(done.stdout)["event"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("platform", "kind"), [("win32", BrokenPipeError), ("linux", OSError)])
def test_what_windows_says_of_a_closed_pipe_is_a_reader_that_has_gone(
    platform: str, kind: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys, "stdout", Closed())
    with pytest.raises(OSError, match="reader has gone" if platform == "win32" else "Invalid argument") as raised:
        output.say("a line")
    assert type(raised.value) is kind
