"""What can be done with one or several devices: the same entries on a row, in the pane's More, and by keys."""

from collections.abc import Callable, Sequence
from typing import Protocol

from gui.i18n import tr
from gui.models.device_record import DeviceRecord
from gui.models.device_words import chain_pem, leaf_pem, openssl_command, report_of, row_text, url_of
from gui.widgets.menus import Menu


class DeviceDoings(Protocol):
    """Carries out what is chosen."""

    def copy(self, text: str) -> None: ...
    def open_url(self, url: str) -> None: ...
    def rename(self, host: str) -> None: ...
    def set_hidden(self, hosts: Sequence[str], *, hidden: bool) -> None: ...
    def acknowledge(self, hosts: Sequence[str]) -> None: ...
    def export(self, hosts: Sequence[str]) -> None: ...
    def issue(self, host: str) -> None: ...
    def check_again(self, host: str) -> None: ...


def fill_device_menu(menu: Menu, records: Sequence[DeviceRecord], doings: DeviceDoings) -> None:
    """Put the entries that fit these devices into a menu."""
    if not records:
        return
    hosts = tuple(record.host for record in records)
    one = records[0] if len(records) == 1 else None
    if one is not None:
        menu.offer(tr("Open in browser"), lambda: doings.open_url(url_of(one)), enabled=bool(url_of(one)))
        menu.offer(tr("Check again"), lambda: doings.check_again(one.host), enabled=one.device.online)
        menu.offer(tr("Issue certificate…"), lambda: doings.issue(one.host))
        menu.addSeparator()
    _fill_copies(menu.submenu(tr("Copy")), records, doings)
    menu.offer(tr("Export…"), lambda: doings.export(hosts))
    menu.addSeparator()
    if one is not None:
        menu.offer(tr("Rename and note…"), lambda: doings.rename(one.host), keys="F2")
    if any(record.is_new for record in records):
        menu.offer(tr("Acknowledge"), lambda: doings.acknowledge(hosts))
    hide = not all(record.is_hidden for record in records)
    menu.offer(tr("Hide") if hide else tr("Show again"), lambda: doings.set_hidden(hosts, hidden=hide))


def _fill_copies(menu: Menu, records: Sequence[DeviceRecord], doings: DeviceDoings) -> None:
    copies = (
        (tr("Row"), "\n".join(map(row_text, records)), "Ctrl+C"),
        (tr("Name"), "\n".join(r.name for r in records), ""),
        (tr("Host"), "\n".join(r.shown_host for r in records), ""),
        (tr("Addresses"), "\n".join(a for r in records for a in r.addresses), ""),
        (tr("URL"), "\n".join(u for r in records if (u := url_of(r))), ""),
        (tr("Fingerprint"), "\n".join(r.fingerprint for r in records if r.fingerprint), ""),
        (tr("Certificate as PEM"), "".join(map(leaf_pem, records)), ""),
        (tr("Chain as PEM"), "".join(map(chain_pem, records)), ""),
        (tr("openssl command"), "\n".join(c for r in records if (c := openssl_command(r))), ""),
        (tr("Report (Markdown)"), "\n".join(map(report_of, records)), "Ctrl+Shift+C"),
    )  # fmt: skip
    for title, text, keys in copies:
        menu.offer(title, _copier(doings, text), enabled=bool(text), keys=keys)


def _copier(doings: DeviceDoings, text: str) -> Callable[[], None]:
    return lambda: doings.copy(text)
