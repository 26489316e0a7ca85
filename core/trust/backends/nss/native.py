"""NSS by ctypes: one installation's library, and one database opened with it; standard library alone.

Function list and order: nss.symbols, cert.h. Two NSS libraries cannot live in one process, so this runs in a child.
"""

import base64
import ctypes as c
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from core.trust.backends.nss.files import NssError, is_locked, nickname_of, records_of

_P, _S, _I, _U = c.c_void_p, c.c_char_p, c.c_int, c.c_uint
# What has to be mapped before the main library, in this order, and the main library. Without libmozsqlite3 NSS silently
# falls back to the system's softokn. Windows and macOS fold everything into nss3 (nss.symbols).
_PRELOAD, _MAIN = {
    "win32": (("mozglue.dll",), "nss3.dll"),
    "darwin": (("libmozglue.dylib",), "libnss3.dylib"),
}.get(
    sys.platform,
    (("libnspr4.so", "libplc4.so", "libplds4.so", "libnssutil3.so", "libmozsqlite3.so"), "libnss3.so"),
)
_FLAGS = 0x34  # NSS_INIT_NOMODDB | NOROOTINIT | OPTIMIZESPACE: never load the profile's own PKCS#11 modules
_READ_ONLY = 0x01
_TRUSTED_CA = 0x10  # CERTDB_TRUSTED_CA
_USAGE_SERVER, _USAGE_SERVER_CA = 0x02, 0x08
_DER_OFFSET = 120  # of derCert in CERTCertificate, for libraries without CERT_GetCertificateDer (64-bit)
_ROUNDS = 4


class SECItem(c.Structure):
    """A typed byte string of NSS."""

    _fields_ = (("type", _I), ("data", _P), ("len", _U))


class Trust(c.Structure):
    """CERTCertTrust: flags for websites, e-mail, code."""

    _fields_ = (("ssl", _U), ("email", _U), ("objsign", _U))


_FUNCTIONS = (
    ("NSS_Initialize", _I, (_S, _S, _S, _S, _U)),
    ("NSS_Shutdown", _I, ()),
    ("PR_GetError", _I, ()),
    ("PR_ErrorToName", _S, (_I,)),
    ("CERT_GetDefaultCertDB", _P, ()),
    ("PK11_GetInternalKeySlot", _P, ()),
    ("PK11_FreeSlot", None, (_P,)),
    ("CERT_NewTempCertificate", _P, (_P, c.POINTER(SECItem), _S, _I, _I)),
    ("CERT_FindCertByDERCert", _P, (_P, c.POINTER(SECItem))),
    ("CERT_DestroyCertificate", None, (_P,)),
    ("CERT_DecodeTrustString", _I, (c.POINTER(Trust), _S)),
    ("CERT_ChangeCertTrust", _I, (_P, _P, c.POINTER(Trust))),
    ("CERT_GetCertTrust", _I, (_P, c.POINTER(Trust))),
    ("CERT_VerifyCertificate", _I, (_P, _P, _I, c.c_int64, c.c_int64, _P, _P, c.POINTER(c.c_int64))),
    ("CERT_DestroyCertList", None, (_P,)),
    ("PK11_ListCertsInSlot", _P, (_P,)),
    ("PK11_NeedUserInit", _I, (_P,)),
    ("PK11_NeedLogin", _I, (_P,)),
    ("PK11_InitPin", _I, (_P, _S, _S)),
    ("PK11_CheckUserPassword", _I, (_P, _S)),
    ("PK11_ImportCert", _I, (_P, _P, c.c_ulong, _S, _I)),
    ("PK11_FindCertInSlot", c.c_ulong, (_P, _P, _P)),
    ("SEC_DeletePermCertificate", _I, (_P,)),
)


class Library:
    """The NSS of one installation folder ("" is the system's own)."""

    def __init__(self, folder: str) -> None:
        self._kept = []
        if folder and sys.platform == "win32":
            self._folders = os.add_dll_directory(folder)
        for name in _PRELOAD if folder else ():
            path = os.path.join(folder, name)
            if os.path.exists(path):
                self._kept.append(c.CDLL(path, c.RTLD_GLOBAL))
        main = c.CDLL(os.path.join(folder, _MAIN) if folder else _MAIN, c.RTLD_GLOBAL)
        self._kept.append(main)
        for name, result, arguments in _FUNCTIONS:
            function = next(getattr(lib, name) for lib in (main, *self._kept) if hasattr(lib, name))
            function.restype, function.argtypes = result, list(arguments)
            setattr(self, name, function)
        self.der_getter = getattr(main, "CERT_GetCertificateDer", None)
        if self.der_getter is not None:
            self.der_getter.restype, self.der_getter.argtypes = _I, [_P, c.POINTER(SECItem)]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Name a function that this NSS does not have; the others are set one by one."""
        raise AttributeError(f"this NSS has no {name}")

    def error(self) -> NssError:
        """Return the last error by its name."""
        name = self.PR_ErrorToName(self.PR_GetError())
        return NssError(name.decode() if name else "unknown NSS error")


class Database:
    """One open database; close it, or NSS stays busy."""

    def __init__(self, nss: Library, folder: str, *, write: bool) -> None:
        self.nss = nss
        flags = _FLAGS if write else _FLAGS | _READ_ONLY
        for attempt in range(3):
            if nss.NSS_Initialize(b"sql:" + os.fsencode(folder), b"", b"", b"secmod.db", flags) == 0:
                break
            problem = nss.error()
            busy = str(problem) == "SEC_ERROR_PKCS11_GENERAL_ERROR" or is_locked(folder)
            if not busy:
                raise problem
            if attempt == 2:
                raise NssError("SEC_ERROR_PKCS11_GENERAL_ERROR")
            time.sleep(0.2 * 2**attempt)
        self.folder = folder
        self.handle = nss.CERT_GetDefaultCertDB()
        self.slot = nss.PK11_GetInternalKeySlot()
        if write and nss.PK11_NeedUserInit(self.slot) and nss.PK11_InitPin(self.slot, None, None) != 0:
            problem = nss.error()
            self.close()
            raise problem
        self.locked = bool(nss.PK11_NeedLogin(self.slot))

    def close(self) -> None:
        """Free the slot and shut NSS down."""
        self.nss.PK11_FreeSlot(self.slot)
        self.nss.NSS_Shutdown()

    def temporary(self, der: bytes) -> tuple[object, object]:
        """Return a certificate in memory and the buffer that must outlive it."""
        item, buffer = _item(der)
        certificate = self.nss.CERT_NewTempCertificate(self.handle, c.byref(item), None, 0, 1)
        if not certificate:
            raise self.nss.error()
        return certificate, buffer

    def status(self, der: bytes) -> dict[str, object]:
        """Return whether the certificate is there and trusted for websites, its flags and name, and what is left over.

        `records` are the generations of NSS that find a trust record for it, read from the tables: one that outlives
        its certificate is trusted by that generation as soon as a server sends the certificate along.
        """
        certificate, _buffer = self.temporary(der)
        present = self.nss.PK11_FindCertInSlot(self.slot, certificate, None) != 0
        trust = Trust()
        if self.nss.CERT_GetCertTrust(certificate, c.byref(trust)) != 0:
            trust = Trust(0, 0, 0)
        self.nss.CERT_DestroyCertificate(certificate)
        return {
            "present": present, "trusted": bool(trust.ssl & _TRUSTED_CA), "locked": self.locked,
            "flags": [trust.ssl, trust.email, trust.objsign], "records": records_of(self.folder, der),
            "nickname": nickname_of(self.folder, der) if present else "",
        }  # fmt: skip

    def add(self, der: bytes, nickname: str, password: str, flags: bytes | Trust) -> dict[str, object]:
        """Put the root in with its trust flags: "C,," trusts it for websites alone."""
        state = self.status(der)
        if state["present"] and state["trusted"] and isinstance(flags, bytes):
            return state
        if self.locked:
            if not password:
                raise NssError("SEC_ERROR_TOKEN_NOT_LOGGED_IN")
            if self.nss.PK11_CheckUserPassword(self.slot, password.encode()) != 0:
                raise NssError("SEC_ERROR_BAD_PASSWORD")
        certificate, _buffer = self.temporary(der)
        try:
            self._import(certificate, nickname)
            self._set_trust(certificate, flags)
        except NssError:
            if not state["present"]:
                self.nss.SEC_DeletePermCertificate(certificate)
            raise
        finally:
            self.nss.CERT_DestroyCertificate(certificate)
        return self.status(der)

    def remove(self, der: bytes) -> dict[str, object]:
        """Take the root out, with the trust records of either generation that this NSS can delete."""
        state = self.status(der)
        for round_number in range(_ROUNDS):
            if not (state["present"] or state["trusted"] or state["records"]):
                break
            if not state["present"]:
                # A left-over trust record: only deleting a present certificate clears it.
                certificate, _kept = self.temporary(der)
                self._import(certificate, f"dotlocal-removal-{round_number}")
                self.nss.CERT_DestroyCertificate(certificate)
            item, _buffer = _item(der)
            found = self.nss.CERT_FindCertByDERCert(self.handle, c.byref(item))
            if found:
                self.nss.SEC_DeletePermCertificate(found)
                self.nss.CERT_DestroyCertificate(found)
            state = self.status(der)
        return state

    def restore(self, der: bytes, wanted: dict[str, object]) -> dict[str, object]:
        """Put back what a status said before: present or not, under which name, with which flags."""
        state = self.remove(der)
        if not wanted["present"]:
            return state
        flags = [int(str(flag)) for flag in wanted["flags"]] if isinstance(wanted["flags"], list) else [0, 0, 0]
        return self.add(der, str(wanted["nickname"]), str(wanted.get("password", "")), Trust(*flags))

    def roots(self) -> list[str]:
        """Return every certificate that is trusted for websites, as base64 DER."""
        found = []
        listed = self.nss.PK11_ListCertsInSlot(self.slot)
        if not listed:
            return []
        node = _pointer_at(listed)
        while node and node != listed:
            certificate = _pointer_at(node + 2 * c.sizeof(_P))
            if certificate and self._is_trusted(certificate):
                found.append(base64.b64encode(self._der(certificate)).decode())
            node = _pointer_at(node)
        self.nss.CERT_DestroyCertList(listed)
        return found

    def refusal(self, chain: list[bytes]) -> str | None:
        """Return why NSS refuses a chain (leaf first) for a server, or None; a lone CA is judged as a server CA."""
        kept = [self.temporary(der) for der in chain]
        usage = _USAGE_SERVER if len(chain) > 1 else _USAGE_SERVER_CA
        returned = c.c_int64(0)
        now = int(time.time() * 1_000_000)
        rc = self.nss.CERT_VerifyCertificate(self.handle, kept[0][0], 1, usage, now, None, None, c.byref(returned))
        refused = None if rc == 0 and returned.value & usage else str(self.nss.error())
        for certificate, _buffer in kept:
            self.nss.CERT_DestroyCertificate(certificate)
        return refused

    def _is_trusted(self, certificate: object) -> bool:
        trust = Trust()
        return self.nss.CERT_GetCertTrust(certificate, c.byref(trust)) == 0 and bool(trust.ssl & _TRUSTED_CA)

    def _import(self, certificate: object, nickname: str) -> None:
        if self.nss.PK11_ImportCert(self.slot, certificate, 0, nickname.encode(), 0) != 0:
            raise self.nss.error()

    def _set_trust(self, certificate: object, flags: bytes | Trust) -> None:
        trust = flags
        if isinstance(trust, bytes):
            trust = Trust()
            self.nss.CERT_DecodeTrustString(c.byref(trust), flags)
        if not (trust.ssl or trust.email or trust.objsign):
            return
        if self.nss.CERT_ChangeCertTrust(self.handle, certificate, c.byref(trust)) != 0:
            raise self.nss.error()

    def _der(self, certificate: int) -> bytes:
        item = SECItem()
        if self.nss.der_getter is None or self.nss.der_getter(certificate, c.byref(item)) != 0:
            item = SECItem.from_address(certificate + _DER_OFFSET)
        return c.string_at(item.data, item.len)


def _item(der: bytes) -> tuple[SECItem, object]:
    buffer = c.create_string_buffer(der, len(der))
    return SECItem(0, c.cast(buffer, _P), len(der)), buffer


def _pointer_at(address: int) -> int:
    return _P.from_address(address).value or 0
