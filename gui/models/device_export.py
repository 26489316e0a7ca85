"""The table as a file: CSV that no spreadsheet runs as a formula, JSON, or a report in Markdown; pure."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from core.model.text import display
from gui.i18n import tr
from gui.models.device_record import DeviceRecord
from gui.models.device_words import escaped, harmless, report_of

HEADINGS = (
    "name", "host", "state", "addresses", "interfaces", "services", "ports", "maker_model", "mac", "certificate",
    "issuer", "expires", "sha256", "first_seen", "last_seen", "online", "note",
)  # fmt: skip


def as_csv(records: Sequence[DeviceRecord], now: datetime) -> str:
    """Return the rows as CSV with a heading; a cell that a spreadsheet would run gets an apostrophe before it."""
    del now
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADINGS)
    for record in records:
        writer.writerow([harmless(cell) for cell in _cells(record)])
    return stream.getvalue()


def as_json(records: Sequence[DeviceRecord], now: datetime) -> str:
    """Return the rows as one JSON document."""
    rows = [dict(zip(HEADINGS, _cells(record), strict=True)) for record in records]
    return json.dumps({"schema": 1, "exported": now.isoformat(), "devices": rows}, ensure_ascii=False, indent=2) + "\n"


def as_markdown(records: Sequence[DeviceRecord], now: datetime) -> str:
    """Return a report: a summary table, then a section for each device that needs attention."""
    lines = [f"# {tr('Devices')}, {now.astimezone():%Y-%m-%d %H:%M}", ""]
    heads = (tr("Device"), tr("Host"), tr("Trust"), tr("Address"), tr("Certificate"))
    lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for record in records:
        cells = (record.name, record.shown_host, record.state.label, record.address,
                 ", ".join(t for t in (record.certificate, record.certificate_by) if t))  # fmt: skip
        lines.append("| " + " | ".join(escaped(cell) for cell in cells) + " |")
    troubled = [record for record in records if record.state.needs_attention]
    return "\n".join(lines) + "\n" + "".join("\n" + report_of(record) for record in troubled)


FORMATS: dict[str, tuple[str, Callable[[Sequence[DeviceRecord], datetime], str]]] = {
    "csv": ("CSV (*.csv)", as_csv), "json": ("JSON (*.json)", as_json), "md": ("Markdown (*.md)", as_markdown),
}  # fmt: skip
"""What the table can be exported as: file suffix, what the file dialog says, and the writer."""


def _cells(record: DeviceRecord) -> tuple[str, ...]:
    leaf = record.judged.presented.chain[0] if record.judged and record.judged.presented.chain else None
    note = record.notes.note if record.notes else ""
    return (
        record.name, record.shown_host, record.state.label, " ".join(record.addresses), " ".join(record.interfaces),
        " ".join(record.types), " ".join(record.port_list), record.made, record.device.mac, record.certificate,
        record.certificate_by, leaf.not_after.isoformat() if leaf and leaf.not_after else "",
        leaf.sha256 if leaf else "", record.first_seen.isoformat(), record.last_seen.isoformat(),
        "yes" if record.device.online else "no", display(note, 2000),
    )  # fmt: skip
