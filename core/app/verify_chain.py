"""Judge a chain from a file or a request by the rules of named clients, with the roots that were given; no network."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.app.read_certificates import moment
from core.clock import utc_now
from core.errors import InputProblem
from core.model.certificate import Presented, ders_in
from core.model.verdict import Verdict
from core.tls import parse
from core.tls.across import UsedSerials
from core.tls.certificate import try_parse
from core.tls.rules.finding import CHROMIUM, FIREFOX, JAVA, OPENSSL, WEBPKI
from core.tls.verify import ClientRoots, Judgement, judge

log = logging.getLogger(__name__)

CLIENTS = (CHROMIUM, FIREFOX, OPENSSL, JAVA, WEBPKI)
MAX_CERTIFICATES = 2_000
MAX_LINE = 32 * 1024 * 1024
_NAMES = {
    CHROMIUM: "Chromium", FIREFOX: "Firefox", OPENSSL: "OpenSSL", JAVA: "Java", WEBPKI: "the public web",
}  # fmt: skip


class BadRequest(InputProblem):
    """A request cannot be read; `field` names where."""

    code = "bad-request"
    hint = "Each line is one JSON object with id, presented, roots and name."


def given_clients(names: Sequence[str], roots: Sequence[bytes]) -> tuple[ClientRoots, ...]:
    """Return clients that trust exactly the given roots.

    Raises: BadRequest for a client that there are no rules for.
    """
    for name in names:
        if name not in CLIENTS:
            raise BadRequest(f"There is no client {name!r}.", field="clients", hint=f"Known: {', '.join(CLIENTS)}.")
    return tuple(
        ClientRoots(name, "the given roots", tuple(roots), f"Checked by {_NAMES[name]}'s rules with the given roots")
        for name in names
    )


def judge_given(
    chain: Sequence[bytes],
    name: str,
    clients: Sequence[ClientRoots],
    at: datetime,
    *,
    extra: Sequence[bytes] = (),
    serials: UsedSerials | None = None,
) -> Judgement:
    """Return what each client would make of a chain (device first) when it visits `name` at that moment."""
    shown = tuple(map(parse.certificate_facts, chain))
    presented = Presented(name, "", 0, at, shown, key_proved=True)
    entries = [try_parse(der) for der in chain]
    beside = serials.findings("an earlier chain", entries) if serials is not None else ()
    return judge(presented, clients, (), at, extra=extra, beside=beside)


@dataclass
class Batch:
    """Answers one request after the other; it remembers serial numbers, as one browser session would."""

    _serials: UsedSerials = field(default_factory=UsedSerials)

    def answer(self, request: bytes) -> dict[str, object]:
        """Return the answer to one line of JSON; what is wrong with the line becomes an answer too."""
        identity: object = None
        try:
            fields = _fields(request)
            identity = identity_of(fields)
            return {"id": identity, "verdicts": [_verdict(v) for v in self._judge(fields).verdicts]}
        except InputProblem as problem:
            error = {"code": problem.code, "message": problem.message, **problem.facts}
            return {"id": identity, "verdicts": [], "error": error}
        except Exception as problem:  # the border: a request that finds a bug must not cost the others their answers
            log.exception("A request could not be judged")
            return unanswered(identity, type(problem).__name__)

    def _judge(self, fields: Mapping[str, object]) -> Judgement:
        presented, extra, roots = (_certificates(fields, key) for key in ("presented", "extra", "roots"))
        if not presented:
            raise BadRequest("There is no certificate to judge.", field="presented")
        if len(presented) + len(extra) + len(roots) > MAX_CERTIFICATES:
            raise BadRequest(f"More than {MAX_CERTIFICATES} certificates.", field="presented")
        name = fields.get("name")
        if not isinstance(name, str) or not name:
            raise BadRequest("The visited name is missing.", field="name")
        names = fields.get("clients")
        names = CLIENTS if names is None else names
        if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
            raise BadRequest("The clients are not a list of names.", field="clients")
        clients = given_clients(names, roots)
        serials = self._serials if FIREFOX in names else None
        return judge_given(presented, name, clients, _at(fields.get("at")), extra=extra, serials=serials)


def identity_of(fields: Mapping[str, object]) -> object:
    """Return the id of a request as it can be given back: a text, a number that JSON knows, true, false or null."""
    identity = fields.get("id")
    if isinstance(identity, float) and not math.isfinite(identity):
        return None
    return identity if isinstance(identity, str | int | float | bool) else None


def unanswered(identity: object, why: str) -> dict[str, object]:
    """Return the answer for a request that took too long or broke something."""
    return {"id": identity, "verdicts": [], "error": {"code": "too-complex", "message": f"Not judged: {why}."}}


def _fields(request: bytes) -> Mapping[str, object]:
    if len(request) > MAX_LINE:
        raise BadRequest(f"The line is longer than {MAX_LINE // 2**20} MB.")
    try:
        fields = json.loads(request)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The line is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadRequest("The line is not a JSON object.")
    return fields


def _certificates(fields: Mapping[str, object], key: str) -> list[bytes]:
    """Return the DER of each entry; one that is no PEM stays, as octets that no client can read."""
    entries = fields.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise BadRequest(f"{key} is not a list of PEM texts.", field=key)
    found: list[bytes] = []
    for entry in entries:
        content = entry.encode("utf-8", "replace")
        found += ders_in(content) or [content[:64]]
    return found


def _at(value: object) -> datetime:
    if value is None:
        return utc_now()
    if not isinstance(value, str):
        raise BadRequest("The time is not a text.", field="at")
    return moment(value)


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "client": verdict.client, "trusted": verdict.trusted,
        "reasons": [{"code": reason.code, "link": reason.link} for reason in verdict.reasons],
    }  # fmt: skip
