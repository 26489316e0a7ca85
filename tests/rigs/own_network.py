"""Give this process a network of its own: a loopback that nobody else uses, and no way out."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET, linux/sched.h


def enter() -> str:
    """Move this process and its future children into a new network namespace; return what came of it."""
    if not sys.platform.startswith("linux"):
        return "the machine's own network: namespaces are Linux's"
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    flags = _NEW_NETWORK | (0 if user == 0 else _NEW_USER)
    if libc.unshare(flags) != 0:
        return f"the machine's own loopback: no namespace can be made here ({os.strerror(ctypes.get_errno())})"
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    for command in (("link", "set", "lo", "up"), ("route", "add", "224.0.0.0/4", "dev", "lo")):
        subprocess.run(["ip", *command], check=True)
    return "a namespace of its own"
