"""Ask OpenSSL's own verifier about captured bytes, with the roots of this computer's bundle (ctypes on libcrypto)."""

import ctypes as c
import ctypes.util
import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from core.tls.hostnames import as_written

_POINTER, _TEXT, _INT, _LONG, _SIZE = c.c_void_p, c.c_char_p, c.c_int, c.c_long, c.c_size_t
_HOMEBREW = ("/opt/homebrew", "/usr/local")
_NEVER_USE_COMMON_NAME = 0x20  # X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, openssl/x509v3.h
_SIGNATURES: tuple[tuple[str, object, tuple[object, ...]], ...] = (
    ("X509_STORE_new", _POINTER, ()),
    ("X509_STORE_free", None, (_POINTER,)),
    ("X509_STORE_load_locations", _INT, (_POINTER, _TEXT, _TEXT)),
    ("X509_STORE_CTX_new", _POINTER, ()),
    ("X509_STORE_CTX_free", None, (_POINTER,)),
    ("X509_STORE_CTX_init", _INT, (_POINTER, _POINTER, _POINTER, _POINTER)),
    ("X509_STORE_CTX_set_default", _INT, (_POINTER, _TEXT)),
    ("X509_STORE_CTX_get0_param", _POINTER, (_POINTER,)),
    ("X509_STORE_CTX_get_error", _INT, (_POINTER,)),
    ("X509_STORE_CTX_get_error_depth", _INT, (_POINTER,)),
    ("X509_VERIFY_PARAM_set1_host", _INT, (_POINTER, _TEXT, _SIZE)),
    ("X509_VERIFY_PARAM_set1_ip_asc", _INT, (_POINTER, _TEXT)),
    ("X509_VERIFY_PARAM_set_hostflags", None, (_POINTER, c.c_uint)),
    ("X509_VERIFY_PARAM_set_auth_level", None, (_POINTER, _INT)),
    ("X509_verify_cert", _INT, (_POINTER,)),
    ("X509_verify_cert_error_string", _TEXT, (_LONG,)),
    ("X509_free", None, (_POINTER,)),
    ("d2i_X509", _POINTER, (_POINTER, _POINTER, _LONG)),
    ("OPENSSL_sk_new_null", _POINTER, ()),
    ("OPENSSL_sk_push", _INT, (_POINTER, _POINTER)),
    ("OPENSSL_sk_free", None, (_POINTER,)),
    ("ERR_clear_error", None, ()),
)


def refusal(
    chain: Sequence[bytes], visited: str, bundle: Path, *, is_address: bool, purpose: bool = True
) -> str | None:
    """Return why OpenSSL refuses the chain (leaf first) with the roots of `bundle`, or None where it accepts.

    Without `purpose` the chain is judged as a path alone: no server usage, no host.
    The host check reads alternative names only, as browsers do; security level 2, as Debian has it.
    Raises: OSError where no libcrypto of OpenSSL 3 can be loaded, or the bundle cannot be.
    """
    crypto = _libcrypto()
    certificates = [_parse(crypto, der) for der in chain]
    store, context = crypto.X509_STORE_new(), crypto.X509_STORE_CTX_new()
    others = crypto.OPENSSL_sk_new_null()
    try:
        if not certificates or certificates[0] is None:
            return "the device's certificate cannot be parsed"
        if bundle.exists() and not crypto.X509_STORE_load_locations(store, str(bundle).encode(), None):
            raise OSError(f"{bundle} cannot be loaded as a set of roots")
        for certificate in certificates[1:]:
            if certificate is not None:
                crypto.OPENSSL_sk_push(others, certificate)
        crypto.X509_STORE_CTX_init(context, store, certificates[0], others)
        if purpose:
            crypto.X509_STORE_CTX_set_default(context, b"ssl_server")
        parameters = crypto.X509_STORE_CTX_get0_param(context)
        crypto.X509_VERIFY_PARAM_set_auth_level(parameters, 2)
        crypto.X509_VERIFY_PARAM_set_hostflags(parameters, _NEVER_USE_COMMON_NAME)
        name = _encoded(visited)
        if name is None:
            return "the visited name cannot be written in a certificate"
        if purpose and is_address:
            crypto.X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
        elif purpose:
            crypto.X509_VERIFY_PARAM_set1_host(parameters, name, 0)
        if crypto.X509_verify_cert(context) == 1:
            return None
        code = crypto.X509_STORE_CTX_get_error(context)
        text = (crypto.X509_verify_cert_error_string(code) or b"").decode("ascii", "replace")
        return f"{text} (error {code} at depth {crypto.X509_STORE_CTX_get_error_depth(context)})"
    finally:
        crypto.X509_STORE_CTX_free(context)
        crypto.OPENSSL_sk_free(others)
        crypto.X509_STORE_free(store)
        for certificate in certificates:
            if certificate is not None:
                crypto.X509_free(certificate)
        crypto.ERR_clear_error()


def _encoded(visited: str) -> bytes | None:
    name = visited.partition("%")[0]
    try:
        return as_written(name).encode("ascii")
    except UnicodeError:
        return None


def _parse(crypto: c.CDLL, der: bytes) -> int | None:
    start = c.c_char_p(der)
    pointer = c.cast(start, c.c_void_p)
    parsed: int | None = crypto.d2i_X509(None, c.byref(pointer), len(der))
    return parsed


@lru_cache(maxsize=1)
def _libcrypto() -> c.CDLL:
    library = c.CDLL(_path())
    for name, result, arguments in _SIGNATURES:
        function = getattr(library, name, None)
        if function is None:
            raise OSError(f"this computer's libcrypto has no {name}")
        function.restype, function.argtypes = result, list(arguments)
    return library


def _path() -> str:
    """Return the libcrypto to ask: the one of Python's own ssl, on Linux else the system's.

    Raises: OSError where there is none; on a Mac the system's own ends every program that loads it.
    """
    if sys.platform.startswith("linux"):
        return _loaded_path() or ctypes.util.find_library("crypto") or "libcrypto.so.3"
    import _ssl

    beside = (getattr(_ssl, "__file__", None), getattr(sys, "_MEIPASS", None))  # built in, it is no file
    folders = [Path(beside[0]).parent] if beside[0] else []
    folders += [Path(beside[1])] if beside[1] else []
    if sys.platform == "win32":
        names = ("libcrypto-3.dll", "libcrypto-3-x64.dll", "libcrypto-3-arm64.dll")
    else:
        names = ("libcrypto.3.dylib",)
        folders += [Path(sys.base_prefix) / "lib", *(Path(f"{p}/opt/openssl@3/lib") for p in _HOMEBREW)]
    for place in (folder / name for folder in folders for name in names):
        if place.exists():
            return str(place)
    raise OSError("Python's own libcrypto was not found")


def _loaded_path() -> str | None:
    """Return the libcrypto that this process has already mapped (Python's ssl uses it), if there is one."""
    import ssl  # noqa: F401  its extension maps libcrypto

    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        found = re.search(r"(/\S*/libcrypto\.so\.3)$", line)
        if found:
            return found.group(1)
    return None
