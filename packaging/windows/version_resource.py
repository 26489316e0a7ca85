"""The version resource of the two Windows programs: what Explorer and a firewall prompt show of them."""

from typing import Any

import product

_TITLES = {"dotlocal-gui": product.NAME, "dotlocal": f"{product.NAME} (command line)"}
_ENGLISH, _UNICODE = 0x0409, 1200


def of(name: str) -> Any:
    """Return the resource of a program as PyInstaller takes it."""
    from PyInstaller.utils.win32.versioninfo import (
        FixedFileInfo,
        StringFileInfo,
        StringStruct,
        StringTable,
        VarFileInfo,
        VarStruct,
        VSVersionInfo,
    )

    numbers = tuple(int(part) for part in product.numeric_version(product.VERSION, 4).split("."))
    said = [StringStruct(key, value) for key, value in texts(name).items()]
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers, mask=0x3F, flags=0, OS=0x40004, fileType=1, subtype=0),
        kids=[
            StringFileInfo([StringTable(f"{_ENGLISH:04x}{_UNICODE:04x}", said)]),
            VarFileInfo([VarStruct("Translation", [_ENGLISH, _UNICODE])]),
        ],
    )


def texts(name: str) -> dict[str, str]:
    """Return the named texts of a program's resource."""
    return {
        "CompanyName": product.PUBLISHER, "FileDescription": _TITLES[name], "FileVersion": product.VERSION,
        "InternalName": name, "LegalCopyright": product.COPYRIGHT, "OriginalFilename": f"{name}.exe",
        "ProductName": product.NAME, "ProductVersion": product.VERSION,
    }  # fmt: skip
