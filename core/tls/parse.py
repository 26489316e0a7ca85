"""Read the facts of a certificate for showing; what cannot be read becomes its `problem`, never an exception."""

import hashlib

from core.model.certificate import Certificate
from core.tls.certificate import MAX_SIZE, ParsedCertificate, parse_certificate
from core.tls.der import BadDer
from core.tls.extensions import DNS, IP


def certificate_facts(der: bytes) -> Certificate:
    """Return what is written in `der`; judges nothing."""
    sha256 = hashlib.sha256(der).hexdigest()
    try:
        parsed = parse_certificate(der)
    except BadDer as error:
        what = str(error) if len(der) > MAX_SIZE else f"not a certificate ({len(der)} bytes): it {error}"
        return Certificate(der=der[:MAX_SIZE], sha256=sha256, problem=what)
    return Certificate(
        der=der,
        sha256=sha256,
        subject=str(parsed.subject),
        issuer=str(parsed.issuer),
        common_name=parsed.subject.common_name,
        issuer_common_name=parsed.issuer.common_name,
        names=alternative_names(parsed),
        not_before=parsed.not_before,
        not_after=parsed.not_after,
        key=parsed.key.text,
        serial=f"{parsed.serial:x}",
        is_ca=parsed.basic is not None and parsed.basic.ca,
        self_issued=parsed.subject.raw == parsed.issuer.raw,
        problem=problem_of(parsed),
    )


def unread(der: bytes) -> Certificate:
    """Return a certificate that is kept but not read: a chain has room for a few, not for thousands."""
    return Certificate(der=der, sha256=hashlib.sha256(der).hexdigest(), problem="not read: the chain is too long")


def problem_of(parsed: ParsedCertificate) -> str:
    """Return in words where a certificate breaks the rules of its encoding; "" where it does not."""
    problems = [f"{field} {detail}" for field, detail in (*parsed.problems, *parsed.malformed.items())]
    return f"badly encoded: {problems[0]}" if problems else ""


def alternative_names(parsed: ParsedCertificate) -> tuple[str, ...]:
    """Return DNS names and addresses of the subject alternative name, names first."""
    names = parsed.names or ()
    return tuple(n.text for n in names if n.kind == DNS) + tuple(n.text for n in names if n.kind == IP)
