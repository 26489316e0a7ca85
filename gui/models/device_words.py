"""A device as text to copy or to hand on: a row, its address, its certificates, a report; pure."""

import shlex

from core.model.certificate import fingerprint, pem_of
from core.model.text import display
from gui.i18n import tr
from gui.messages import client_name, reason_sentence
from gui.models.device_record import DeviceRecord


def row_text(record: DeviceRecord) -> str:
    """Return the row as it can be pasted into a table: values with tabs between."""
    cells = (
        record.name, record.shown_host, record.state.label, " ".join(record.addresses), record.services, record.ports,
        record.certificate, record.certificate_by,
    )  # fmt: skip
    return "\t".join(map(harmless, cells))


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def url_of(record: DeviceRecord) -> str:
    """Return the https address made from host and port alone; "" where there is no TLS or the host is odd."""
    presented = record.judged.presented if record.judged else None
    plain = all(c.isascii() and (c.isalnum() or c in "-._") for c in record.device.host)
    if presented is None or not presented.chain or not plain:
        return ""
    return f"https://{record.device.host}" + ("" if presented.port == 443 else f":{presented.port}")


def leaf_pem(record: DeviceRecord) -> str:
    """Return the device's certificate as PEM; "" where none was presented."""
    chain = record.judged.presented.chain if record.judged else ()
    return pem_of(chain[0].der) if chain else ""


def chain_pem(record: DeviceRecord) -> str:
    """Return the chain as it was presented, device first."""
    chain = record.judged.presented.chain if record.judged else ()
    return "".join(pem_of(certificate.der) for certificate in chain)


def openssl_command(record: DeviceRecord) -> str:
    """Return the command that shows what the device presents; "" where nothing was presented."""
    presented = record.judged.presented if record.judged else None
    if presented is None or not presented.chain or not url_of(record):
        return ""
    place = f"[{presented.address}]" if ":" in presented.address else presented.address
    words = [
        "openssl",
        "s_client",
        "-showcerts",
        "-servername",
        record.device.host,
        "-connect",
        f"{place}:{presented.port}",
    ]
    if presented.starttls:
        words += ["-starttls", presented.starttls]
    return shlex.join(words) + " </dev/null"


def report_of(record: DeviceRecord) -> str:
    """Return a short report in Markdown for a ticket or a mail."""
    lines = [
        f"## {escaped(record.name)} ({escaped(record.shown_host)})", "",
        f"- {tr('State')}: {record.state.label}. {escaped(record.state.sentence)}",
    ]  # fmt: skip
    if record.notes and record.notes.note:
        lines.append(f"- {tr('Note')}: {escaped(display(record.notes.note, 400))}")
    lines += [f"- {tr('Address')}: {display(a.address)} ({display(a.interface)})" for a in record.device.addresses]
    lines += [f"- {tr('Service')}: {escaped(display(s.type))}, {s.port}" for s in record.device.services]
    if record.judged is not None:
        for number, certificate in enumerate(record.judged.presented.chain):
            subject = escaped(display(certificate.subject))
            lines.append(f"- {tr('Certificate')} {number}: {subject}, {fingerprint(certificate.sha256)}")
        for verdict in record.judged.verdicts:
            refusing = tr("would refuse it") if verdict.is_known else tr("not known")
            word = tr("would trust it") if verdict.trusted else refusing
            reasons = escaped(" ".join(reason_sentence(r) for r in verdict.reasons))
            lines.append(f"- {client_name(verdict.client)}: {word}. {reasons} ({verdict.checked})")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text that Markdown shows to the letter."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#!~&" else c for c in text)
