"""A network of namespaced computers on one switch: the querier, synthetic devices, real responders."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rigs.sandbox import Sandbox

AVAHI = """[server]
host-name={host}
use-ipv4={ipv4}
use-ipv6={ipv6}
allow-interfaces={interfaces}
enable-dbus={dbus}
ratelimit-interval-usec=1000000
ratelimit-burst=100000
{limits}
[publish]
publish-workstation=no
publish-hinfo=no
[reflector]
enable-reflector={reflector}
"""
SERVICE = """<?xml version="1.0" standalone='no'?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>{name}</name>{services}</service-group>
"""
DBUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth><auth>ANONYMOUS</auth>
<allow_anonymous/><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>
"""


class Lan:
    """One switch; every computer has `eth0` on it with an address in 10.77.0.0/16. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.switch = Sandbox(folder / "switch", private_stores=False)
        self.hosts: list[Sandbox] = []
        self._avahis: dict[int, subprocess.Popen[bytes]] = {}
        self.switch.run("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0", "stp_state", "0",
                        "forward_delay", "0")  # fmt: skip
        self.switch.run("ip", "link", "set", "br0", "up")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for host in reversed(self.hosts):
            host.close()
        self.switch.close()

    def add(self, name: str, address: str = "", *, ipv6: bool = True) -> Sandbox:
        """Add a computer; without an address it has IPv6 alone."""
        host = Sandbox(self.folder / name, private_stores=False)
        self.hosts.append(host)
        self.plug(host, "eth0", address, ipv6=ipv6)
        return host

    def plug(self, host: Sandbox, interface: str, address: str = "", *, ipv6: bool = True) -> None:
        """Give a computer one more interface on the switch."""
        port = f"p{len(self.hosts)}{interface}"
        host.run("ip", "link", "add", interface, "type", "veth", "peer", "name", port, "netns", str(self.switch.pid))
        self.switch.run("ip", "link", "set", port, "master", "br0", "up")
        host.run("sh", "-c", f"echo 0 > /proc/sys/net/ipv6/conf/{interface}/accept_dad; "
                 f"echo {0 if ipv6 else 1} > /proc/sys/net/ipv6/conf/{interface}/disable_ipv6")  # fmt: skip
        if address:
            host.run("ip", "address", "add", f"{address}/16", "brd", "+", "dev", interface)
        host.run("ip", "link", "set", interface, "up")
        if address:
            host.run("ip", "route", "add", "224.0.0.0/4", "dev", interface, check=False)

    def floor(self, host: Sandbox, *options: str) -> "FloorProcess":
        """Start synthetic devices on a computer."""
        return FloorProcess(
            host.popen(
                sys.executable,
                "-m",
                "tests.rigs.mdns_floor",
                "eth0",
                *options,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )

    def avahi(
        self,
        host: Sandbox,
        name: str,
        services: dict[str, tuple[str, int, dict[str, str]]] | None = None,
        *,
        ipv4: bool = True,
        ipv6: bool = True,
        dbus: bool = False,
        limits: str = "",
        reflector: bool = False,
        interfaces: str = "eth0",
    ) -> subprocess.Popen[bytes]:
        """Start a real avahi-daemon: `services` maps an instance name to its type, port and TXT."""
        etc = host.folder / "avahi"
        (etc / "services").mkdir(parents=True, exist_ok=True)
        yes = {True: "yes", False: "no"}
        (etc / "avahi-daemon.conf").write_text(
            AVAHI.format(
                host=name,
                ipv4=yes[ipv4],
                ipv6=yes[ipv6],
                dbus=yes[dbus],
                limits=limits,
                reflector=yes[reflector],
                interfaces=interfaces,
            )
        )
        for number, (instance, (kind, port, txt)) in enumerate((services or {}).items()):
            self.write_service(host, str(number), instance, kind, port, txt)
        host.run("sh", "-c", f"mountpoint -q /etc/avahi || mount --bind {etc} /etc/avahi")
        run = "/run/avahi-daemon"
        host.run("sh", "-c", f"mkdir -p {run}; mountpoint -q {run} || mount -t tmpfs tmpfs {run}")
        log = (host.folder / "avahi.log").open("wb")
        environment = host.environment(DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={host.folder}/bus")
        process = host.popen(
            "avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", stdout=log, stderr=log, env=environment
        )
        log.close()
        return process

    @staticmethod
    def write_service(host: Sandbox, file: str, instance: str, kind: str, port: int, txt: dict[str, str]) -> None:
        """Write or change one service of an avahi-daemon.

        It takes a file for changed when the time of its change differs in whole seconds: a later one is set here.
        """
        from xml.sax.saxutils import escape

        records = "".join(f"<txt-record>{escape(k)}={escape(v)}</txt-record>" for k, v in txt.items())
        body = f"<service><type>{kind}</type><port>{port}</port>{records}</service>"
        path = host.folder / "avahi/services" / f"{file}.service"
        draft = path.with_suffix(".draft")
        draft.write_text(SERVICE.format(name=escape(instance), services=body), encoding="utf-8")
        if path.exists():
            later = max(time.time(), path.stat().st_mtime + 1)
            os.utime(draft, (later, later))
        draft.replace(path)

    def system_bus(self, host: Sandbox) -> subprocess.Popen[bytes]:
        """Start a private D-Bus that avahi-browse and its daemon find each other on."""
        (host.folder / "bus.conf").write_text(DBUS.format(socket=host.folder / "bus"))
        process = host.popen("dbus-daemon", f"--config-file={host.folder}/bus.conf", "--nofork", "--nopidfile")
        for _ in range(100):
            if (host.folder / "bus").exists():
                break
            host.run("sleep", "0.05")
        return process


class FloorProcess:
    """Synthetic devices that take commands."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.ready = self._line()

    def _line(self) -> dict[str, object]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the floor ended"
        return json.loads(line)  # type: ignore[no-any-return]

    @property
    def services(self) -> int:
        """Return how many services all devices have."""
        return int(str(self.ready["services"]))

    def command(self, text: str) -> list[dict[str, object]]:
        """Send a command and return what was done."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode() + b"\n")
        self._process.stdin.flush()
        found = []
        while True:
            line = self._line()
            if line["event"] == "done":
                return found
            found.append(line)
            if line["event"] == "count":
                return found

    def count(self) -> dict[str, object]:
        """Return how many packets were sent, lost and asked."""
        return self.command("count")[0]

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)


@contextmanager
def lan(folder: Path) -> Iterator[Lan]:
    """Give a network for one test."""
    with Lan(folder) as made:
        yield made
