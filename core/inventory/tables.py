"""The tables of the inventory, and the steps that bring an older file to them."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

METADATA = MetaData()

DEVICE = Table(
    "device", METADATA,
    Column("id", Text, primary_key=True),
    Column("facts", Text, nullable=False),  # the device as JSON
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("friendly", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("hidden", Integer, nullable=False, server_default="0"),
    Column("acknowledged", Integer, nullable=False, server_default="0"),
)  # fmt: skip
HAPPENING = Table(
    "happening", METADATA,
    Column("number", Integer, primary_key=True),
    Column("device", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Index("happening_of_device", "device", "number"),
)  # fmt: skip
CERTIFICATE = Table(
    "certificate", METADATA,
    Column("device", Text, primary_key=True),
    Column("port", Integer, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
)  # fmt: skip
ALERT = Table(
    "alert", METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("code", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("read", Integer, nullable=False, server_default="0"),
    UniqueConstraint("code", "subject", "occasion"),
    sqlite_autoincrement=True,
)  # fmt: skip
MUTED = Table(
    "muted", METADATA,
    Column("code", Text, primary_key=True),
    Column("subject", Text, primary_key=True),  # "" mutes the code for all
)  # fmt: skip

TOLD = Table(
    "told", METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("code", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    UniqueConstraint("code", "subject", "occasion"),
    sqlite_autoincrement=True,
)  # fmt: skip
"""What was told of already; it stays when the alert itself made room."""

STEPS: tuple[tuple[Table, ...], ...] = ((DEVICE, HAPPENING, CERTIFICATE), (ALERT, MUTED), (TOLD,))
"""Step n brings a file of version n to version n + 1 by making these tables."""
