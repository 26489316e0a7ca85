"""Start our own helper as administrator on Windows: UAC asks, no shell, the arguments are ours alone."""

import ctypes
import subprocess
import sys
from ctypes import Structure, byref, c_int, c_void_p, c_wchar_p, sizeof

from core.errors import ElevationRefused, ToolFailed

_NO_CLOSE_PROCESS, _NO_UI = 0x40, 0x400  # SEE_MASK_NOCLOSEPROCESS, SEE_MASK_FLAG_NO_UI
_CANCELLED, _TIMEOUT = 1223, 0x102  # ERROR_CANCELLED, WAIT_TIMEOUT
_DWORD = ctypes.c_uint32
WAIT_MS = 120_000
_SOME_FAILED = 3  # what the helper says; reading the stores back tells which


class _ExecuteInfo(Structure):
    """SHELLEXECUTEINFOW, shellapi.h."""

    _fields_ = (
        ("size", _DWORD), ("mask", _DWORD), ("window", c_void_p), ("verb", c_wchar_p), ("file", c_wchar_p),
        ("parameters", c_wchar_p), ("folder", c_wchar_p), ("show", c_int), ("instance", c_void_p),
        ("id_list", c_void_p), ("class_name", c_wchar_p), ("class_key", c_void_p), ("hot_key", _DWORD),
        ("icon", c_void_p), ("process", c_void_p),
    )  # fmt: skip


def run_as_administrator(command: tuple[str, ...]) -> dict[str, str]:
    """Run a command through UAC to its end. Nothing comes back but its exit code: read the stores back.

    Raises: ElevationRefused when the person says no, ToolFailed.
    """
    if sys.platform != "win32":
        raise ToolFailed(command[:1], -1, "UAC is Windows's own")
    shell32 = ctypes.WinDLL("shell32", use_last_error=True)
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.WaitForSingleObject.argtypes = [c_void_p, _DWORD]
    kernel32.GetExitCodeProcess.argtypes = [c_void_p, c_void_p]
    kernel32.CloseHandle.argtypes = [c_void_p]
    execute = _ExecuteInfo(size=sizeof(_ExecuteInfo), mask=_NO_CLOSE_PROCESS | _NO_UI, verb="runas", file=command[0],
                           parameters=subprocess.list2cmdline(command[1:]), show=0)  # fmt: skip
    if not shell32.ShellExecuteExW(byref(execute)):
        code = ctypes.get_last_error()
        if code == _CANCELLED:
            raise ElevationRefused("Nothing was changed there. The administrator prompt was cancelled.")
        raise ToolFailed(command[:1], code, ctypes.FormatError(code))
    try:
        if kernel32.WaitForSingleObject(execute.process, WAIT_MS) == _TIMEOUT:
            raise ToolFailed(command[:1], None, "")
        ended = _DWORD()
        kernel32.GetExitCodeProcess(execute.process, byref(ended))
    finally:
        kernel32.CloseHandle(execute.process)
    if ended.value not in {0, _SOME_FAILED}:
        raise ToolFailed(command[:1], int(ended.value), "the helper refused the request")
    return {}
