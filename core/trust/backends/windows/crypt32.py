"""CryptoAPI by ctypes: add to, read, and delete from a ROOT store, and ask the chain engine; standard library alone.

Constants and structures: wincrypt.h. A store opened by the system provider is a collection: to a user it shows the
machine's roots too, and of the machine also those of Group Policy, the enterprise and Windows Update. The registry
provider opens the one store in it that is the scope's own, and that certificates are put into (".Default").
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, Structure, byref, c_char_p, c_long, c_ubyte, c_void_p, cast, pointer, sizeof

ENCODING = 0x1 | 0x10000  # X509_ASN_ENCODING | PKCS_7_ASN_ENCODING
_SYSTEM, _SYSTEM_REGISTRY, _MEMORY = 10, 13, 2  # CERT_STORE_PROV_SYSTEM_W, _SYSTEM_REGISTRY_W, _MEMORY
_CURRENT_USER, _LOCAL_MACHINE = 0x1 << 16, 0x2 << 16
_READ_ONLY, _OPEN_EXISTING = 0x8000, 0x4000
_REPLACE_EXISTING, _ALWAYS, _COMMIT = 3, 4, 3  # CERT_STORE_ADD_REPLACE_EXISTING, _ADD_ALWAYS, CERT_STORE_CTRL_COMMIT
# CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL, _DISABLE_AUTH_ROOT_AUTO_UPDATE, _DISABLE_AIA
_FROM_HERE = 0x4 | 0x100 | 0x2000
_SSL_POLICY, _SERVER = 4, 2  # CERT_CHAIN_POLICY_SSL, AUTHTYPE_SERVER
_SERVER_AUTH = b"1.3.6.1.5.5.7.3.1"
CANCELLED, DENIED, NOT_SUPPORTED = 1223, 5, 50  # ERROR_CANCELLED, ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED
USER, MACHINE = "user", "machine"
_DWORD, _BOOL = ctypes.c_uint32, ctypes.c_int32

CHAIN_ERRORS = {  # CERT_TRUST_STATUS.dwErrorStatus
    0x1: "a certificate is not valid now", 0x4: "a certificate is revoked", 0x8: "a signature is not valid",
    0x10: "the usage does not fit", 0x20: "the root is not trusted", 0x40: "the revocation is unknown",
    0x80: "the chain is cyclic", 0x100: "an extension is not valid", 0x200: "a policy constraint is broken",
    0x400: "the basic constraints are broken", 0x800: "a name constraint is not valid",
    0x1000: "a name constraint is not supported", 0x2000: "a name constraint is not defined",
    0x4000: "a name constraint is broken", 0x8000: "a name is excluded", 0x10000: "the chain is incomplete",
    0x1000000: "no revocation list was to be had", 0x4000000: "the root is distrusted",
}  # fmt: skip
POLICY_ERRORS = {  # CERT_CHAIN_POLICY_STATUS.dwError
    0x800B0109: "the root is not trusted", 0x800B010A: "the chain is incomplete", 0x800B010F: "the name does not match",
    0x800B0101: "a certificate is not valid now", 0x800B0110: "the usage does not fit", 0x800B0114:
    "a name constraint is broken", 0x80096004: "a signature is not valid", 0x800B010C: "a certificate is revoked",
}  # fmt: skip


class CertContext(Structure):
    """CERT_CONTEXT."""

    _fields_ = (("encoding", _DWORD), ("der", POINTER(c_ubyte)), ("size", _DWORD), ("info", c_void_p),
                ("store", c_void_p))  # fmt: skip


class _Usage(Structure):
    _fields_ = (("count", _DWORD), ("oids", POINTER(c_char_p)))


class _UsageMatch(Structure):
    _fields_ = (("type", _DWORD), ("usage", _Usage))


class _ChainPara(Structure):
    _fields_ = (("size", _DWORD), ("requested", _UsageMatch))


class _ChainContext(Structure):  # only the head, which is all that is read
    _fields_ = (("size", _DWORD), ("error", _DWORD), ("info", _DWORD))


class _SslExtra(Structure):
    _fields_ = (("size", _DWORD), ("auth_type", _DWORD), ("checks", _DWORD), ("host", ctypes.c_wchar_p))


class _PolicyPara(Structure):
    _fields_ = (("size", _DWORD), ("flags", _DWORD), ("extra", c_void_p))


class _PolicyStatus(Structure):
    _fields_ = (("size", _DWORD), ("error", _DWORD), ("chain", c_long), ("element", c_long), ("extra", c_void_p))


_CERT, _CHAIN = POINTER(CertContext), POINTER(_ChainContext)
_FUNCTIONS: tuple[tuple[str, object, tuple[object, ...]], ...] = (
    ("CertOpenStore", c_void_p, (c_void_p, _DWORD, c_void_p, _DWORD, c_void_p)),
    ("CertCloseStore", _BOOL, (c_void_p, _DWORD)),
    ("CertControlStore", _BOOL, (c_void_p, _DWORD, _DWORD, c_void_p)),
    ("CertAddEncodedCertificateToStore", _BOOL, (c_void_p, _DWORD, c_char_p, _DWORD, _DWORD, c_void_p)),
    ("CertEnumCertificatesInStore", _CERT, (c_void_p, _CERT)),
    ("CertDuplicateCertificateContext", _CERT, (_CERT,)),
    ("CertDeleteCertificateFromStore", _BOOL, (_CERT,)),
    ("CertCreateCertificateContext", _CERT, (_DWORD, c_char_p, _DWORD)),
    ("CertFreeCertificateContext", _BOOL, (_CERT,)),
    ("CertGetCertificateChain", _BOOL,
     (c_void_p, _CERT, c_void_p, c_void_p, POINTER(_ChainPara), _DWORD, c_void_p, POINTER(_CHAIN))),
    ("CertFreeCertificateChain", None, (_CHAIN,)),
    ("CertVerifyCertificateChainPolicy", _BOOL, (c_void_p, _CHAIN, POINTER(_PolicyPara), POINTER(_PolicyStatus))),
)  # fmt: skip


class Crypt32Error(Exception):
    """A call failed; `code` is what GetLastError said."""

    def __init__(self, call: str, code: int) -> None:
        super().__init__(f"{call}: {ctypes.FormatError(code).strip()} ({code & 0xFFFFFFFF:#x})")  # type: ignore[attr-defined,unused-ignore]
        self.code = code


def _library() -> ctypes.CDLL:
    library: ctypes.CDLL = ctypes.WinDLL("crypt32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    for name, result, arguments in _FUNCTIONS:
        function = getattr(library, name)
        function.restype, function.argtypes = result, list(arguments)
    return library


def _last_error() -> int:
    return int(ctypes.get_last_error())  # type: ignore[attr-defined,unused-ignore]


def roots(scope: str) -> tuple[bytes, ...]:
    """Return the roots that a scope holds itself: a user's without the machine's, the machine's without policies'.

    Raises: Crypt32Error.
    """
    with _opened(_SYSTEM_REGISTRY, scope, _READ_ONLY) as (library, store):
        return tuple(der for _, der in _contexts(library, store))


def all_roots(scope: str) -> tuple[bytes, ...]:
    """Return every root that counts for a scope: for a user, the machine's too.

    Raises: Crypt32Error.
    """
    with _opened(_SYSTEM, scope, _READ_ONLY) as (library, store):
        return tuple(der for _, der in _contexts(library, store))


def add(scope: str, der: bytes) -> None:
    """Put a root in; twice is harmless. For a user Windows shows its own dialog, and error 1223 means "no".

    It goes into the collection, which puts it into the scope's own store, whatever others in it hold: replacing would
    replace the machine's copy.
    Raises: Crypt32Error.
    """
    if der in roots(scope):
        return
    with _opened(_SYSTEM, scope, 0) as (library, store):
        done = library.CertAddEncodedCertificateToStore(store, ENCODING, der, len(der), _ALWAYS, None)
        if not done:
            raise Crypt32Error("CertAddEncodedCertificateToStore", _last_error())
        _commit(library, store)


def delete(scope: str, der: bytes) -> int:
    """Take every copy of exactly this certificate out of a scope's own store and return how many there were.

    What the machine or a policy holds stays when a user takes a root out: another than the collection's own store would
    need rights, or come back.
    Raises: Crypt32Error.
    """
    with _opened(_SYSTEM_REGISTRY, scope, 0) as (library, store):
        found = [library.CertDuplicateCertificateContext(at) for at, other in _contexts(library, store) if other == der]
        for context in found:
            if not library.CertDeleteCertificateFromStore(context):
                raise Crypt32Error("CertDeleteCertificateFromStore", _last_error())
        _commit(library, store)
        return len(found)


def change_machine_store(verb: str, der: bytes) -> None:
    """Carry out "install" or "remove" on the machine's ROOT, as administrator; what the elevated helper calls.

    Raises: Crypt32Error.
    """
    if verb == "install":
        add(MACHINE, der)
    else:
        delete(MACHINE, der)


def judge(chain: tuple[bytes, ...], host: str) -> tuple[int, int]:
    """Return the chain engine's error bits and the SSL policy's error for a chain, leaf first: both 0 is trusted.

    Nothing is fetched for it: no certificate that another one names, no root of Microsoft's list.

    Without a host the path alone is judged, for any usage. Call it in a fresh process: an engine keeps what it read.
    Raises: Crypt32Error.
    """
    library = _library()
    leaf = library.CertCreateCertificateContext(ENCODING, chain[0], len(chain[0]))
    if not leaf:
        raise Crypt32Error("CertCreateCertificateContext", _last_error())
    memory = library.CertOpenStore(_MEMORY, 0, None, 0, None)
    found = _CHAIN()
    try:
        for der in chain[1:]:
            library.CertAddEncodedCertificateToStore(memory, ENCODING, der, len(der), _REPLACE_EXISTING, None)
        oids = (c_char_p * 1)(_SERVER_AUTH)
        usage = _Usage(1, oids) if host else _Usage(0, None)
        para = _ChainPara(sizeof(_ChainPara), _UsageMatch(0, usage))
        if not library.CertGetCertificateChain(None, leaf, None, memory, byref(para), _FROM_HERE, None, byref(found)):
            raise Crypt32Error("CertGetCertificateChain", _last_error())
        errors = int(found.contents.error)
        return errors, _ssl_policy(library, found, host) if host else 0
    finally:
        if found:
            library.CertFreeCertificateChain(found)
        library.CertCloseStore(memory, 0)
        library.CertFreeCertificateContext(leaf)


def _ssl_policy(library: ctypes.CDLL, chain: object, host: str) -> int:
    extra = _SslExtra(sizeof(_SslExtra), _SERVER, 0, host)
    policy = _PolicyPara(sizeof(_PolicyPara), 0, cast(pointer(extra), c_void_p))
    status = _PolicyStatus(sizeof(_PolicyStatus))
    if not library.CertVerifyCertificateChainPolicy(_SSL_POLICY, chain, byref(policy), byref(status)):
        raise Crypt32Error("CertVerifyCertificateChainPolicy", _last_error())
    return int(status.error)


def words(errors: int, policy: int) -> str:
    """Return what the engine and the policy said, as a sentence; "" where both accept."""
    said = [text for bit, text in CHAIN_ERRORS.items() if errors & bit]
    known = 0
    for bit in CHAIN_ERRORS:
        known |= bit
    if errors & ~known:
        said.append(f"chain error {errors & ~known:#x}")
    if policy:
        said.append(POLICY_ERRORS.get(policy, f"policy error {policy:#010x}"))
    return "; ".join(dict.fromkeys(said))


@contextmanager
def _opened(provider: int, scope: str, flags: int) -> Iterator[tuple[ctypes.CDLL, int]]:
    """Open ROOT; a registry store that was never written to does not exist yet, and is made by opening."""
    library = _library()
    name = ctypes.create_unicode_buffer("ROOT")
    where = _LOCAL_MACHINE if scope == MACHINE else _CURRENT_USER
    store = library.CertOpenStore(provider, 0, None, where | flags, ctypes.addressof(name))
    if not store:
        raise Crypt32Error("CertOpenStore", _last_error())
    try:
        yield library, store
    finally:
        library.CertCloseStore(store, 0)


def _contexts(library: ctypes.CDLL, store: int) -> Iterator[tuple[object, bytes]]:
    at = None
    while at := library.CertEnumCertificatesInStore(store, at):
        yield at, ctypes.string_at(at.contents.der, at.contents.size)


def _commit(library: ctypes.CDLL, store: int) -> None:
    """Write a change back: Wine writes a deletion back only so; on Windows it is done already, and harmless."""
    if not library.CertControlStore(store, 0, _COMMIT, None):
        raise Crypt32Error("CertControlStore", _last_error())


def has_desktop() -> bool:
    """Say whether Windows can show a dialog here: a service has no visible window station, and would hang for ever."""
    if sys.platform != "win32":
        return False
    user32 = ctypes.WinDLL("user32", use_last_error=True)
    user32.GetProcessWindowStation.restype = c_void_p
    user32.GetUserObjectInformationW.argtypes = [c_void_p, ctypes.c_int, c_void_p, _DWORD, c_void_p]
    flags = (_DWORD * 3)()  # USEROBJECTFLAGS: fInherit, fReserved, dwFlags
    station = user32.GetProcessWindowStation()
    if not user32.GetUserObjectInformationW(station, 1, byref(flags), sizeof(flags), None):  # UOI_FLAGS
        return True  # what cannot be asked is not refused
    return bool(flags[2] & 1)  # WSF_VISIBLE
