"""A private key's file on Windows: who may read it is in its access list, not in a mode."""

import ctypes
import sys
from ctypes import byref, c_ulong, c_void_p, c_wchar_p
from pathlib import Path

import pytest

from core.authority.keys import write_new
from core.authority.windows_files import this_person
from core.errors import FileExists, StateUnwritable

DACL = 4


def access_list(file: Path) -> str:
    """Return a file's access list in SDDL."""
    assert sys.platform == "win32"
    advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
    needed = c_ulong()
    advapi32.GetFileSecurityW(c_wchar_p(str(file)), DACL, None, 0, byref(needed))
    held = ctypes.create_string_buffer(needed.value)
    assert advapi32.GetFileSecurityW(c_wchar_p(str(file)), DACL, held, needed, byref(needed))
    text = c_wchar_p()
    convert = advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW
    convert.argtypes = [c_void_p, c_ulong, c_ulong, c_void_p, c_void_p]
    assert convert(held, 1, DACL, byref(text), None)
    return text.value or ""


def test_a_private_file_is_for_this_person_and_another_is_not(tmp_path: Path) -> None:
    write_new(tmp_path / "device.key", b"private", private=True)
    write_new(tmp_path / "device.crt", b"public", private=False)
    assert (tmp_path / "device.key").read_bytes() == b"private"
    private, public = access_list(tmp_path / "device.key"), access_list(tmp_path / "device.crt")
    assert private != public
    assert f";;;{this_person()})" in private
    for everybody in (";;;WD)", ";;;BU)", ";;;AU)"):
        assert everybody not in private, private


def test_nothing_is_overwritten_and_a_missing_folder_is_told(tmp_path: Path) -> None:
    write_new(tmp_path / "device.key", b"first", private=True)
    with pytest.raises(FileExists):
        write_new(tmp_path / "device.key", b"second", private=True)
    assert (tmp_path / "device.key").read_bytes() == b"first"
    with pytest.raises(StateUnwritable):
        write_new(tmp_path / "none/device.key", b"x", private=True)
