"""Render for people and for scripts: facts on stdout, talk on stderr, network text always made visible."""

import errno
import getpass
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime

from core.errors import DotlocalError
from core.events import ChainJudged
from core.model.authority import LedgerEntry
from core.model.certificate import Certificate, pem_of
from core.model.change import Change
from core.model.device import Address, Device, TxtValue
from core.model.network_finding import NetworkFinding
from core.model.network_words import evidence_lines, mend, sentence
from core.model.plan import Outcome, Plan
from core.model.reasons import explain, fill
from core.model.store_state import StoreState, ToolSight
from core.model.text import display
from core.model.verdict import Reason, Verdict

FINE, FINDING, USAGE, ENVIRONMENT = 0, 1, 2, 3


def say(text: str = "") -> None:
    """Print a line of facts on stdout.

    Raises: BrokenPipeError when the reader has gone, which Windows may call EINVAL.
    """
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError as error:
        if sys.platform == "win32" and error.errno == errno.EINVAL:
            raise BrokenPipeError(errno.EPIPE, "the reader has gone") from error
        raise


def talk(text: str) -> None:
    """Print a line for the person on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def ask_file_password(source: str) -> str | None:
    """Ask for the password of a file on the terminal; None where there is none to ask."""
    return getpass.getpass(f"Password of {display(source)}: ") if sys.stdin.isatty() else None


def complain(problem: DotlocalError) -> None:
    """Say what happened and what to do next."""
    talk(f"dotlocal: {display(problem.message, 1000)}")
    if problem.hint:
        talk(f"  {display(problem.hint, 1000)}")


def document(command: str, values: Mapping[str, object]) -> None:
    """Print one JSON document with its schema."""
    say(json.dumps({"schema": f"dotlocal.{command}/1", **values}, indent=2, ensure_ascii=True, default=_plain))


def line(values: Mapping[str, object]) -> None:
    """Print one JSON object on a line of its own, flushed at once."""
    say(json.dumps(values, ensure_ascii=True, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    raise TypeError(type(value))


def stamp(moment: datetime | None) -> str | None:
    """Return a time in ISO 8601, UTC, whole seconds."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def device_json(device: Device, judged: ChainJudged | None) -> dict[str, object]:
    """Return a device as the contract has it."""
    return {
        "host": device.host,
        "name": device.name,
        "addresses": [{"address": _scoped(a), "interface": a.interface} for a in device.addresses],
        "services": [
            {
                "type": s.type,
                "instance": s.instance,
                "port": s.port,
                "txt": {k: txt_json(v) for k, v in s.txt},
                "subtypes": list(s.subtypes),
            }
            for s in device.services
        ],
        "online": device.online,
        "presence": device.presence.value,
        "network": device.network or None,
        "kind": device.kind or None,
        "vendor": device.vendor or None,
        "model": device.model or None,
        "mac": device.mac or None,
        "through": device.through or None,
        "first_seen": stamp(device.first_seen),
        "last_seen": stamp(device.last_seen),
        "certificate": judged_json(judged),
        "connection": connection_json(judged),
    }


def _scoped(address: Address) -> str:
    """Return an address as it can be used: link-local ones name their interface."""
    from core.discovery.interfaces import scoped  # not needed before there is a device

    return scoped(address.address, address.interface)


def finding_json(finding: NetworkFinding) -> dict[str, object]:
    """Return what was seen on the network, with the evidence of each sender."""
    return {
        "code": finding.code.value, "weight": finding.weight.value, "subject": finding.subject,
        "interface": finding.interface or None, "at": stamp(finding.at), "over": finding.over,
        "message": sentence(finding), "hint": mend(finding), "facts": dict(finding.facts),
        "evidence": [
            {"sender": e.sender, "mac": e.mac or None, "said": e.said, "at": stamp(e.at)} for e in finding.evidence
        ],
    }  # fmt: skip


def tell_finding(finding: NetworkFinding) -> None:
    """Print what was seen on the network on stderr, for people."""
    talk(f"{'over: ' if finding.over else ''}{sentence(finding)}")
    for text in evidence_lines(finding):
        talk(f"   {text}")
    if not finding.over:
        talk(f"   {mend(finding)}")


def txt_json(value: TxtValue) -> object:
    """Return a TXT value: text, "" for `key=`, null for a bare key, {"hex": …} for what is not UTF-8."""
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def judged_json(judged: ChainJudged | None) -> dict[str, object] | None:
    """Return a device's certificate and verdicts; None where it presented none."""
    if judged is None or not judged.presented.chain:
        return None
    leaf = judged.presented.chain[0]
    return {
        "sha256": leaf.sha256, "subject": leaf.subject, "names": list(leaf.names), "not_after": stamp(leaf.not_after),
        "verdicts": [verdict_json(v) for v in judged.verdicts],
    }  # fmt: skip


def connection_json(judged: ChainJudged | None) -> dict[str, object] | None:
    """Return why a connection gave no certificate; None where it did, or where none was made."""
    if judged is None or judged.presented.chain or not judged.verdicts:
        return None
    return reason_json(judged.verdicts[0].reasons[0])


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """Return a verdict with every reason in words."""
    return {
        "client": verdict.client,
        "trusted": verdict.trusted,
        "reasons": [reason_json(reason) for reason in verdict.reasons],
        "checked": verdict.checked,
        "checked_at": stamp(verdict.checked_at),
    }


def tell_verdict(verdict: Verdict) -> None:
    """Print a verdict for people: the client, then every reason with its place and its next step."""
    word = "trusted" if verdict.trusted else "not trusted" if verdict.is_known else "not known"
    say(f"\n{display(verdict.client)}: {word}  ({verdict.checked})")
    for reason in verdict.reasons:
        place = "connection" if reason.link is None else f"certificate {reason.link}"
        say(f"   {place}: {message(reason)} {hint(reason)}".rstrip())


def reason_json(reason: Reason) -> dict[str, object]:
    """Return a reason: code, link (0 is the device's certificate, null the connection), sentence and next step."""
    return {
        "code": reason.code, "severity": reason.severity.value, "link": reason.link,
        "message": message(reason), "hint": hint(reason),
    }  # fmt: skip


def message(reason: Reason) -> str:
    """Return a reason's sentence."""
    return fill(explain(reason.code).sentence, _shown(reason))


def hint(reason: Reason) -> str:
    """Return a reason's next step."""
    return fill(explain(reason.code).mend, _shown(reason))


def _shown(reason: Reason) -> tuple[tuple[str, str], ...]:
    return tuple((key, display(value)) for key, value in reason.facts)


def certificate_json(certificate: Certificate) -> dict[str, object]:
    """Return a certificate's facts and its PEM."""
    return {
        "sha256": certificate.sha256,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": list(certificate.names),
        "not_before": stamp(certificate.not_before),
        "not_after": stamp(certificate.not_after),
        "key": certificate.key,
        "serial": certificate.serial,
        "is_ca": certificate.is_ca,
        "problem": certificate.problem,
        "pem": pem_of(certificate.der),
    }


def store_json(state: StoreState) -> dict[str, object]:
    """Return a store as the contract has it."""
    return {
        "id": state.id, "kind": state.kind, "label": state.label, "location": state.location,
        "available": state.available, "reason": state.reason or None, "installed": state.installed,
        "trusted": state.trusted, "detail": state.detail, "follows": state.follows or None, "optional": state.optional,
    }  # fmt: skip


def tool_json(sight: ToolSight) -> dict[str, object]:
    """Return a program with rules of its own."""
    return {
        "id": sight.id, "label": sight.label, "location": sight.location, "sees": sight.sees, "checked": sight.checked,
        "command": sight.command or None,
    }  # fmt: skip


def plan_json(plan: Plan | Outcome, state: StoreState | None) -> dict[str, object]:
    """Return a store with what would be done to it, or why nothing can be."""
    known = {"id": plan.store, "label": plan.label} if state is None else store_json(state)
    root = {"root": plan.root_name or None, "sha256": plan.sha256}
    if isinstance(plan, Outcome):
        problem = {"problem": plan.problem, "code": plan.code, "hint": plan.hint or None}
        return {**known, **root, "steps": [], "touches": [], **problem}
    return {
        **known, **root, "action": plan.action.value, "steps": [step.text for step in plan.steps],
        "touches": [{"kind": step.touch.value, "target": step.target} for step in plan.steps if step.target],
        "needs_elevation": plan.needs_elevation, "prompt": plan.prompt or None, "problem": None,
    }  # fmt: skip


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """Return what came of one store, read back."""
    state = {} if outcome.state is None else store_json(outcome.state)
    return {
        **state, "action": outcome.action.value, "root": outcome.root_name or None, "sha256": outcome.sha256,
        "done": outcome.done, "changed": outcome.changed, "problem": outcome.problem or None,
        "code": outcome.code or None, "hint": outcome.hint or None,
    }  # fmt: skip


def change_json(change: Change) -> dict[str, object]:
    """Return a change that is on record."""
    return {
        "run": change.run, "change": change.number, "at": stamp(change.at), "action": change.action.value,
        "store": change.store, "label": change.label, "root": change.root_name, "sha256": change.sha256,
        "phase": change.phase, "undone": change.undone, "steps": list(change.steps), "detail": change.detail or None,
    }  # fmt: skip


def ledger_json(entry: LedgerEntry) -> dict[str, object]:
    """Return one issued certificate."""
    return {
        "serial": entry.serial, "sha256": entry.sha256, "names": list(entry.names),
        "not_before": stamp(entry.not_before), "not_after": stamp(entry.not_after),
        "issued_at": stamp(entry.issued_at), "issuer": entry.issuer, "formats": list(entry.formats),
    }  # fmt: skip


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table; every cell is plain text, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    view = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        view.add_column(heading, overflow="fold")
    for row in rows:
        view.add_row(*(Text(display(cell)) for cell in row))
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 160
    console.print(view)


def verdict_word(judged: ChainJudged | None, device: Device) -> str:
    """Return a device's state in a few words for the table."""
    if judged is None:
        return "" if device.online else "offline"
    return judged_word(judged)


def judged_word(judged: ChainJudged) -> str:
    """Return what came of a check in a few words."""
    if not judged.verdicts:
        return "not checked: no trust store was found"
    refusing = [v for v in judged.verdicts if not v.trusted]
    if not refusing:
        return "trusted"
    words = message(refusing[0].reasons[0]) if refusing[0].reasons else "not trusted"
    return words if len(refusing) == len(judged.verdicts) else f"in part: {words}"
