"""The Windows half on a CPython for Windows under Wine: separate processes, real crypt32, no dialogs and no UAC."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.rigs.winpy import WinPython, reason_missing

ROOT = Path(__file__).resolve().parents[3]
PLACE = Path(os.environ.get("DOTLOCAL_TEST_WINE", ROOT / ".venv/wine"))
PARTS = ("trust", "settings", "discovery", "authority", "tls")
AT_LEAST = 46


@pytest.mark.timeout(900)
def test_the_windows_stores_keep_the_contract_under_wine(capsys: pytest.CaptureFixture[str]) -> None:
    if sys.platform == "win32":
        pytest.skip("this is Windows: the tests in windows/ run themselves")
    if reason_missing():
        pytest.skip(f"no Windows Python under Wine: {reason_missing()}")
    wine = WinPython(PLACE)
    assert wine.is_made, f"make it with: python -m tests.rigs.winpy {PLACE}"
    wine.start()
    try:
        folder = ROOT / "tests/core/trust/windows"
        done = wine.run("-m", "pytest", "-c", f"Z:{folder}/pytest.ini", f"--rootdir=Z:{ROOT}", "-p", "no:warnings",
                        *(f"Z:{ROOT}/tests/core/{part}/windows" for part in PARTS), cwd=ROOT, timeout=800)  # fmt: skip
    finally:
        wine.close()
    said = done.stdout.decode("utf-8", "replace")
    with capsys.disabled():
        sys.stdout.write("\n" + "".join(f"  wine: {line}\n" for line in said.splitlines()[-3:]))
    passed = re.search(r"(\d+) passed", said)
    assert done.returncode == 0, said[-6000:]
    assert passed
    assert int(passed.group(1)) >= AT_LEAST, said[-3000:]
    assert "skipped" not in said
