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
    """Offer what can be copied; the texts are made when one is chosen."""
    first = records[0]
    copies: tuple[tuple[str, Callable[[DeviceRecord], str], str, str], ...] = (
        (tr("Row"), row_text, "\n", "Ctrl+C"),
        (tr("Name"), lambda r: r.name, "\n", ""),
        (tr("Host"), lambda r: r.shown_host, "\n", ""),
        (tr("Addresses"), lambda r: "\n".join(r.addresses), "\n", ""),
        (tr("URL"), url_of, "\n", ""),
        (tr("Fingerprint"), lambda r: r.fingerprint, "\n", ""),
        (tr("Certificate as PEM"), leaf_pem, "", ""),
        (tr("Chain as PEM"), chain_pem, "", ""),
        (tr("openssl command"), openssl_command, "\n", ""),
        (tr("Report (Markdown)"), report_of, "\n", "Ctrl+Shift+C"),
    )
    for title, text_of, between, keys in copies:
        there = len(records) > 1 or bool(text_of(first))
        menu.offer(title, _copier(doings, records, text_of, between), enabled=there, keys=keys)


def _copier(
    doings: DeviceDoings, records: Sequence[DeviceRecord], text_of: Callable[[DeviceRecord], str], between: str
) -> Callable[[], None]:
    return lambda: doings.copy(between.join(filter(None, map(text_of, records))))
