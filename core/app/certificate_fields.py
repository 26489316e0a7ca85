"""Every field of a certificate in words, for windows and terminals."""

from core.model.certificate import Field
from core.tls import fields


def fields_of(der: bytes) -> tuple[Field, ...]:
    """Return everything that is written in a certificate and computed from it; never raises."""
    return fields.certificate_fields(der)
