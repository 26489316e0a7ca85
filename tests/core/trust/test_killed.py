"""Kill the process before every single step of a change over all stores: status stays true, undo and remove mend it."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from core.app.core import Core
from core.app.judge_chain import system_refusal
from core.authority import authority
from core.model.certificate import ders_in
from core.trust.backends.linux import families
from core.trust.backends.linux.store import AnchorStore
from core.trust.backends.nss.firefox import library_of
from core.trust.backends.nss.store import NssStore
from core.trust.store import Root
from tests.core.trust.test_java_store import fake_home
from tests.rigs import killable
from tests.rigs.manifest import manifest
from tests.rigs.minting import mint_ca

ROOT = Path(__file__).resolve().parents[3]
SIDE_BY_SIDE = 2


def run(home: Path, state: Path, action: str, number: int) -> tuple[int, int]:
    """Return the exit code (-9 where it was killed) and how many steps were counted."""
    counter = home.parent / f"counter-{action}-{number}"
    counter.unlink(missing_ok=True)  # a copied computer brings its template's along
    command = [sys.executable, "-m", "tests.rigs.killable", str(home), str(state), action, str(number), str(counter)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert done.returncode in {0, -9}, done.stderr.decode()[-3000:]
    return done.returncode, counter.stat().st_size


def make(home: Path, state: Path) -> Root:
    """Make a computer: system store, a fresh and a used Firefox profile, no Chromium database yet, Java, authority."""
    base = home / ".mozilla/firefox"
    for name in ("fresh", "used"):
        (base / name).mkdir(parents=True)
    (base / "profiles.ini").write_text("[Profile0]\nName=fresh\nPath=fresh\n[Profile1]\nName=used\nPath=used\n")
    other = Root.from_bytes(mint_ca("Somebody Else's").der, "test")
    NssStore(
        store_id="x", kind="firefox", label="x", database=base / "used", library=library_of(base / "used")
    ).install(other)
    AnchorStore(system_refusal, families.private_layout(home / "system")).install(other)
    (home / "java").mkdir()
    fake_home(home / "java", "jdk", kind="jks")
    for left in (home / "java").glob("jdk-other*"):
        left.unlink()
    (home / "etc").mkdir()

    async def create() -> None:
        async with Core(killable.config_of(home, state)) as core:
            await core.authority.create("Killed")

    asyncio.run(create())
    made = authority.open_authority(state / "authority")
    from cryptography.hazmat.primitives.serialization import Encoding

    return Root.from_bytes(made.root.public_bytes(Encoding.DER), "authority")


async def told(home: Path, state: Path) -> tuple[dict[str, tuple[object, object]], list[str]]:
    """Return what `status` says of each store, and which changes it calls unfinished."""
    async with Core(killable.config_of(home, state)) as core:
        states = {s.id: (s.installed, s.trusted) for s in await core.trust.states() if s.available}
        history = await core.trust.history()
    assert len(states) == 6, states
    return states, [change.store for change in history.unfinished()]


def held(home: Path, root: Root) -> dict[str, bool]:
    """Return where the root lies, read from the files themselves and by nothing of ours."""

    def in_database(folder: Path) -> bool:
        if not (folder / "cert9.db").exists():
            return False
        with closing(sqlite3.connect(f"file:{folder / 'cert9.db'}?mode=ro", uri=True)) as connection:
            if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'nssPublic'").fetchone()[0]:
                return False
            query = "SELECT count(*) FROM nssPublic WHERE a11 = ?"
            return bool(connection.execute(query, (root.der,)).fetchone()[0])

    system = home / "system"
    bundle = system / "certs/ca-certificates.crt"
    anchors = [f for f in (system / "anchors").glob("*.crt") if root.der in ders_in(f.read_bytes())]
    policies = home / "etc/firefox/policies"
    return {
        "os": bool(anchors) or (bundle.exists() and root.der in ders_in(bundle.read_bytes())),
        "firefox:fresh": in_database(home / ".mozilla/firefox/fresh"),
        "firefox:used": in_database(home / ".mozilla/firefox/used"),
        "chromium": in_database(home / ".local/share/pki/nssdb"),
        "java:jdk": root.der in (home / "java/jdk/lib/security/cacerts").read_bytes(),
        "firefox-policy": policies.exists() and any(policies.glob("dotlocal-*.pem")),
    }


def copy_of(template: Path, folder: Path) -> None:
    """Copy a computer; what names its own place, links and records, names the new one."""
    shutil.copytree(template, folder, symlinks=True)
    old, new = str(template), str(folder)
    for path in folder.rglob("*"):
        if path.is_symlink():
            target = os.readlink(path)
            if target.startswith(old):
                path.unlink()
                path.symlink_to(target.replace(old, new))
        elif path.name in {"journal.jsonl", "made-by-dotlocal", "policies.json"}:
            path.write_text(path.read_text().replace(old, new))


def one_kill(template: Path, folder: Path, action: str, number: int, root: Root, before: dict[str, str]) -> str:
    """Kill at one step, check what status says, mend it, and return what is wrong, or ""."""
    copy_of(template, folder)
    home, state = folder / "home", folder / "state"
    code, _ = run(home, state, action, number)
    if code != -9:
        return f"{action} {number}: it was not killed"
    states, unfinished = asyncio.run(told(home, state))
    truth = held(home, root)
    wrong = {store: (states[store], truth[store]) for store in truth if bool(states[store][0]) != truth[store]}
    if wrong:
        return f"{action} {number}: status does not tell the truth: {wrong}"
    journal = state / "journal.jsonl"
    began = journal.exists() and f'"planned", "action": "{action}"'.encode() in journal.read_bytes()
    touched = {name for name, content in manifest(home).items() if before.get(name) != content}
    if touched and not began and action == "install":
        return f"{action} {number}: something changed that is not on record: {touched}"
    code, _ = run(home, state, "undo" if began else action, 0)
    after = manifest(home)
    wanted = before if began else None
    if wanted is not None and after != wanted:
        differing = {k for k in {*after, *wanted} if after.get(k) != wanted.get(k)}
        return f"{action} {number}: undo left {sorted(differing)[:6]}, unfinished {unfinished}"
    shutil.rmtree(folder)
    return ""


@pytest.mark.timeout(2400)
@pytest.mark.parametrize("action", ["install", "remove"])
def test_a_kill_at_every_step_leaves_what_status_tells_and_undo_mends(action: str, tmp_path: Path) -> None:
    template = tmp_path / "template"
    home, state = template / "home", template / "state"
    home.mkdir(parents=True)
    root = make(home, state)
    assert run(home, state, "install", 0)[0] == 0
    installed = manifest(home)
    if action == "install":
        assert run(home, state, "undo", 0)[0] == 0
        (state / "journal.jsonl").unlink()
    before = manifest(home) if action == "install" else installed
    count_in = tmp_path / "count"
    copy_of(template, count_in)
    code, steps = run(count_in / "home", count_in / "state", action, 0)
    assert code == 0
    assert steps > 30, "a change over six stores has many steps"
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        problems = list(
            pool.map(
                lambda n: one_kill(template, tmp_path / f"k{n}", action, n, root, before), range(1, steps + 1)
            )
        )  # fmt: skip
    assert [p for p in problems if p] == []


def test_a_torn_last_line_of_the_journal_hides_nothing_before_it(tmp_path: Path) -> None:
    home, state = tmp_path / "home", tmp_path / "state"
    home.mkdir()
    make(home, state)
    assert run(home, state, "install", 0)[0] == 0
    journal = state / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][: len(lines[-1]) // 2])
    _, unfinished = asyncio.run(told(home, state))
    assert unfinished == [json.loads(lines[-1])["store"]]
    assert run(home, state, "undo", 0)[0] == 0
    assert not any(held(home, Root.from_bytes(_root_der(state), "x")).values())


def _root_der(state: Path) -> bytes:
    return ders_in((state / "authority/root.crt.pem").read_bytes())[0]
