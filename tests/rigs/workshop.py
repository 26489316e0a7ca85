"""Two computers on one cable: a technician's laptop and the device dev01 with a real avahi-daemon and TLS server."""

import json
import subprocess
import sys
from pathlib import Path

from tests.rigs.sandbox import Sandbox, link

SERVICE = """<?xml version="1.0" standalone='no'?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>dev01</name><service><type>_http._tcp</type><port>443</port></service></service-group>
"""
AVAHI = """[server]
host-name=dev01
use-ipv4=yes
use-ipv6=no
allow-interfaces=lan0
enable-dbus=no
[publish]
publish-workstation=no
publish-hinfo=no
"""
RIG = str(Path(__file__).parent / "tls_server.py")


class Workshop:
    """The laptop, the device, and what runs on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.laptop = Sandbox(folder / "laptop")
        self.device = Sandbox(folder / "device")
        self._link = link(self.laptop, self.device)
        self.laptop_address, self.device_address = self._link.__enter__()
        self.laptop.add_host(self.device_address, "dev01.local")
        self._passphrase = folder / "passphrase"
        self._passphrase.write_text("correct horse battery staple\n")
        self._servers: dict[str, subprocess.Popen[bytes]] = {}

    def close(self) -> None:
        """End everything."""
        self.laptop.close()
        self.device.close()

    def dotlocal(self, *arguments: str, expect: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run the command line on the laptop."""
        done = self.laptop.run(
            sys.executable, "-m", "core.cli.main", *arguments, check=False,
            DOTLOCAL_HOME=str(self.folder / "state"), DOTLOCAL_PASSPHRASE_FILE=str(self._passphrase),
        )  # fmt: skip
        assert done.returncode in expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str, expect: tuple[int, ...] = (0,)) -> dict[str, object]:
        """Run the command line with --json and return its document."""
        return json.loads(self.dotlocal(*arguments, "--json", expect=expect).stdout)  # type: ignore[no-any-return]

    @property
    def passphrase(self) -> str:
        """Return the authority's passphrase."""
        return self._passphrase.read_text().strip()

    def announce(self) -> None:
        """Start avahi-daemon on the device: dev01 with _http._tcp on 443, as the ESP32 example does."""
        etc = self.folder / "avahi"
        (etc / "services").mkdir(parents=True)
        (etc / "services/http.service").write_text(SERVICE)
        (etc / "avahi-daemon.conf").write_text(AVAHI)
        self.device.run("mount", "--bind", str(etc), "/etc/avahi")
        self.device.run("mount", "-t", "tmpfs", "tmpfs", "/run")
        log = (self.folder / "avahi.log").open("wb")
        self.device.popen("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", stdout=log, stderr=log)
        log.close()

    def serve(self, chain: Path, key: Path, address: str | None = None) -> None:
        """Serve a chain on port 443 of the device (or another address of it), in place of what was served there."""
        address = address or self.device_address
        old = self._servers.pop(address, None)
        if old is not None:
            old.terminate()
            old.wait(10)
            if old.stdout is not None:
                old.stdout.close()
        if address != self.device_address:
            self.device.run("ip", "address", "add", f"{address}/24", "dev", "lan0", check=False)
        server = self.device.popen(sys.executable, RIG, address, "443", str(chain), str(key), stdout=subprocess.PIPE)
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        self._servers[address] = server
