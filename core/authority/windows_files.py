"""A new file of Windows that only this person, the system and administrators may read; a mode says nothing there."""

import ctypes
import os
import sys
from ctypes import POINTER, Structure, byref, c_int, c_ulong, c_void_p, c_wchar_p, sizeof
from pathlib import Path

# Security Descriptor Definition Language: protected from what the folder would pass on; all rights for this person, the
# system and the administrators, nothing for anybody else. Not for the owner: of what is written with an administrator's
# rights that may be the group of administrators, which the same person is not in otherwise.
FOR_THIS_PERSON = "D:P(A;;FA;;;{person})(A;;FA;;;SY)(A;;FA;;;BA)"
_TOKEN_QUERY, _TOKEN_USER = 8, 1
_GENERIC_WRITE, _CREATE_NEW, _NORMAL, _REVISION = 0x4000_0000, 1, 0x80, 1
_INVALID = c_void_p(-1).value


class _Attributes(Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = (("length", c_ulong), ("descriptor", c_void_p), ("inherit", c_int))


class _TokenUser(Structure):
    """TOKEN_USER: where its SID lies in the answer, and attributes."""

    _fields_ = (("sid", c_void_p), ("attributes", c_ulong))


if sys.platform == "win32":
    import msvcrt

    def this_person() -> str:
        """Return the security identifier of who runs this process, "S-1-5-21-…".

        Raises: OSError.
        """
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel32.GetCurrentProcess.restype = c_void_p
        kernel32.CloseHandle.argtypes = [c_void_p]
        kernel32.LocalFree.argtypes = [c_void_p]
        advapi32.OpenProcessToken.argtypes = [c_void_p, c_ulong, POINTER(c_void_p)]
        advapi32.GetTokenInformation.argtypes = [c_void_p, c_int, c_void_p, c_ulong, POINTER(c_ulong)]
        advapi32.ConvertSidToStringSidW.argtypes = [c_void_p, POINTER(c_void_p)]
        token, needed, text = c_void_p(), c_ulong(), c_void_p()
        if not advapi32.OpenProcessToken(kernel32.GetCurrentProcess(), _TOKEN_QUERY, byref(token)):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            room = ctypes.create_string_buffer(256)  # TOKEN_USER and the longest SID take 84
            if not advapi32.GetTokenInformation(token, _TOKEN_USER, room, len(room), byref(needed)):
                raise ctypes.WinError(ctypes.get_last_error())
            if not advapi32.ConvertSidToStringSidW(_TokenUser.from_buffer(room).sid, byref(text)):
                raise ctypes.WinError(ctypes.get_last_error())
        finally:
            kernel32.CloseHandle(token)
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            kernel32.LocalFree(text)

    def create_for_this_person(file: Path) -> int:
        """Create a file that must not exist yet and return a descriptor to write to.

        Raises: OSError, FileExistsError among them.
        """
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
        convert = advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
        convert.argtypes = [c_wchar_p, c_ulong, POINTER(c_void_p), c_void_p]
        kernel32.CreateFileW.argtypes = [c_wchar_p, c_ulong, c_ulong, c_void_p, c_ulong, c_ulong, c_void_p]
        kernel32.CreateFileW.restype = c_void_p
        kernel32.LocalFree.argtypes = [c_void_p]
        descriptor = c_void_p()
        if not convert(FOR_THIS_PERSON.format(person=this_person()), _REVISION, byref(descriptor), None):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            attributes = _Attributes(sizeof(_Attributes), descriptor, 0)
            handle = kernel32.CreateFileW(str(file), _GENERIC_WRITE, 0, byref(attributes), _CREATE_NEW, _NORMAL, None)
            if handle in {None, _INVALID}:
                raise ctypes.WinError(ctypes.get_last_error())
        finally:
            kernel32.LocalFree(descriptor)
        return msvcrt.open_osfhandle(handle, os.O_WRONLY | os.O_BINARY)
