"""A device as its row shows it: display strings and sort keys, made once for each change."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from core.events import ChainJudged
from core.model.certificate import fingerprint
from core.model.device import Device
from core.model.device_notes import DeviceNotes
from core.model.text import display, lookalike
from gui.i18n import left_text, tr
from gui.models.device_icon import icon_of
from gui.models.verdict_summary import State, summarize
from gui.theme.tokens import Tone

MOST_PORTS = 6


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """Everything a row, the search and the sorting need; all text is fit to show. `host` is the device's id."""

    host: str
    device: Device
    judged: ChainJudged | None
    notes: DeviceNotes | None
    state: State
    icon: str
    name: str
    shown_host: str
    address: str
    more_addresses: str
    addresses: tuple[str, ...]
    services: str
    types: tuple[str, ...]
    ports: str
    port_list: tuple[str, ...]
    certificate: str
    certificate_tone: Tone
    certificate_by: str
    fingerprint: str
    made: str
    interfaces: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    haystack: str
    address_key: tuple[int, int]
    expiry_key: float
    is_lookalike: bool

    @property
    def is_new(self) -> bool:
        """Say whether it appeared lately and nobody acknowledged it."""
        return self.notes is not None and self.notes.is_new

    @property
    def is_hidden(self) -> bool:
        """Say whether the person put it out of sight."""
        return self.notes is not None and self.notes.hidden


def make_record(
    device: Device, judged: ChainJudged | None, notes: DeviceNotes | None = None, *, checking: bool, now: datetime,
    every_tcp: bool = False,
) -> DeviceRecord:  # fmt: skip
    """Return the record of a device; network text is made safe here and nowhere else."""
    state = summarize(device, judged, checking=checking, every_tcp=every_tcp)
    host = display(device.host, 120)
    name = display((notes.friendly if notes else "") or device.name, 80)
    addresses = sorted((a.address for a in device.addresses), key=_address_key)
    kinds = tuple(dict.fromkeys(_kind(s.type) for s in device.services))
    ports = tuple(dict.fromkeys(str(s.port) for s in device.services))
    interfaces = tuple(dict.fromkeys(display(a.interface, 40) for a in device.addresses if a.interface))
    leaf = judged.presented.chain[0] if judged and judged.presented.chain else None
    if leaf is None:
        certificate, by, tone = *_without_leaf(state, judged), Tone.MUTE
    else:
        certificate = left_text(leaf.not_after, now)
        by = tr("Issued by itself") if leaf.self_issued else display(_root_name(judged) or leaf.issuer_common_name, 60)
        tones = {"expired": Tone.BAD, "not-yet-valid": Tone.BAD, "expires-soon": Tone.WARN}
        tone = tones.get(state.key, Tone.MUTE)
    made = " ".join(display(part, 60) for part in (device.vendor, device.model) if part)
    note = display(notes.note, 200) if notes else ""
    texts = (
        name, display(device.name, 80), host, *addresses, *kinds, *ports, state.label, certificate, by, made,
        device.kind, device.mac, note, leaf.sha256 if leaf else "", fingerprint(leaf.sha256) if leaf else "",
        *interfaces,
    )  # fmt: skip
    return DeviceRecord(
        host=device.id, device=device, judged=judged, notes=notes, state=state, icon=icon_of(device, name), name=name,
        shown_host=host, address=addresses[0] if addresses else "–", more_addresses=_more(addresses),
        addresses=tuple(addresses), services=display(", ".join(kinds), 80), types=kinds,
        ports=", ".join(ports[:MOST_PORTS]), port_list=ports, certificate=certificate, certificate_tone=tone,
        certificate_by=by, fingerprint=fingerprint(leaf.sha256) if leaf else "", made=made, interfaces=interfaces,
        first_seen=notes.first_seen if notes else device.first_seen, last_seen=device.last_seen,
        haystack="\t".join(texts).lower(), address_key=_address_key(addresses[0]) if addresses else (9, 0),
        expiry_key=leaf.not_after.timestamp() if leaf and leaf.not_after else float("inf"),
        is_lookalike=_is_lookalike(device),
    )  # fmt: skip


def _without_leaf(state: State, judged: ChainJudged | None) -> tuple[str, str]:
    """Return the two lines of the certificate cell of a device whose certificate is not known."""
    if judged is None:
        return "–", state.label if state.key == "no-tls" else ""
    return (tr("No certificate"), state.label) if state.key == "no-tls" else (tr("None received"), "")


def _is_lookalike(device: Device) -> bool:
    """Say whether the host, or the name for people, could be taken for another one."""
    if device.host.isascii() and device.name.isascii() and "xn--" not in device.host:
        return False
    return any(lookalike(label) for label in device.host.split(".")) or lookalike(device.name.replace(" ", ""))


def _root_name(judged: ChainJudged | None) -> str:
    """Return the common name at the end of the judged path, where the reasons or the chain name it."""
    if judged is None or not judged.presented.chain:
        return ""
    return judged.presented.chain[-1].issuer_common_name


def _address_key(text: str) -> tuple[int, int]:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return (9, 0)
    return address.version, int(address)


def _more(addresses: list[str]) -> str:
    if len(addresses) == 2:
        return addresses[1]
    return tr("%1 more addresses").replace("%1", str(len(addresses) - 1)) if len(addresses) > 2 else ""


def _kind(service_type: str) -> str:
    return display(service_type.partition(".")[0].removeprefix("_"), 24)
