"""The tables of the company's health: what is known of each model, and how its parts were over time."""

from sqlalchemy import Column, Index, String, Table, Text

from db.table_kit import ID, metadata
from db.types import UtcDateTime

model_health = Table(
    "model_health",
    metadata,
    Column("provider", String(32), primary_key=True),
    Column("model", String(128), primary_key=True),
    Column("status", String(16), nullable=False, comment="healthy, degraded, critical or unknown"),
    Column("detail", Text, nullable=False, comment="one line for the owner, with the fix"),
    Column("ends", String(10), comment="the day its vendor retires it, e.g. 2027-02-05"),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("checked_by", String(128), nullable=False, comment="worker or command"),
    comment="What the newest probe or call said of each model of the payroll.",
)

health_changes = Table(
    "health_changes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", UtcDateTime, nullable=False, comment="when it was seen"),
    Column("component", String(64), nullable=False, comment="e.g. database, or workers.ceo"),
    Column("status", String(16), nullable=False, comment="healthy, unknown, degraded or critical"),
    Column("reason", Text, nullable=False, comment="one line, as it was at the change"),
    Column("host", String(128), nullable=False, comment="whose process saw it"),
    Index(None, "component", "id"),
    comment="Changes of the status of the company's parts; the newest row of a part holds.",
)
