"""The certificate path as a list: this computer, root, issuing CA, device, and a verdict on every link between."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.events import ChainJudged
from core.model.certificate import Certificate
from core.model.reasons import Severity
from core.model.text import display
from core.model.verdict import PathLink, Reason
from gui.i18n import date_text, tr
from gui.messages import client_name, reason_mend, reason_sentence
from gui.theme.tokens import Tone

ITEM = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex
_ROLE_ICONS = {"root": "stamp", "issuing": "key-round"}
_LIMIT_CODES = {"name-constraint", "path-length"}
_NAME_CODES = {"name-mismatch", "cn-only", "ip-as-dns-name", "wildcard-too-wide"}
_JOINT_CODES = {"unknown-issuer", "missing-intermediate", "issuer-key-changed", "self-signed", "bad-signature"}


@dataclass(frozen=True, slots=True)
class PathItem:
    """A node (a certificate, or this computer) or the link above the next node; a link's detail is what mends it."""

    is_link: bool
    title: str
    detail: str = ""
    icon: str = ""
    tone: Tone = Tone.MUTE
    badge: str = ""
    dashed: bool = False
    is_device: bool = False
    certificate: Certificate | None = None

    @property
    def spoken(self) -> str:
        """Return what a screen reader says."""
        return ", ".join(part for part in (self.title, self.detail, self.badge) if part)


def build_path(judged: ChainJudged, device_icon: str = "cpu") -> tuple[PathItem, ...]:
    """Return the items from this computer down to the device; none where no chain was captured."""
    if not judged.path:
        return ()
    clients = [v for v in judged.verdicts if v.client != "site"]
    reasons = _every_reason(judged)
    top = judged.path[-1]
    items = [_computer([client_name(v.client) for v in clients]), _store_link(judged, top, reasons)]
    if top.role != "root" and not top.in_stores:
        issuer = top.certificate.issuer_common_name
        if judged.path[0].role == "device" and not _is_self_signed(reasons):
            items.append(PathItem(False, display(issuer, 60), tr("Issuer not presented"), "shield-question-mark",
                                  Tone.WARN, dashed=True))  # fmt: skip
            items.append(_joint(len(judged.path), reasons, tr("Not checked: the issuer is missing")))
    for position in range(len(judged.path) - 1, -1, -1):
        link = judged.path[position]
        items.append(_node(link, position, reasons, device_icon))
        if position:
            items.append(_joint(position, reasons, ""))
    return tuple(items)


def _every_reason(judged: ChainJudged) -> list[Reason]:
    found: dict[Reason, None] = {}
    for verdict in judged.verdicts:
        if verdict.client != "site":
            found.update(dict.fromkeys(verdict.reasons))
    return list(found)


def _is_self_signed(reasons: list[Reason]) -> bool:
    return any(r.code == "self-signed" for r in reasons)


def _computer(stores: list[str]) -> PathItem:
    return PathItem(False, tr("This computer"), ", ".join(stores) or tr("no stores found"), "laptop", dashed=True)


def _store_link(judged: ChainJudged, top: PathLink, reasons: list[Reason]) -> PathItem:
    unread = {v.client for v in judged.verdicts if any(r.code == "store-unreadable" for r in v.reasons)}
    clients = [v.client for v in judged.verdicts if v.client != "site" and v.client not in unread]
    if not clients:
        return PathItem(True, tr("No store could be read"), icon="circle-alert", tone=Tone.MUTE, dashed=True)
    holding = [c for c in clients if c in top.in_stores]
    lacking = [client_name(c) for c in clients if c not in top.in_stores]
    missing = next((r for r in reasons if r.code == "untrusted-root"), None)
    mend = reason_mend(missing) if missing is not None else ""
    if not lacking:
        return PathItem(True, tr("Root is in every store here"), icon="check", tone=Tone.OK)
    if not holding:
        text = (
            tr("Root is in none of these stores") if top.role == "root" else tr("No root of this chain is in a store")
        )
        return PathItem(True, text, mend, "unlink", Tone.WARN, dashed=True)
    return PathItem(True, tr("Missing in %1").replace("%1", ", ".join(lacking)), mend, "unlink", Tone.WARN, dashed=True)


def _joint(position: int, reasons: list[Reason], fallback: str) -> PathItem:
    """Return the link between certificate `position` and the one below it."""
    below = position - 1
    wrong = next((r for r in reasons if r.link == below and r.code in _JOINT_CODES), None)
    if wrong is not None:
        return PathItem(True, reason_sentence(wrong), reason_mend(wrong), "unlink", Tone.WARN, dashed=True)
    if fallback:
        return PathItem(True, fallback, icon="unlink", tone=Tone.WARN, dashed=True)
    limit = next((r for r in reasons if r.link == position and r.code in _LIMIT_CODES), None)
    if limit is not None:
        return PathItem(True, reason_sentence(limit), reason_mend(limit), "x", Tone.BAD, dashed=True)
    words = [tr("Signature verified")]
    if below == 0:
        words += [] if _has(reasons, 0, _NAME_CODES) else [tr("name matches")]
        words += [] if _has(reasons, 0, {"expired", "not-yet-valid"}) else [tr("dates fine")]
    return PathItem(True, " · ".join(words), icon="check", tone=Tone.OK)


def _has(reasons: list[Reason], link: int, codes: set[str]) -> bool:
    return any(r.link == link and r.code in codes for r in reasons)


def _node(link: PathLink, position: int, reasons: list[Reason], device_icon: str) -> PathItem:
    certificate = link.certificate
    own = [r for r in reasons if r.link == position]
    refusing = {Severity.STOP, Severity.PART}
    stops = [r for r in own if r.severity in refusing and r.code not in _JOINT_CODES | _LIMIT_CODES]
    names = {"root": tr("Root"), "issuing": tr("Issuing CA"), "device": tr("Device")}
    key = certificate.key or tr("key unreadable")
    detail = f"{names[link.role]} · {key} · " + _until(link.role, certificate)
    title = display(certificate.common_name or certificate.subject, 80) or tr("No name")
    tone, badge = Tone.OK, tr("Valid")
    if any(r.code in _JOINT_CODES and r.code != "self-signed" for r in own):
        tone, badge = Tone.WARN, tr("Not verified")
    elif stops:
        tone, badge = _badge(stops[0])
    elif any(r.code == "self-signed" for r in own):
        tone, badge = Tone.WARN, tr("Self-signed")
    elif any(r.code == "expires-soon" for r in own):
        tone, badge = Tone.WARN, tr("Expires soon")
    icon = _ROLE_ICONS.get(link.role, device_icon)
    return PathItem(False, title, detail, icon, tone, badge, is_device=link.role == "device", certificate=certificate)


def _until(role: str, certificate: Certificate) -> str:
    end = certificate.not_after
    text = str(end.year) if end is not None and role != "device" else date_text(end)
    return tr("until %1").replace("%1", text)


def _badge(reason: Reason) -> tuple[Tone, str]:
    words = {
        "untrusted-root": (Tone.WARN, tr("Not installed")), "expired": (Tone.BAD, tr("Expired")),
        "not-yet-valid": (Tone.BAD, tr("Not valid yet")), "name-mismatch": (Tone.BAD, tr("Wrong name")),
        "cn-only": (Tone.BAD, tr("Wrong name")),
    }  # fmt: skip
    return words.get(reason.code, (Tone.BAD, tr("Refused")))


class PathModel(QAbstractListModel):
    """The items of one device's path for a list view, so that every node and link can be read and reached."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[PathItem, ...] = ()

    def show(self, items: tuple[PathItem, ...]) -> None:
        """Show another path; nothing happens if it is the same."""
        if items != self._items:
            self.beginResetModel()
            self._items = items
            self.endResetModel()

    def items(self) -> tuple[PathItem, ...]:
        """Return the items shown."""
        return self._items

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not 0 <= index.row() < len(self._items):
            return None
        item = self._items[index.row()]
        if role == ITEM:
            return item
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return item.spoken
        return None
