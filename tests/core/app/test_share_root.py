"""The page for phones: two files, a check that a click-through cannot pass, nothing else, and it closes."""

import asyncio
import http.client
import plistlib
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.app.core import Core, CoreConfig
from core.errors import AuthorityMissing, BadAddress, OutsideLimits
from core.events import PhoneChecked
from core.model.certificate import pem_of
from core.model.handoff import Shared
from core.secrets import SessionPassphrase
from core.settings import NetworkSettings, Settings
from core.trust.handoff import server as handoff
from core.trust.registry import Machine


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    settings = Settings(network=NetworkSettings(interfaces=("127.0.0.1",)))
    machine = Machine.private(tmp_path / "home", "Test computer")
    async with Core(CoreConfig(tmp_path / "state", settings, machine, SessionPassphrase("test"))) as made:
        yield made


def get(shared: Shared, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    host, port = shared.url.removeprefix("http://").rstrip("/").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), content


def visit(url: str, trusting: bytes | None) -> str:
    """Open an HTTPS page as a browser does: with a root that it trusts, or with a warning that was clicked away."""
    host, port = url.removeprefix("https://").split("/")[0].split(":")
    context = ssl.create_default_context(cadata=pem_of(trusting)) if trusting else ssl._create_unverified_context()
    with socket.socket() as plain:
        plain.settimeout(10)
        plain.connect((host, int(port)))
        with context.wrap_socket(plain, server_hostname=host) as secured:
            path = "/" + url.split("/", 3)[3]
            secured.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            return secured.recv(65_536).decode()


async def asked(core: Core, shared: Shared, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    return await asyncio.to_thread(get, shared, path, method)


async def test_the_page_and_the_two_files_and_nothing_else(core: Core, tmp_path: Path) -> None:
    view = await core.authority.create("Workshop")
    shared = await core.share_root()
    status, headers, page = await asked(core, shared, "/")
    assert status == 200
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert shared.fingerprint in page.decode()
    assert b"<script" not in page
    _, headers, der = await asked(core, shared, "/dotlocal-root.crt")
    assert (der, headers["Content-Type"]) == (view.root.der, "application/x-x509-ca-cert")
    _, headers, signed = await asked(core, shared, "/dotlocal-root.mobileconfig")
    assert headers["Content-Type"] == "application/x-apple-aspen-config"
    (tmp_path / "p7").write_bytes(signed)
    (tmp_path / "root.pem").write_text(pem_of(view.root.der))
    command = ["openssl", "smime", "-verify", "-inform", "der", "-in", str(tmp_path / "p7"), "-CAfile",
               str(tmp_path / "root.pem"), "-purpose", "any"]  # fmt: skip
    opened = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    payload = plistlib.loads(opened.stdout)["PayloadContent"]
    assert [(p["PayloadType"], p["PayloadContent"]) for p in payload] == [("com.apple.security.root", view.root.der)]
    for path in ("/../journal.jsonl", "/root.p12", "/authority/root.p12", "/dotlocal-root.crt/", "/?x", "/%2e%2e"):
        assert (await asked(core, shared, path))[0] == 404
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await asked(core, shared, "/", method))[0] == 501
    everything = b"".join([page, der, signed])
    assert b"PRIVATE KEY" not in everything


async def told(core: Core) -> asyncio.Queue[PhoneChecked]:
    heard: asyncio.Queue[PhoneChecked] = asyncio.Queue()
    core.bus.subscribe(lambda event: heard.put_nowait(event) if isinstance(event, PhoneChecked) else None)
    return heard


async def test_a_device_that_trusts_the_root_is_proved(core: Core) -> None:
    view = await core.authority.create("Workshop")
    shared = await core.share_root()
    heard = await told(core)
    status, headers, _ = await asked(core, shared, "/check")
    assert status == 302
    page = await asyncio.to_thread(visit, headers["Location"], view.root.der)
    assert "This device trusts the root." in page
    async with asyncio.timeout(10):
        event = await heard.get()
    assert (event.client, event.trusted) == ("127.0.0.1", True)


async def test_a_warning_that_was_clicked_away_does_not_pass_for_trust(core: Core) -> None:
    view = await core.authority.create("Workshop")
    shared = await core.share_root()
    heard = await told(core)
    _, headers, _ = await asked(core, shared, "/check")
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(visit, headers["Location"], _other())
    async with asyncio.timeout(10):
        event = await heard.get()
    assert event.trusted is False
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(visit, headers["Location"], None)  # the click comes second, and nobody is there
    _, again, _ = await asked(core, shared, "/check")
    assert again["Location"] != headers["Location"]
    assert "trusts" in await asyncio.to_thread(visit, again["Location"], view.root.der)


def _other() -> bytes:
    from tests.rigs.minting import mint_ca

    return mint_ca("Another").der


async def test_it_closes_and_too_many_requests_are_refused(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    await core.authority.create("Workshop")
    monkeypatch.setattr(handoff, "PER_CLIENT", 5)
    shared = await core.share_root()
    answers = [(await asked(core, shared, "/"))[0] for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    await core.stop_sharing()
    with pytest.raises(ConnectionRefusedError):
        await asked(core, shared, "/")


async def test_it_closes_by_itself(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    await core.authority.create("Workshop")
    shared = await core.share_root()
    monkeypatch.setattr("core.app.share_root.asyncio.sleep", lambda _: asyncio.wait_for(asyncio.Event().wait(), 0.1))
    with pytest.raises(TimeoutError):
        await core.shared_until_over()
    with pytest.raises(ConnectionRefusedError):
        await asked(core, shared, "/")


async def test_addresses_that_make_no_sense_are_refused(core: Core) -> None:
    with pytest.raises(AuthorityMissing):
        await core.share_root("127.0.0.1")
    await core.authority.create("Workshop")
    for address, problem in (("0.0.0.0", BadAddress), ("8.8.8.8", BadAddress), ("x", BadAddress),
                             ("100.64.0.9", OutsideLimits)):  # fmt: skip
        with pytest.raises(problem):
            await core.share_root(address)


async def test_garbage_and_silence_disturb_nobody(core: Core) -> None:
    await core.authority.create("Workshop")
    shared = await core.share_root()
    host, port = shared.url.removeprefix("http://").rstrip("/").split(":")

    def throw() -> None:
        for garbage in (b"\x16\x03\x01" * 50, b"GET " + b"a" * 70_000 + b"\r\n\r\n", b""):
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(garbage)

    await asyncio.to_thread(throw)
    assert (await asked(core, shared, "/"))[0] == 200
