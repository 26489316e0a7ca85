"""Read names of DNS-SD as they stand in records: hosts, service types, instances; pure.

Names come as the decoder joins them, with dots and a final dot. An instance label may hold dots itself
(RFC 6763 section 4.1.1), so instances are always cut from the right.
"""

import re
from functools import lru_cache

MAX_LABEL, MAX_NAME = 63, 253
ENUMERATION = "_services._dns-sd._udp.local."
_REMEMBERED = 2_048
# RFC 6335 section 5.1 wants 1 to 15 letters, digits and hyphens; devices also use "_" and longer names.
_TYPE = re.compile(r"_[a-z0-9][a-z0-9_+-]{0,61}\._(?:tcp|udp)\.local\.")
_STRICT_TYPE = re.compile(
    r"_(?=[a-z0-9-]{1,15}\.)(?=[0-9-]*[a-z])(?!-)(?!.*--)[a-z0-9-]*[a-z0-9]\._(?:tcp|udp)\.local\."
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


@lru_cache(_REMEMBERED)
def is_service_type(name: str) -> bool:
    """Say whether `name`, in lower case, reads "_x._tcp.local." or "_x._udp.local."."""
    return _TYPE.fullmatch(name) is not None


def is_registrable_type(name: str) -> bool:
    """Say whether a type could be registered: RFC 6335 section 5.1."""
    return _STRICT_TYPE.fullmatch(name) is not None


@lru_cache(_REMEMBERED)
def split_instance(name: str) -> tuple[str, str] | None:
    """Return (instance label, type "_x._tcp") of a full instance name, or None where it is none."""
    labels = name.rsplit(".", 4)
    if len(labels) != 5 or labels[4]:
        return None
    instance, service, protocol, domain, _ = labels
    kind = f"{service}.{protocol}".lower()
    if not instance or not is_service_type(f"{kind}.{domain.lower()}."):
        return None
    if len(instance) > MAX_LABEL // 4 and len(instance.encode("utf-8", "replace")) > MAX_LABEL:
        return None
    return instance, kind


@lru_cache(_REMEMBERED)
def host_name(name: str) -> str | None:
    """Return a host name in lower case without its final dot, or None where it is no name under .local."""
    host = name[:-1].lower() if name.endswith(".") else name.lower()
    if not host.endswith(".local") or len(host.encode("utf-8", "replace")) > MAX_NAME:
        return None
    if not all(0 < len(label.encode("utf-8", "replace")) <= MAX_LABEL for label in host.split(".")):
        return None
    return host


def has_controls(name: str) -> bool:
    """Say whether a name holds C0 or C1 control characters or DEL."""
    return _CONTROLS.search(name) is not None


@lru_cache(_REMEMBERED)
def base_type(owner: str) -> str | None:
    """Return the type that a PTR's owner speaks of, in lower case; that of `_x._sub._http._tcp.local.` is the base."""
    kind = owner.lower().rpartition("._sub.")[2]
    return kind if is_service_type(kind) else None


def subtype(owner: str) -> str:
    """Return the subtype label of a PTR's owner, "" where it names a plain type."""
    label, separator, _ = owner.lower().partition("._sub.")
    return label if separator else ""
