"""The table of memory: what a local model has written, or was asked to write, of a conversation's older turns."""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table, Text

from db.table_kit import ID, metadata
from db.types import UtcDateTime

summaries = Table(
    "summaries",
    metadata,
    Column("session_id", ID, ForeignKey("sessions.id"), primary_key=True),
    Column(
        "last",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="the last turn that it stands for; the first is turn 1",
    ),
    Column(
        "order_id", ID, ForeignKey("work_orders.id"), nullable=False, comment="after which it was asked for"
    ),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False, comment="asked, stands, refused or failed"),
    Column("text", Text, comment="the summary; null where it does not stand"),
    Column("kept", Float, comment="share of the ledger's firm facts that it keeps, 0 to 1; null: none came"),
    Column("note", Text, comment="why it does not stand"),
    comment="Summaries of a session's turns by a local model. Only one that stands is ever sent, and only there.",
)
