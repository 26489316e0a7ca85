"""A new file of Windows that only its owner, the system and administrators may read; a mode says nothing there."""

import ctypes
import os
import sys
from ctypes import POINTER, Structure, byref, c_int, c_ulong, c_void_p, c_wchar_p, sizeof
from pathlib import Path

# Security Descriptor Definition Language: protected from what the folder would pass on; all rights for the owner
# (OWNER RIGHTS), the system and the administrators, nothing for anybody else.
FOR_ITS_OWNER = "D:P(A;;FA;;;OW)(A;;FA;;;SY)(A;;FA;;;BA)"
_GENERIC_WRITE, _CREATE_NEW, _NORMAL, _REVISION = 0x4000_0000, 1, 0x80, 1
_INVALID = c_void_p(-1).value


class _Attributes(Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = (("length", c_ulong), ("descriptor", c_void_p), ("inherit", c_int))


def create_for_its_owner(file: Path) -> int:
    """Create a file that must not exist yet and return a descriptor to write to.

    Raises: OSError, FileExistsError among them.
    """
    if sys.platform != "win32":
        raise NotImplementedError
    import msvcrt

    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
    convert = advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
    convert.argtypes = [c_wchar_p, c_ulong, POINTER(c_void_p), c_void_p]
    kernel32.CreateFileW.argtypes = [c_wchar_p, c_ulong, c_ulong, c_void_p, c_ulong, c_ulong, c_void_p]
    kernel32.CreateFileW.restype = c_void_p
    kernel32.LocalFree.argtypes = [c_void_p]
    descriptor = c_void_p()
    if not convert(FOR_ITS_OWNER, _REVISION, byref(descriptor), None):
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        attributes = _Attributes(sizeof(_Attributes), descriptor, 0)
        handle = kernel32.CreateFileW(str(file), _GENERIC_WRITE, 0, byref(attributes), _CREATE_NEW, _NORMAL, None)
        if handle in {None, _INVALID}:
            raise ctypes.WinError(ctypes.get_last_error())
    finally:
        kernel32.LocalFree(descriptor)
    return msvcrt.open_osfhandle(handle, os.O_WRONLY | os.O_BINARY)
