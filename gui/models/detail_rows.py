"""What the pane beside the table says of a device, as rows of a name and a value; pure."""

from core.model.certificate import fingerprint
from core.model.reasons import Severity
from core.model.service_catalogue import decoded, words_for
from core.model.text import display
from core.model.verdict import Reason
from gui.i18n import date_text, tr
from gui.messages import client_name, reason_mend, reason_sentence
from gui.models.device_record import DeviceRecord

Rows = tuple[tuple[str, str, bool, bool], ...]
"""(name, value, in the mono face, can be copied)."""

_WEIGHTS = (Severity.STOP, Severity.PART, Severity.WARN, Severity.NOTE)


def identity_rows(record: DeviceRecord) -> Rows:
    """Return who the certificate says the device is."""
    if record.judged is None or not record.judged.presented.chain:
        return ()
    leaf = record.judged.presented.chain[0]
    dates = f"{date_text(leaf.not_before)} – {date_text(leaf.not_after)}"
    return (
        (tr("Fingerprint"), fingerprint(leaf.sha256), True, True),
        (tr("Names"), display(", ".join(leaf.names) or tr("none")), False, True),
        (tr("Valid"), dates, False, False),
        (tr("Key"), display(leaf.key), False, False),
        (tr("Issuer"), display(leaf.issuer_common_name), False, True),
    )


def verdict_rows(record: DeviceRecord) -> Rows:
    """Return who would trust the device and who would not; clients that say the same share a row."""
    if record.judged is None or not record.judged.presented.chain:
        return ()
    said: dict[tuple[str, str], list[str]] = {}
    for verdict in record.judged.verdicts:
        why = "" if verdict.trusted or not verdict.reasons else reason_sentence(verdict.reasons[0])
        word = (
            tr("Would trust it") if verdict.trusted else tr("Would refuse it") if verdict.is_known else tr("Not known")
        )
        said.setdefault((word, why), []).append(client_name(verdict.client))
    rows = []
    for (word, why), clients in said.items():
        names = ", ".join(clients)
        rows.append((word, f"{names}: {why}" if why else names, False, False))
    return tuple(rows)


def finding_rows(record: DeviceRecord) -> Rows:
    """Return every reason once, worst first, with its place, its next step and who refuses for it."""
    if record.judged is None:
        return ()
    verdicts = record.judged.verdicts
    who: dict[Reason, list[str]] = {}
    for verdict in verdicts:
        for reason in verdict.reasons:
            who.setdefault(reason, []).append(client_name(verdict.client))
    rows = []
    for reason in sorted(who, key=lambda r: (_WEIGHTS.index(r.severity), -1 if r.link is None else r.link)):
        text = f"{reason_sentence(reason)} {reason_mend(reason)}".strip()
        if reason.severity is Severity.PART and len(who[reason]) < len(verdicts):
            text += " " + tr("Refused by %1.").replace("%1", ", ".join(who[reason]))
        rows.append((_place(reason.link), text, False, True))
    return tuple(rows)


def _place(link: int | None) -> str:
    if link is None:
        return tr("Connection")
    return tr("Device") if link == 0 else tr("CA %1").replace("%1", str(link))


def service_rows(record: DeviceRecord) -> Rows:
    """Return what the device announces."""
    rows = tuple(
        (
            display(s.type.removesuffix("._tcp"), 18),
            f"{display(s.instance, 80)} · {s.port} · {display(words_for(s.type, tr), 60)}",
            False,
            True,
        )
        for s in record.device.services
    )
    return rows or ((tr("None"), tr("It announces no service."), False, False),)


def address_rows(record: DeviceRecord) -> Rows:
    """Return where the device is, and what it is made by."""
    device = record.device
    rows = [(display(a.interface) or tr("address"), display(a.address), True, True) for a in device.addresses]
    if device.mac:
        rows.append((tr("MAC address"), device.mac, True, True))
    if record.made:
        rows.append((tr("maker, model"), record.made, False, True))
    if device.through:
        rows.append((tr("seen through"), display(device.through), True, True))
    return tuple(rows)


def txt_rows(record: DeviceRecord, *, octets: bool = False) -> Rows:
    """Return the TXT keys of every service with what they mean; with `octets` each record as hexadecimal."""
    rows = []
    for service in record.device.services:
        if octets:
            shown = service.txt_octets.hex(" ") or tr("empty")
            rows.append((display(service.type.removesuffix("._tcp"), 18), shown, True, True))
            continue
        for (key, value), (_, means, words) in zip(service.txt, decoded(service, tr), strict=True):
            shown = tr("present, no value") if value is None else display(words)
            label_text = f"{display(key, 18)} · {means}" if means else display(key, 18)
            rows.append((label_text, shown, value is not None, value is not None))
    return tuple(rows) or ((tr("None"), tr("Its services carry no TXT keys."), False, False),)


def note_rows(record: DeviceRecord) -> Rows:
    """Return what a person wrote about the device, and what it calls itself where it was renamed."""
    notes = record.notes
    if notes is None:
        return ()
    rows: list[tuple[str, str, bool, bool]] = []
    if notes.friendly:
        rows.append((tr("Its own name"), display(record.device.name), False, True))
    if notes.note:
        rows.append((tr("Note"), "\n".join(display(line, 400) for line in notes.note.splitlines()[:20]), False, True))
    return tuple(rows)
