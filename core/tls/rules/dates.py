"""What a certificate's validity means at a moment."""

from datetime import UTC, datetime, timedelta

from core.tls.certificate import ParsedCertificate
from core.tls.rules.finding import EVERYONE, JAVA, LIKE_OPENSSL, Finding, note, part

EXPIRES_SOON_DAYS = 30
APPLE_MAX_DAYS = 825
_CLOCK_DEFAULTS = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 1980, 2000, 2010, 2015, 2016, 2018, 2020))


def date_findings(path: list[ParsedCertificate], now: datetime, *, anchored: bool) -> list[Finding]:
    """Return what the dates of each certificate of a path mean at `now`."""
    found: list[Finding] = []
    for link, certificate in enumerate(path):
        is_root = anchored and link == len(path) - 1 and link > 0
        found += _dates(certificate, link, now, is_root=is_root)
    ends = [c.not_after for c in path]
    leaf_end, issuer_end = ends[0], min((end for end in ends[1:] if end is not None), default=None)
    if leaf_end is not None and issuer_end is not None and leaf_end > issuer_end >= now:
        found.append(note("outlives-issuer", 0, date=f"{issuer_end:%Y-%m-%d}"))
    return found


def _dates(certificate: ParsedCertificate, link: int, now: datetime, *, is_root: bool) -> list[Finding]:
    begin, end = certificate.not_before, certificate.not_after
    refusing = EVERYONE - {JAVA} if is_root else EVERYONE  # Java does not look at the dates of an installed root
    if begin is None or end is None:
        begin, end = certificate.meant_dates  # for Java alone: for all others the encoding rules refuse
        refusing &= {JAVA}
        if begin is None or end is None or not refusing:
            return []
    if now.replace(microsecond=0) > end:
        return [part(refusing, "expired", link, age=age_text(now - end), date=f"{end:%Y-%m-%d %H:%M} UTC")]
    if now.replace(microsecond=0) == end:
        return [part(LIKE_OPENSSL, "expired", link, age=age_text(now - end), date=f"{end:%Y-%m-%d %H:%M} UTC")]
    if now < begin:
        delta = age_text(begin - now)
        return [part(refusing, "not-yet-valid", link, delta=delta, date=f"{begin:%Y-%m-%d %H:%M} UTC")]
    found: list[Finding] = []
    left = (end - now).days
    if left < EXPIRES_SOON_DAYS:
        found.append(note("expires-soon", link, days=left, date=f"{end:%Y-%m-%d}"))
    if link == 0 and end - begin > timedelta(days=APPLE_MAX_DAYS):
        found.append(note("too-long", link, days=(end - begin).days))
    if link == 0 and any(timedelta(0) <= begin - default < timedelta(days=2) for default in _CLOCK_DEFAULTS):
        found.append(note("clock-suspect", link, date=f"{begin:%Y-%m-%d}"))
    return found


def age_text(age: timedelta) -> str:
    """Return a time span in its largest unit: "3 days", "5 hours", "1 minute"."""
    seconds = int(age.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
