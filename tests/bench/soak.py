"""Let devices come, go and change for a long while, and count what was missed and what memory grew.

python -m tests.bench.soak --minutes 30 --devices 2000
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from tests.rigs.lan import FloorProcess, Lan
from tests.rigs.watcher import Line, Watcher

PATIENCE_S = 4.0
PER_SECOND = 3


@dataclass
class Soak:
    """What a soak came to: changes made and missed, alarms, memory in MB each ten seconds."""

    made: dict[str, int] = field(default_factory=lambda: {"goodbye": 0, "announce": 0, "readdress": 0})
    missed: list[str] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    alarms: dict[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0
    listed: int = 0

    def growth_mb(self) -> float:
        """Return how much more memory the last fifth took than the second fifth."""
        fifth = max(1, len(self.memory_mb) // 5)
        return statistics.median(self.memory_mb[-fifth:]) - statistics.median(self.memory_mb[fifth : 2 * fifth])

    def words(self) -> str:
        delays = sorted(self.delays_s)
        p99 = delays[int(len(delays) * 0.99)] if delays else -1
        return (
            f"changes {self.made}, missed {len(self.missed)}, p99 {p99 * 1000:.0f} ms, listed at the end {self.listed},"
            f" memory {self.memory_mb[0]:.1f} then {self.memory_mb[-1]:.1f} MB, growth after warm-up"
            f" {self.growth_mb():+.1f} MB, processor {self.cpu_s:.0f} s, findings {self.alarms}"
        )


def soak(folder: Path, devices: int, seconds: float) -> Soak:
    """Run it and return what came of it."""
    found, chance = Soak(), random.Random(5)  # noqa: S311  the same each time
    with Lan(folder) as lan:
        laptop, machine = lan.add("laptop", "10.77.255.1"), lan.add("floor", "10.77.255.254")
        floor = lan.floor(machine, "--devices", str(devices))
        with Watcher(laptop) as watcher:
            time.sleep(8)
            down: set[int] = set()
            lately: deque[int] = deque(maxlen=5 * PER_SECOND)
            end, next_sample = time.monotonic() + seconds, 0.0
            while time.monotonic() < end:
                begun = time.monotonic()
                numbers = [n for n in chance.sample(range(1, devices + 1), 4 * PER_SECOND) if n not in lately][
                    :PER_SECOND
                ]
                lately.extend(numbers)  # one change must be over before the next of the same device
                expected = [_change(floor, chance, number, down, found) for number in numbers]
                _await(watcher, [e for group in expected for e in group], found)
                if begun >= next_sample:
                    found.memory_mb.append(_memory(watcher.pid))
                    next_sample = begun + 10
                del watcher.lines[: max(0, len(watcher.lines) - 40_000)]
                time.sleep(max(0.0, begun + 1.0 - time.monotonic()))
            found.listed = sum(d["online"] for d in watcher.now().values())
            found.cpu_s = _cpu(watcher.pid)
            for code in watcher.findings():
                found.alarms[code] = found.alarms.get(code, 0) + 1
    return found


def _change(
    floor: FloorProcess, chance: random.Random, number: int, down: set[int], found: Soak
) -> list[tuple[str, str, float, int]]:
    verb = "announce" if number in down else chance.choice(("goodbye", "readdress"))
    (down.discard if verb == "announce" else down.add)(number) if verb != "readdress" else None
    found.made[verb] += 1
    return [(verb, str(f["host"]), float(str(f["at"])), number) for f in floor.command(f"{verb} {number} 1 50")]


def _await(watcher: Watcher, expected: list[tuple[str, str, float, int]], found: Soak) -> None:
    for verb, host, at, number in expected:
        before = {"goodbye": False, "announce": True, "readdress": True}[verb]

        def fits(device: Line, online: bool = before, check: str = verb, n: int = number) -> bool:
            if check != "readdress":
                return bool(device["online"]) is online
            return (
                bool(device["online"])
                and len([a for a in device["addresses"] if ":" not in a["address"]]) == 1
                and n > 0
            )

        try:
            seen, _ = watcher.device(host, fits, PATIENCE_S, since=at - 0.1)
            if verb != "readdress":
                found.delays_s.append(seen - at)
        except AssertionError:
            shown = watcher.now().get(host, {})
            state = ([a["address"] for a in shown.get("addresses", ())], shown.get("presence"))
            found.missed.append(f"{verb} {host}: {state}")


def _memory(pid: int) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--devices", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), options.devices, options.minutes * 60)
    sys.stdout.write(found.words() + "\n" + "\n".join(found.missed[:20]) + "\n")


if __name__ == "__main__":
    main()
