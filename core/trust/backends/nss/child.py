"""The child process that works on one NSS database with the browser's own NSS library; standard library alone.

A request is one JSON object on stdin, an answer one on stdout. A child, because two NSS libraries cannot live in one
process; stdin, because a primary password must not stand in argv. Function list and order: nss.symbols, cert.h.
"""

import base64
import contextlib
import ctypes as c
import json
import os
import sqlite3
import sys
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

_P, _S, _I, _U = c.c_void_p, c.c_char_p, c.c_int, c.c_uint
_PRELOAD = ("libnspr4.so", "libplc4.so", "libplds4.so", "libnssutil3.so", "libmozsqlite3.so")
_FLAGS = 0x34  # NSS_INIT_NOMODDB | NOROOTINIT | OPTIMIZESPACE: never load the profile's own PKCS#11 modules
_READ_ONLY = 0x01
_TRUSTED_CA = 0x10  # CERTDB_TRUSTED_CA
_USAGE_SERVER, _USAGE_SERVER_CA = 0x02, 0x08
_DER_OFFSET = 120  # of derCert in CERTCertificate, for libraries without CERT_GetCertificateDer (64-bit)
_ROUNDS = 4
MARKER = "made-by-dotlocal"


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


class NssError(Exception):
    """NSS refused; the text is its error name."""


class Library:
    """The NSS of one installation folder ("" is the system's own)."""

    def __init__(self, folder: str) -> None:
        self._kept = []
        for name in _PRELOAD if folder else ():
            path = os.path.join(folder, name)
            if os.path.exists(path):
                self._kept.append(c.CDLL(path, c.RTLD_GLOBAL))
        main = c.CDLL(os.path.join(folder, "libnss3.so") if folder else "libnss3.so", c.RTLD_GLOBAL)
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
        self.handle = nss.CERT_GetDefaultCertDB()
        self.slot = nss.PK11_GetInternalKeySlot()
        if write and nss.PK11_NeedUserInit(self.slot) and nss.PK11_InitPin(self.slot, None, None) != 0:
            raise nss.error()
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
        """Return whether the certificate is there, and whether it is trusted for websites."""
        certificate, _buffer = self.temporary(der)
        present = self.nss.PK11_FindCertInSlot(self.slot, certificate, None) != 0
        trusted = self._is_trusted(certificate)
        self.nss.CERT_DestroyCertificate(certificate)
        return {"present": present, "trusted": trusted, "locked": self.locked}

    def add(self, der: bytes, nickname: str, password: str) -> dict[str, object]:
        """Put the root in and trust it for websites."""
        state = self.status(der)
        if state["present"] and state["trusted"]:
            return state
        if self.locked:
            if not password:
                raise NssError("SEC_ERROR_TOKEN_NOT_LOGGED_IN")
            if self.nss.PK11_CheckUserPassword(self.slot, password.encode()) != 0:
                raise NssError("SEC_ERROR_BAD_PASSWORD")
        certificate, _buffer = self.temporary(der)
        try:
            self._import(certificate, nickname)
            self._set_trust(certificate, b"C,,")
        except NssError:
            self.nss.SEC_DeletePermCertificate(certificate)
            raise
        finally:
            self.nss.CERT_DestroyCertificate(certificate)
        return self.status(der)

    def remove(self, der: bytes) -> dict[str, object]:
        """Take the root out, trust records of either NSS generation included."""
        for round_number in range(_ROUNDS):
            item, _buffer = _item(der)
            found = self.nss.CERT_FindCertByDERCert(self.handle, c.byref(item))
            if found:
                self.nss.SEC_DeletePermCertificate(found)
                self.nss.CERT_DestroyCertificate(found)
            state = self.status(der)
            if not state["trusted"] and not state["present"]:
                break
            if state["trusted"]:
                # A left-over trust record: only deleting a present certificate clears it.
                certificate, _kept = self.temporary(der)
                self._import(certificate, f"dotlocal-removal-{round_number}")
                self.nss.CERT_DestroyCertificate(certificate)
        return self.status(der)

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

    def _set_trust(self, certificate: object, flags: bytes) -> None:
        trust = Trust()
        self.nss.CERT_DecodeTrustString(c.byref(trust), flags)
        if self.nss.CERT_ChangeCertTrust(self.handle, certificate, c.byref(trust)) != 0:
            raise self.nss.error()

    def _der(self, certificate: int) -> bytes:
        item = SECItem()
        if self.nss.der_getter is None or self.nss.der_getter(certificate, c.byref(item)) != 0:
            item = SECItem.from_address(certificate + _DER_OFFSET)
        return c.string_at(item.data, item.len)


def has_database(folder: str) -> bool:
    """Say whether there is a database; a folder that may not be entered is an error, not an empty one.

    Raises: NssError.
    """
    try:
        os.stat(os.path.join(folder, "cert9.db"))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise NssError("SEC_ERROR_BAD_DATABASE") from error
    return True


def is_locked(folder: str) -> bool:
    """Say whether another process holds the database: NSS itself calls a locked one bad."""
    path = urllib.parse.quote(os.path.join(folder, "cert9.db"))
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.1)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        return False
    return False


def _item(der: bytes) -> tuple[SECItem, object]:
    buffer = c.create_string_buffer(der, len(der))
    return SECItem(0, c.cast(buffer, _P), len(der)), buffer


def _pointer_at(address: int) -> int:
    return _P.from_address(address).value or 0


def make_folders(folder: str) -> list[str]:
    """Make a folder and those above it; return the ones that were made, innermost first."""
    made = []
    place = folder
    while not os.path.isdir(place):
        made.append(place)
        place = os.path.dirname(place)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return made


def sweep(folder: str) -> None:
    """Take a database away again that we made and that nobody has put anything into."""
    marker = os.path.join(folder, MARKER)
    try:
        with open(marker, encoding="utf-8") as stream:
            made = [str(place) for place in json.load(stream)]
    except (OSError, ValueError):
        return
    if not (is_empty(folder, "cert9.db", "nssPublic") and is_empty(folder, "key4.db", "nssPrivate")):
        return
    for name in ("cert9.db", "key4.db", "pkcs11.txt", MARKER):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, name))
    for place in made:
        with contextlib.suppress(OSError):  # somebody else uses it now
            os.rmdir(place)


def is_empty(folder: str, name: str, table: str) -> bool:
    """Say whether one of the two files of a database holds no object; one that cannot be read counts as full."""
    path = urllib.parse.quote(os.path.join(folder, name))
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.1)) as connection:
            count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  our own names
            return bool(count == (0,))
    except sqlite3.Error:
        return False


def answer(request: dict[str, object]) -> dict[str, object]:
    """Carry out one request and return the answer."""
    operation = request["operation"]
    folder = str(request["database"])
    write = operation in {"add", "remove"}
    exists = has_database(folder)
    if not exists and operation != "add":
        return {"present": False, "trusted": False, "locked": False, "roots": [], "refusal": "SEC_ERROR_UNKNOWN_ISSUER"}
    library = Library(str(request["library"]))
    if not exists:
        made = make_folders(folder)
        with open(os.path.join(folder, MARKER), "w", encoding="utf-8") as stream:
            json.dump(made, stream)
    try:
        result = work(Database(library, folder, write=write), request)
    except NssError:
        sweep(folder)
        raise
    if operation == "remove" and not (result["present"] or result["trusted"]):
        sweep(folder)
    return result


def work(database: Database, request: dict[str, object]) -> dict[str, object]:
    """Carry a request out on an open database, and close it."""
    operation = request["operation"]
    try:
        der = base64.b64decode(str(request.get("certificate", "")))
        if operation == "add":
            return database.add(der, str(request["nickname"]), str(request.get("password", "")))
        if operation == "remove":
            return database.remove(der)
        if operation == "roots":
            return {"roots": database.roots()}
        if operation == "refusal":
            chain = request["chain"] if isinstance(request["chain"], list) else []
            return {"refusal": database.refusal([base64.b64decode(str(entry)) for entry in chain])}
        return database.status(der)
    finally:
        database.close()


def main() -> int:
    """Read a request from stdin, write an answer to stdout; problems are answers too."""
    request = json.loads(sys.stdin.buffer.read())
    try:
        result = answer(request)
    except NssError as error:
        result = {"error": str(error)}
    except (OSError, StopIteration, AttributeError) as error:
        result = {"error": "library", "detail": str(error)}
    sys.stdout.write(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
