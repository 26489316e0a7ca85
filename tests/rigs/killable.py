"""Run one change of the trust stores and end it by SIGKILL just before its Nth step, wherever that step is.

    python -m tests.rigs.killable HOME STATE ACTION N COUNTER      N = 0 counts the steps and kills nobody
    python killable.py child COUNTER N PARENT                      the NSS child, counted in the same counter

A step is a call that changes a file or starts a program, seen by Python's audit events, or a call of NSS that writes.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

EVENTS = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate", "os.chmod",
                    "subprocess.Popen"})  # fmt: skip
NSS_WRITES = ("PK11_InitPin", "PK11_ImportCert", "CERT_ChangeCertTrust", "SEC_DeletePermCertificate", "NSS_Shutdown")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Counter:
    """Counts steps in a file that several processes share, and kills them all at the Nth."""

    def __init__(self, file: str, number: int, main: int) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._number, self._main, self._busy = number, main, False

    def step(self) -> None:
        """Count a step; the Nth is the last thing that happens."""
        if self._busy:
            return
        self._busy = True
        os.write(self._descriptor, b".")
        if self._number and os.fstat(self._descriptor).st_size == self._number:
            os.kill(self._main, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        self._busy = False

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take an audit event of Python."""
        if event in EVENTS or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING):
            name = str(arguments[0])
            if not name.startswith(("/dev/", "/proc/")) and "__pycache__" not in name:
                self.step()


def run_child(file: str, number: int, main: int) -> int:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from core.trust.backends.nss import child, native

    counter = Counter(file, number, main)
    made = native.Library.__init__

    def counted(self: native.Library, folder: str) -> None:
        made(self, folder)
        for name in NSS_WRITES:
            original = getattr(self, name)

            def call(*arguments: object, original: Callable[..., object] = original) -> object:
                counter.step()
                return original(*arguments)

            setattr(self, name, call)

    native.Library.__init__ = counted  # type: ignore[method-assign]
    sys.addaudithook(counter.hear)
    return child.main()


def machine_of(home: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Return the machine whose stores lie below one folder: system, Firefox, Chromium, Java, policy."""
    from dataclasses import replace

    from core.trust.registry import Machine

    machine = Machine.private(home, "Killed computer", java_folders=tuple(sorted((home / "java").iterdir())))
    return replace(machine, policies=home / "etc/firefox/policies")


def config_of(home: Path, state: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201
    from core.app.core import CoreConfig
    from core.secrets import SessionPassphrase
    from core.settings import NetworkSettings, Settings

    settings = Settings(network=NetworkSettings(interfaces=("127.0.0.1",)))
    return CoreConfig(state, settings, machine_of(home), SessionPassphrase("for this test"))


async def act(home: Path, state: Path, action: str) -> bool:
    """Carry out install, remove or undo over all stores, the optional one too."""
    from core.app.core import Core
    from core.model.plan import Action

    async with Core(config_of(home, state)) as core:
        if action == "undo":
            outcomes = await core.trust.undo(whole_run=True)
        else:
            ids = [s.id for s in await core.trust.states()]
            outcomes = await core.trust.apply(Action(action), ids)
        return all(outcome.done for outcome in outcomes)


def main() -> int:
    if sys.argv[1] == "child":
        return run_child(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    home, state, action, number, file = sys.argv[1:6]
    from core.trust import elevation

    original = elevation.own_command

    def own_command(verb: str) -> tuple[str, ...]:
        if verb != "nss-child":
            return original(verb)
        return (sys.executable, "-I", "-S", __file__, "child", file, number, str(os.getpid()))

    elevation.own_command = own_command
    import core.app.core  # noqa: F401  imports are no steps

    counter = Counter(file, int(number), os.getpid())
    sys.addaudithook(counter.hear)
    return 0 if asyncio.run(act(Path(home), Path(state), action)) else 1


if __name__ == "__main__":
    sys.exit(main())
