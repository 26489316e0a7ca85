"""The update check asks only where it may, at most once a day unasked, over real TLS, and downloads nothing."""

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from core.app.check_updates import Channel, UpdateDesk, channel_of_this_build
from core.cli.main import main
from core.errors import UpdateRefused, UpdatesOff, UpdatesUnknown, UpdateUnreachable
from core.updates.fetch import fetch
from tests.core.updates.test_statement import NOW, PUBLIC, statement
from tests.rigs.minting import mint, mint_ca


class Place(ThreadingHTTPServer):
    """Where versions are told: one answer over TLS, and a record of who asked what."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(("127.0.0.1", 0), Answerer)
        root = mint_ca("Places")
        leaf = mint("localhost", root)
        chain, key = leaf.write(folder, "place", root)
        monkeypatch.setenv("SSL_CERT_FILE", str(root.write(folder, "places")[0]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.answer, self.status = statement(), 200
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def address(self) -> str:
        return f"https://localhost:{self.server_port}/updates.json"

    def shutdown_request(self, request: Any) -> None:
        """Close it: an encrypted socket is not closed by the shutdown that a plain one gets."""
        request.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a refused handshake is the point of a test."""


class Answerer(BaseHTTPRequestHandler):
    server: Place

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.send_header("Location", "https://elsewhere.example/")
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with Place(tmp_path, monkeypatch) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def allow(folder: Path) -> None:
    (folder / "settings.toml").write_text("[updates]\ncheck = true\n")


async def test_a_person_who_asks_is_told(place: Place, tmp_path: Path) -> None:
    desk = UpdateDesk(tmp_path, lambda: NOW, Channel(place.address, PUBLIC))
    answer = await desk.ask()
    assert answer.newer
    assert answer.release.version == "0.2.0"
    [(path, headers)] = place.asked
    assert path == "/updates.json"
    assert headers["User-Agent"] == "Dotlocal"
    assert not any("0.1" in value or "ookie" in name for name, value in headers.items())


async def test_unasked_it_asks_only_where_that_is_allowed_and_once_a_day(place: Place, tmp_path: Path) -> None:
    now = NOW
    desk = UpdateDesk(tmp_path, lambda: now, Channel(place.address, PUBLIC))
    assert await desk.ask_when_due() is None
    assert place.asked == []
    allow(tmp_path)
    assert await desk.ask_when_due() is not None
    assert await desk.ask_when_due() is None
    now = NOW + timedelta(hours=25)
    assert await desk.ask_when_due() is not None
    assert len(place.asked) == 2


async def test_a_place_that_is_down_is_not_asked_all_day(place: Place, tmp_path: Path) -> None:
    allow(tmp_path)
    place.status = 503
    desk = UpdateDesk(tmp_path, lambda: NOW, Channel(place.address, PUBLIC))
    with pytest.raises(UpdateUnreachable, match="503"):
        await desk.ask_when_due()
    assert await desk.ask_when_due() is None
    assert len(place.asked) == 1


async def test_a_replayed_statement_is_refused(place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.expected_warnings = ("refused (replayed)",)  # type: ignore[attr-defined]
    desk = UpdateDesk(tmp_path, lambda: NOW, Channel(place.address, PUBLIC))
    await desk.ask()
    place.answer = statement(issued_at="2026-11-30T08:00:00+00:00")
    with pytest.raises(UpdateRefused) as refused:
        await desk.ask()
    assert refused.value.reason == "replayed"


async def test_what_an_administrator_turned_off_nobody_turns_on(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[updates]\ncheck = false\n")
    monkeypatch.setattr("core.settings.policy.LINUX", (str(policy), str(tmp_path / "none.toml")))
    allow(tmp_path)
    desk = UpdateDesk(tmp_path, lambda: NOW, Channel(place.address, PUBLIC))
    with pytest.raises(UpdatesOff):
        await desk.ask()
    assert await desk.ask_when_due() is None
    assert place.asked == []


async def test_a_build_without_a_place_says_so(tmp_path: Path) -> None:
    with pytest.raises(UpdatesUnknown):
        await UpdateDesk(tmp_path, lambda: NOW, None).ask()


def test_the_command_line_says_that_a_checkout_has_no_place_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert channel_of_this_build() is None
    assert main(["updates"]) == 3
    assert "no place to ask" in capsys.readouterr().err


def test_a_certificate_that_nobody_vouches_for_is_not_asked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UpdateUnreachable, match="localhost could not be asked"):
        fetch(place.address)
    assert place.asked == []


@pytest.mark.parametrize("address", ["http://localhost/", "ftp://localhost/", "https:///x", "/etc/passwd", "https://["])
def test_only_https_is_asked(address: str) -> None:
    with pytest.raises(UpdateUnreachable, match="no https address"):
        fetch(address)


def test_no_redirect_is_followed(place: Place) -> None:
    place.status = 302
    with pytest.raises(UpdateUnreachable, match="302"):
        fetch(place.address)
    assert len(place.asked) == 1


async def test_a_damaged_memory_is_as_if_nothing_had_been_asked(place: Place, tmp_path: Path) -> None:
    allow(tmp_path)
    for damaged in ("", "[]", '{"asked_at": 5}', '{"asked_at": "x"}', '{"asked_at": "2026-12-01T12:00:00"}'):
        (tmp_path / "updates.json").write_text(damaged)
        desk = UpdateDesk(tmp_path, lambda: datetime(2026, 12, 2, tzinfo=UTC), Channel(place.address, PUBLIC))
        assert await desk.ask_when_due() is not None
    assert json.loads((tmp_path / "updates.json").read_text())["issued_at"] == "2026-12-01T08:00:00+00:00"


async def test_a_folder_that_cannot_be_written_makes_nobody_ask_all_day(place: Place, tmp_path: Path) -> None:
    allow(tmp_path)
    (tmp_path / "updates.json").mkdir()
    desk = UpdateDesk(tmp_path, lambda: NOW, Channel(place.address, PUBLIC))
    assert await desk.ask_when_due() is not None
    assert await desk.ask_when_due() is None
    assert len(place.asked) == 1


async def test_nobody_waits_for_a_question_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(tmp_path)
    began, go_on = threading.Event(), threading.Event()

    def hang(_: str) -> bytes:
        began.set()
        go_on.wait(30)
        raise UpdateUnreachable("at last")

    monkeypatch.setattr("core.updates.fetch.fetch", hang)
    desk = UpdateDesk(tmp_path, lambda: NOW, Channel("https://localhost/", PUBLIC))
    asking = asyncio.ensure_future(desk.ask_when_due())
    assert await asyncio.to_thread(began.wait, 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asking, 1)
    go_on.set()


def test_a_server_that_drips_ends_at_the_deadline(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.updates.fetch.ALTOGETHER_S", -1.0)
    with pytest.raises(UpdateUnreachable, match="too long"):
        fetch(place.address)
