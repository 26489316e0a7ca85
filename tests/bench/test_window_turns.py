"""The window stays responsive while the demo runs: what its own thread does in one turn, beside an empty window."""

import json
import subprocess
import sys

import pytest

LIMIT_MS = 50
pytestmark = pytest.mark.timeout(180)


def test_no_turn_of_the_window_takes_more_than_fifty_milliseconds_of_its_thread() -> None:
    """Processor time of its thread is judged; the gaps on the clock, which hold the machine's load, are told."""
    runs = [
        subprocess.Popen([sys.executable, "-m", "tests.bench.window_turns", *extra, "10"], stdout=subprocess.PIPE)
        for extra in ((), ("--idle",))
    ]
    demo, idle = (json.loads(run.communicate(timeout=60)[0]) for run in runs)
    sys.stderr.write(f"\nwindow on the demo: {demo}\nempty window beside it: {idle}\n")
    assert demo["turns"] > 200
    assert demo["longest_cpu_ms"][0] <= LIMIT_MS
