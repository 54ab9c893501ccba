"""The tables of linked channels: which belong to one person, and the conversation that they share."""

from sqlalchemy import Column, String, Table

from db.table_kit import ID, metadata
from db.types import UtcDateTime

linked_channels = Table(
    "linked_channels",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column(
        "account", String(64), primary_key=True, comment="the person's id there; empty: who holds the secret"
    ),
    Column("person", String(128), nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("linked_by", String(128), nullable=False),
    Column("unlinked_at", UtcDateTime, comment="when it was taken out again; null: it is linked"),
    comment="Channels of one person that share a conversation. What is not here shares nothing.",
)

shared_conversations = Table(
    "shared_conversations",
    metadata,
    Column("person", String(128), primary_key=True),
    Column("session_id", ID, comment="the conversation that goes on; null: the next message starts one"),
    Column("updated_at", UtcDateTime, nullable=False),
    comment="The conversation that a person's linked channels go on with.",
)
