"""Print the whole table of discovery for README.md: every client, every size, the harder networks, storms.

python -m tests.bench.discovery_table [--runs 3]
"""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests.bench.discovery_race import HEAD, STORM_HEAD, middle, race, storm

CLIENTS = ("dotlocal", "python-zeroconf", "python-zeroconf, one browser", "avahi-browse")
HARDER = (
    ("5 % of all packets lost", 400, 15.0, ("--loss", "0.05")),
    ("no additional records", 400, 15.0, ("--no-additionals",)),
    ("a medium that carries 2,000 packets a second", 2_000, 15.0, ("--pps", "2000")),
    ("QU questions answered by multicast", 400, 10.0, ("--multicast",)),
)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def folder() -> Path:
    return Path(tempfile.mkdtemp())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    machine = f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    say(f"{machine}, load {os.getloadavg()[0]:.1f}")
    for devices, seconds in ((400, 20.0), (2_000, 20.0), (4_000, 20.0), (10_000, 20.0)):
        say(f"\n{devices} devices\n\n{HEAD}")
        for client in CLIENTS if devices <= 4_000 else CLIENTS[:1]:
            count = runs if client == "dotlocal" or devices == 400 else 1
            say(middle([race(folder(), client, devices, seconds) for _ in range(count)]).row())
    for words, devices, seconds, options in HARDER:
        say(f"\n{words}, {devices} devices\n\n{HEAD}")
        for client in CLIENTS:
            say(race(folder(), client, devices, seconds, *options).row())
    for words, devices, rate, options in (
        ("200 devices announce, 20 a second", 200, 20.0, ()),
        ("1,000 devices announce within a second", 1_000, 1_000.0, ()),
        ("the same, their types named nowhere", 1_000, 1_000.0, ("--no-types",)),
    ):
        say(f"\n{words}\n\n{STORM_HEAD}")
        for client in ("dotlocal", "python-zeroconf", "avahi-browse"):
            say(storm(folder(), client, devices, rate, *options).row())


if __name__ == "__main__":
    main()
