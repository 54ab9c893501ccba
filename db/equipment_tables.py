"""The tables of the equipment: every run of a tool, and what the owner has changed of its schedule."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from db.table_kit import ID, metadata
from db.types import UtcDateTime

equipment_runs = Table(
    "equipment_runs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("tool", String(64), nullable=False),
    Column("place", String(128), nullable=False, comment="the host it is for; empty: the whole company"),
    Column("due_at", UtcDateTime, comment="the due time it was claimed for; null: run by hand"),
    Column("attempt", Integer, nullable=False, comment="2: again, because the first run was lost"),
    # The database's own comment is of 0008: there is `asked` besides since 0009.
    Column("status", String(16), nullable=False, comment="running, done, failed, timed_out or lost"),
    Column("parameters", Text, nullable=False, comment="JSON object"),
    Column("triggered_by", String(128), nullable=False, comment="schedule, or who asked"),
    Column("tell", String(160), comment="the channel that is to hear of the result"),
    Column("told_at", UtcDateTime, comment="when that channel had it"),
    Column("holder", String(128), nullable=False, comment="the process that runs it"),
    Column("lease_until", UtcDateTime, comment="by the database's clock; null once it has ended"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("exit_code", Integer, comment="minus the signal's number when a signal ended it"),
    Column("output", Text, comment="what it printed; the middle of a flood is cut out"),
    Column("output_bytes", BigInteger, comment="how much it printed"),
    Column("asked_at", UtcDateTime, comment="when it was asked for, for any process to take; null: not so"),
    Column("request_key", String(64), comment="sha256 of who asked and his Idempotency-Key"),
    UniqueConstraint("tool", "place", "due_at", "attempt"),
    Index(None, "tool", "id"),
    comment="Runs of tools. A due time is claimed by the one row that can be written for it.",
)

Index(
    "ix_equipment_runs_running",
    equipment_runs.c.lease_until,
    postgresql_where=equipment_runs.c.lease_until.is_not(None),
    sqlite_where=equipment_runs.c.lease_until.is_not(None),
)
Index(
    "ix_equipment_runs_untold",
    equipment_runs.c.id,
    postgresql_where=equipment_runs.c.tell.is_not(None) & equipment_runs.c.told_at.is_(None),
    sqlite_where=equipment_runs.c.tell.is_not(None) & equipment_runs.c.told_at.is_(None),
)
Index(
    "ix_equipment_runs_asked",
    equipment_runs.c.id,
    postgresql_where=equipment_runs.c.status == "asked",
    sqlite_where=equipment_runs.c.status == "asked",
)
Index(
    "ix_equipment_runs_request_key",
    equipment_runs.c.request_key,
    unique=True,
    postgresql_where=equipment_runs.c.request_key.is_not(None),
    sqlite_where=equipment_runs.c.request_key.is_not(None),
)

equipment_schedules = Table(
    "equipment_schedules",
    metadata,
    Column("tool", String(64), primary_key=True),
    Column("counts_from", UtcDateTime, nullable=False, comment="due times before this are nobody's"),
    Column("cron", String(128), comment="the owner's own schedule; null: the tool's"),
    Column("is_paused", Boolean, nullable=False),
    Column("parameters", Text, comment="for scheduled runs, JSON object; null: the tool's defaults"),
    Column("tell", String(160), comment="the channel that hears of scheduled runs"),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(128), nullable=False),
    comment="Since when a tool's due times count, and what the owner changed: schedule, pause, channel.",
)
