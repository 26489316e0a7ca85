"""The window stays responsive while the demo runs: its longest turn against that of an empty window in the same run."""

import json
import subprocess
import sys

import pytest

LIMIT_MS = 50
pytestmark = pytest.mark.timeout(180)


def test_no_turn_of_the_window_is_longer_than_fifty_milliseconds_more_than_an_empty_one() -> None:
    """Both run at the same time on the same machine, so its noise is in both; the best of three runs counts."""
    told = []
    for _ in range(3):
        runs = [
            subprocess.Popen([sys.executable, "-m", "tests.bench.window_turns", *extra, "10"], stdout=subprocess.PIPE)
            for extra in ((), ("--idle",))
        ]
        demo, idle = (json.loads(run.communicate(timeout=60)[0])["longest_ms"][0] for run in runs)
        told.append((demo, idle))
        if demo - idle <= LIMIT_MS:
            break
    sys.stderr.write(f"\nlongest turn, demo and empty window: {told} ms\n")
    assert told[-1][0] - told[-1][1] <= LIMIT_MS
