"""The tables of the Telegram bot: who may speak, which chat an order came from, and what was sent."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from db.table_kit import ID, metadata
from db.types import UtcDateTime

telegram_people = Table(
    "telegram_people",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(128), nullable=False),
    Column("language", String(16), comment="as Telegram says, e.g. en or zh-hans"),
    Column("status", String(16), nullable=False, comment="waiting, paired or removed"),
    Column("code_hash", String(64), unique=True, comment="sha256 of the pairing code"),
    Column("code_until", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(128)),
    Column("greeted_at", UtcDateTime, comment="when the bot told them that they are paired"),
    comment="Who has written to the bot, and who may.",
)

telegram_chats = Table(
    "telegram_chats",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("session_id", ID, comment="the conversation that goes on; null: the next message starts one"),
    Column("updated_at", UtcDateTime, nullable=False),
    comment="Each chat's conversation.",
)

telegram_orders = Table(
    "telegram_orders",
    metadata,
    Column("order_id", ID, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("session_id", ID, nullable=False),
    Column("asked_by", BigInteger, comment="the message that is answered; null: a button was pressed"),
    Column("language", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime, comment="when the whole answer had been sent"),
    Index(None, "chat_id", "order_id"),
    comment="Orders that came from a chat, and whose answer goes there.",
)

Index(
    "ix_telegram_orders_open",
    telegram_orders.c.order_id,
    postgresql_where=telegram_orders.c.answered_at.is_(None),
    sqlite_where=telegram_orders.c.answered_at.is_(None),
)

telegram_sends = Table(
    "telegram_sends",
    metadata,
    Column("key", String(160), primary_key=True, comment="what it is, e.g. answer:WO-…:1"),
    Column("order_id", ID),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, comment="Telegram's id; null: not known to have arrived"),
    Column("doubts", Integer, nullable=False, comment="how often it was sent again, not knowing"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index(None, "chat_id", "message_id"),
    Index(None, "order_id"),
    comment="Messages the bot sends: written before, and after with the message's id.",
)
