"""A computer of its own for a test: private network, private trust store files, private home; made by namespaces."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COPIED = ("/etc/ssl/certs", "/usr/local/share/ca-certificates", "/var/lib/ca-certificates-java", "/var/lib/dpkg",
           "/etc/default")  # fmt: skip
_DROPPED = ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "DBUS_SESSION_BUS_ADDRESS",
            "DISPLAY", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY",
            "all_proxy", "no_proxy")  # fmt: skip


class Sandbox:
    """One namespaced computer. `run` waits for a command inside it, `popen` starts one that lives until the end."""

    def __init__(self, folder: Path, *, private_stores: bool = True) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self._started: list[subprocess.Popen[bytes]] = []
        flags = ["--net", "--mount", "--uts", "--propagation", "private"]
        if os.geteuid() != 0:
            flags += ["--user", "--map-root-user"]
        self._holder = subprocess.Popen(["unshare", *flags, "sleep", "3600"])
        self._user = os.geteuid() != 0
        self._wait_until_apart()
        self.run("ip", "link", "set", "lo", "up")
        if private_stores:
            self._make_store_files_private()
        self._make_places_private()

    @property
    def pid(self) -> int:
        """Return the process that holds the namespaces."""
        return self._holder.pid

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment with this computer's home and nothing that redirects certificates."""
        kept = {k: v for k, v in os.environ.items() if k not in _DROPPED and not k.startswith(("QT_", "PYTEST"))}
        return {**kept, "HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.folder / "run"), **more}

    def _command(self, argv: tuple[str, ...]) -> list[str]:
        user = ["--user", "--preserve-credentials"] if self._user else []
        # the working directory stays: mounts of this computer are bind mounts of the real tree
        return ["nsenter", f"--target={self.pid}", "--net", "--mount", "--uts", *user, "--wd=" + str(Path.cwd()), *argv]

    def run(
        self, *argv: str, check: bool = True, timeout: float = 90, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside to its end; with `check` a failure fails the test with its output."""
        done = subprocess.run(
            self._command(argv), capture_output=True, text=True, timeout=timeout, env=self.environment(**environment),
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{argv} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def popen(self, *argv: str, **keywords: object) -> subprocess.Popen[bytes]:
        """Start a command inside; it is ended with the sandbox."""
        environment = keywords.pop("env", None) or self.environment()
        process = subprocess.Popen(self._command(argv), env=environment, start_new_session=True, **keywords)  # type: ignore[call-overload]
        self._started.append(process)
        return process  # type: ignore[no-any-return]

    def close(self) -> None:
        """End every process that was started here, then the namespaces."""
        for process in reversed(self._started):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait(10)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self._holder.terminate()
        self._holder.wait(10)

    def _wait_until_apart(self) -> None:
        own = os.readlink("/proc/self/ns/net")
        for _ in range(200):
            try:
                if (
                    os.readlink(f"/proc/{self.pid}/ns/net") != own
                    and Path(f"/proc/{self.pid}/comm").read_text() == "sleep\n"
                ):
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError("the namespaces were not made")

    def _make_store_files_private(self) -> None:
        copies = self.folder / "copies"
        for original in _COPIED:
            if Path(original).is_dir():
                copy = copies / original.strip("/")
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(original, copy, symlinks=True)
                self.run("mount", "--bind", str(copy), original)

    def _make_places_private(self) -> None:
        hosts = self.folder / "hosts"
        hosts.write_text("127.0.0.1 localhost\n::1 localhost\n")
        self.run("mount", "--bind", str(hosts), "/etc/hosts")
        (self.folder / "run").mkdir()

    def add_host(self, address: str, name: str) -> None:
        """Let this computer's resolver know a name."""
        with (self.folder / "hosts").open("a") as stream:
            stream.write(f"{address} {name}\n")


@contextmanager
def link(one: Sandbox, other: Sandbox, network: str = "192.168.77") -> Iterator[tuple[str, str]]:
    """Join two computers by a cable and give their addresses."""
    one.run("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "lan0", "netns", str(other.pid))
    addresses = (f"{network}.1", f"{network}.2")
    for computer, address in zip((one, other), addresses, strict=True):
        computer.run("ip", "address", "add", f"{address}/24", "brd", "+", "dev", "lan0")
        computer.run("ip", "link", "set", "lan0", "up")
        computer.run("ip", "route", "add", "224.0.0.0/4", "dev", "lan0")
    yield addresses


def tree_of(*folders: str | Path) -> dict[str, bytes | str]:
    """Return every file below the folders with its content, links with their target: to compare byte for byte."""
    found: dict[str, bytes | str] = {}
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_symlink():
                found[str(path)] = "-> " + os.readlink(path)
            elif path.is_file():
                found[str(path)] = path.read_bytes()
    return found
