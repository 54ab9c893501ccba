"""What Telegram needs: an inbox, pairing, what was sent; and attachments, alerts, leases, limits set at run time.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

from db.types import Usd, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _fill_the_inbox()
    _attach()
    _tell()
    _meet()
    _send()


def _fill_the_inbox() -> None:
    op.add_column(
        "inbound",
        sa.Column("payload", sa.Text(), comment="the message as it came, JSON; null once it is handled"),
    )
    op.add_column("inbound", sa.Column("handled_at", UtcDateTime))
    waiting = sa.text("payload IS NOT NULL")
    op.create_index(
        "ix_inbound_waiting", "inbound", ["received_at"], postgresql_where=waiting, sqlite_where=waiting
    )


def _attach() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("order_id", sa.String(64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, comment="1 for the first of the message"),
        sa.Column("kind", sa.String(16), nullable=False, comment="image, audio or document"),
        sa.Column("name", sa.Text(), comment="the file's name, as the sender gave it"),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes, as kept"),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of what is kept"),
        sa.Column("data", sa.LargeBinary(), comment="an image or a voice message; null for documents"),
        sa.Column("text", sa.Text(), comment="a document's text, or the transcript of a voice message"),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name="fk_attachments_order_id_work_orders"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("order_id", "n", name="uq_attachments_order_id_n"),
        comment="What came with a message besides its words.",
    )


def _tell() -> None:
    op.create_table(
        "budget_limits",
        sa.Column("scope", sa.String(16), nullable=False, comment="company, or a role"),
        sa.Column("kind", sa.String(8), nullable=False, comment="day or month"),
        sa.Column("is_set", sa.Boolean(), nullable=False, comment="false: the setting holds again"),
        sa.Column("limit_usd", Usd, comment="nano-dollars; null means no limit"),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("scope", "kind", name="pk_budget_limits"),
        comment="Limits that the owner has changed while the company runs; they stand above the settings.",
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("key", sa.String(255), nullable=False, comment="what it tells of; told once"),
        sa.Column("kind", sa.String(32), nullable=False, comment="e.g. budget.warning"),
        sa.Column("severity", sa.String(16), nullable=False, comment="info, warning or critical"),
        sa.Column("text", sa.Text(), nullable=False, comment="one line for the owner, in English"),
        sa.Column(
            "details", sa.Text(), nullable=False, comment="JSON object, for readers in other languages"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("key", name="uq_alerts_key"),
        comment="What the owner is told without having asked, on every channel that can.",
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("holder", sa.String(128), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False, comment="by the database's clock"),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        comment="What only one process may do at a time.",
    )


def _meet() -> None:
    op.create_table(
        "telegram_people",
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("language", sa.String(16), comment="as Telegram says, e.g. en or zh-hans"),
        sa.Column("status", sa.String(16), nullable=False, comment="waiting, paired or removed"),
        sa.Column("code_hash", sa.String(64), comment="sha256 of the pairing code"),
        sa.Column("code_until", UtcDateTime),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("decided_by", sa.String(128)),
        sa.Column("greeted_at", UtcDateTime, comment="when the bot told them that they are paired"),
        sa.PrimaryKeyConstraint("user_id", name="pk_telegram_people"),
        sa.UniqueConstraint("code_hash", name="uq_telegram_people_code_hash"),
        comment="Who has written to the bot, and who may.",
    )
    op.create_table(
        "telegram_chats",
        sa.Column("chat_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column(
            "session_id",
            sa.String(64),
            comment="the conversation that goes on; null: the next message starts one",
        ),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_telegram_chats"),
        comment="Each chat's conversation.",
    )


def _send() -> None:
    op.create_table(
        "telegram_orders",
        sa.Column("order_id", sa.String(64), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column(
            "asked_by", sa.BigInteger(), comment="the message that is answered; null: a button was pressed"
        ),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("answered_at", UtcDateTime, comment="when the whole answer had been sent"),
        sa.PrimaryKeyConstraint("order_id", name="pk_telegram_orders"),
        comment="Orders that came from a chat, and whose answer goes there.",
    )
    op.create_index("ix_telegram_orders_chat_id_order_id", "telegram_orders", ["chat_id", "order_id"])
    op.create_index(
        "ix_telegram_orders_open",
        "telegram_orders",
        ["order_id"],
        postgresql_where=sa.text("answered_at IS NULL"),
        sqlite_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "telegram_sends",
        sa.Column("key", sa.String(160), nullable=False, comment="what it is, e.g. answer:WO-…:1"),
        sa.Column("order_id", sa.String(64)),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), comment="Telegram's id; null: not known to have arrived"),
        sa.Column("doubts", sa.Integer(), nullable=False, comment="how often it was sent again, not knowing"),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("sent_at", UtcDateTime),
        sa.PrimaryKeyConstraint("key", name="pk_telegram_sends"),
        comment="Messages the bot sends: written before, and after with the message's id.",
    )
    op.create_index("ix_telegram_sends_chat_id_message_id", "telegram_sends", ["chat_id", "message_id"])
    op.create_index("ix_telegram_sends_order_id", "telegram_sends", ["order_id"])
