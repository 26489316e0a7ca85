"""The version that a Windows program or library carries, as Windows Installer compares it."""

from contextlib import closing
from pathlib import Path

import pefile

CARRIERS = {".exe", ".dll", ".pyd"}


def file_version(file: Path) -> str:
    """Return the file version in VS_FIXEDFILEINFO, such as "6.11.3.0"; "" for a file that carries none."""
    if file.suffix.lower() not in CARRIERS:
        return ""
    try:
        image = pefile.PE(str(file), fast_load=True)
    except pefile.PEFormatError:
        return ""
    with closing(image):
        image.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_RESOURCE"]])
        for info in getattr(image, "VS_FIXEDFILEINFO", ()):
            halves = (info.FileVersionMS >> 16, info.FileVersionMS, info.FileVersionLS >> 16, info.FileVersionLS)
            return ".".join(str(half & 0xFFFF) for half in halves)
    return ""
