"""Run one client against a fresh floor of synthetic devices and count: when each service came, what it cost."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.lan import FloorProcess, Lan
from tests.rigs.sandbox import Sandbox

AVAHI_LIMITS = "objects-per-client-max=400000\nentries-per-entry-group-max=400000\ncache-entries-max=400000"
Others = tuple[subprocess.Popen[bytes], ...]
DOTLOCAL = (
    sys.executable,
    "-m",
    "tests.bench.limited_watch",
    "devices",
    "--watch",
    "--no-probe",
    "--json",
    "--network",
)


@dataclass(frozen=True)
class Run:
    """What one client did: seconds after it listened for each new service, and what it cost."""

    client: str
    wanted: int
    times: tuple[float, ...]
    packets: int
    cpu_s: float
    memory_mb: float
    late_s: float

    @property
    def complete(self) -> bool:
        return len(self.times) >= self.wanted

    def at(self, share: float) -> float:
        """Return when a share of the wanted services was there; infinite where it never was."""
        place = max(0, int(self.wanted * share + 0.5) - 1)
        return self.times[place] if place < len(self.times) else float("inf")

    def row(self) -> str:
        last = f"{self.at(1):.2f}" if self.complete else f"never ({len(self.times)} in the time)"
        return (
            f"| {self.client} | {self.wanted} | {self.at(0.5):.2f} | {self.at(0.99):.2f} | {last} | {self.packets} |"
            f" {self.cpu_s:.2f} | {self.memory_mb:.0f} |"
        )


HEAD = (
    "| client | services | half (s) | 99 % (s) | all (s) | packets sent | CPU (s) | memory (MB) |\n"
    "|---|---|---|---|---|---|---|---|"
)


class Client:
    """A process whose lines are counted as they come; CPU and memory are those of its process group."""

    def __init__(
        self, computer: Sandbox, argv: tuple[str, ...], others: tuple[subprocess.Popen[bytes], ...] = ()
    ) -> None:
        self._others = others
        self.began_at = time.monotonic()
        self._process = computer.popen(
            *argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=computer.environment(DOTLOCAL_HOME=str(computer.folder / "state"),
                                     DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={computer.folder}/bus"),
        )  # fmt: skip
        self.lines: list[tuple[float, str]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append((time.monotonic(), line.decode(errors="replace")))

    def cost(self) -> tuple[float, float]:
        """Return processor seconds and peak memory in MB, of the client with the daemons that work for it."""
        seconds = memory = 0.0
        for process in (self._process, *self._others):
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            status = Path(f"/proc/{process.pid}/status").read_text()
            memory += int(status.split("VmHWM:")[1].split()[0]) / 1024
        return seconds, memory

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._thread.join(5)


def services_of_dotlocal(lines: list[tuple[float, str]]) -> list[float]:
    seen: set[tuple[str, str]] = set()
    times = []
    for at, text in lines:
        device = json.loads(text).get("device") or {"services": []}
        for service in device["services"] if device.get("addresses") else ():
            key = (service["type"], service["instance"])
            if key not in seen:
                seen.add(key)
                times.append(at)
    return times


def services_of_plain(lines: list[tuple[float, str]]) -> list[float]:
    return [at for at, text in lines if "service" in json.loads(text)]


def services_of_avahi(lines: list[tuple[float, str]]) -> list[float]:
    seen: set[tuple[str, str]] = set()
    times = []
    for at, text in lines:
        fields = text.split(";")
        if fields[0] == "=" and len(fields) > 8 and (fields[3], fields[4]) not in seen:
            seen.add((fields[3], fields[4]))
            times.append(at)
    return times


COUNTERS = {
    "dotlocal": services_of_dotlocal, "python-zeroconf": services_of_plain, "avahi-browse": services_of_avahi,
    "python-zeroconf, one browser": services_of_plain,
}  # fmt: skip


def race(folder: Path, client: str, devices: int, seconds: float, *options: str) -> Run:
    """Let one client find a fresh floor; the clock starts when it listens."""
    with Lan(folder) as lan:
        laptop, machine = lan.add("laptop", "10.77.255.1"), lan.add("floor", "10.77.255.254")
        floor = lan.floor(machine, "--devices", str(devices), *options)
        argv, others = _command(lan, laptop, client, seconds)
        running = Client(laptop, argv, others)
        listening = _listening(running, client)
        until = listening + seconds
        while time.monotonic() < until:
            time.sleep(0.25)
            if len(COUNTERS[client](list(running.lines))) >= floor.services and time.monotonic() > listening + 6:
                break
        cpu_s, memory = running.cost()
        count = floor.count()
        running.close()
        times = tuple(sorted(t - listening for t in COUNTERS[client](running.lines)))
        packets = int(str(count["queries"]))
        return Run(client, floor.services, times, packets, cpu_s, memory, float(str(count["late_s"])))


def _command(lan: Lan, laptop: Sandbox, client: str, seconds: float) -> tuple[tuple[str, ...], Others]:
    if client == "dotlocal":
        return DOTLOCAL, ()
    if client.startswith("python-zeroconf"):
        kind = ("--one-browser",) if "one browser" in client else ()
        return (sys.executable, "-m", "tests.bench.plain_zeroconf", str(seconds + 5), *kind), ()
    lan.system_bus(laptop)
    daemon = lan.avahi(laptop, "laptop", dbus=True, limits=AVAHI_LIMITS)
    time.sleep(3)  # its own announcements are over
    return ("avahi-browse", "-a", "-r", "-p", "-k"), (daemon,)


def _listening(running: Client, client: str) -> float:
    if client == "avahi-browse":
        return running.began_at
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if running.lines and "listening" in running.lines[0][1]:
            return running.lines[0][0]
        time.sleep(0.002)
    raise AssertionError(f"{client} did not begin")


@dataclass(frozen=True)
class Storm:
    """How long after a device's frame left each client told of it, in milliseconds."""

    client: str
    wanted: int
    delays_ms: tuple[float, ...]

    def at(self, share: float) -> float:
        return (
            self.delays_ms[min(len(self.delays_ms) - 1, int(len(self.delays_ms) * share))] if self.delays_ms else -1.0
        )

    def row(self) -> str:
        return (
            f"| {self.client} | {len(self.delays_ms)} of {self.wanted} | {self.at(0.5):.1f} | {self.at(0.95):.1f} |"
            f" {self.at(0.99):.1f} | {self.delays_ms[-1] if self.delays_ms else -1:.1f} |"
        )


STORM_HEAD = "| client | seen | p50 (ms) | p95 (ms) | p99 (ms) | worst (ms) |\n|---|---|---|---|---|---|"


def storm(folder: Path, client: str, devices: int, per_second: float, *options: str) -> Storm:
    """Let devices announce themselves at a rate and measure how soon the client tells of each."""
    with Lan(folder) as lan:
        laptop, machine = lan.add("laptop", "10.77.255.1"), lan.add("floor", "10.77.255.254")
        floor: FloorProcess = lan.floor(machine, "--devices", str(devices), "--down", *options)
        argv, others = _command(lan, laptop, client, 120)
        running = Client(laptop, argv, others)
        _listening(running, client)
        time.sleep(5)
        sent = {str(f["host"]): float(str(f["at"])) for f in floor.command(f"announce 1 {devices} {per_second}")}
        time.sleep(devices / per_second + 4)
        running.close()
        first: dict[str, float] = {}
        for at, text in running.lines:
            for host in _hosts(client, text):
                first.setdefault(host, at)
        delays = sorted(1000 * (first[h] - at) for h, at in sent.items() if h in first)
        return Storm(client, devices, tuple(delays))


def _hosts(client: str, text: str) -> list[str]:
    if client == "dotlocal":
        device = json.loads(text).get("device")
        return [device["host"]] if device and device["online"] and device["services"] else []
    if client.startswith("python-zeroconf"):
        name = json.loads(text).get("service")
        return [f"dev-{name.split('.')[0].removeprefix('Device ')}.local"] if name else []
    fields = text.split(";")
    return [fields[6]] if fields[0] == "=" and len(fields) > 8 else []


def middle(runs: list[Run]) -> Run:
    """Return the run whose time to completion is the median."""
    target = statistics.median_low([r.at(1) for r in runs])
    return next(r for r in runs if r.at(1) == target)
